"""The networks of transformer_base.spec, written by specc 0.1.0.

Shapes: B batch, T and S time, D features, M features of a memory.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CrossAttention(nn.Module):
    """Multi-head attention of a sequence on a memory (Vaswani et al. 2017).

    x [B, T, D] and memory [B, S, M] -> [B, T, D].
    """

    def __init__(self, features: int, heads: int, memory_features: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(features, features)
        self.kv_proj = nn.Linear(memory_features, 2 * features)  # k and v
        self.out_proj = nn.Linear(features, features)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        q = self.q_proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = (
            self.kv_proj(memory)
            .unflatten(-1, (2, self.heads, -1))
            .permute(2, 0, 3, 1, 4)
        )
        y = F.scaled_dot_product_attention(q, k, v)  # [B, heads, T, D/heads]
        out: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return out


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence on itself (Vaswani et al. 2017): [B, T, D] -> [B, T, D]."""

    def __init__(self, features: int, heads: int, causal: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.in_proj = nn.Linear(features, 3 * features)  # q, k and v
        self.out_proj = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        split = self.in_proj(x).unflatten(-1, (3, self.heads, -1))
        q, k, v = split.permute(2, 0, 3, 1, 4)  # each [B, heads, T, D/heads]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        out: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return out


def add_positions(x: Tensor, base: float) -> Tensor:
    """Add sines and cosines of the position (Vaswani et al. 2017): [B, T, D] -> [B, T, D]."""
    time, features = x.shape[-2:]
    position = torch.arange(time, device=x.device).unsqueeze(1)
    rate = base ** (-torch.arange(0, features, 2, device=x.device) / features)
    angle = position * rate  # [T, D/2]
    return x + torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(-2).to(x.dtype)


class EncoderLayer(nn.Module):
    """Block: [B, T, width] -> [B, T, width].

    layer        output            parameters
    attention1   T×width   4·width² + 4·width
    dropout1     T×width
    layer_norm1  T×width              2·width
    linear1      T×inner  inner·width + inner
    linear2      T×width  inner·width + width
    dropout2     T×width
    layer_norm2  T×width              2·width
    """

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.attention1 = SelfAttention(width, heads)  # [B, T, width]
        self.dropout1 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm1 = nn.LayerNorm(width)  # [B, T, width]
        self.linear1 = nn.Linear(width, inner)  # [B, T, inner]
        self.linear2 = nn.Linear(inner, width)  # [B, T, width]
        self.dropout2 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm2 = nn.LayerNorm(width)  # [B, T, width]

    def forward(self, x: Tensor) -> Tensor:
        h = self.layer_norm1(x + self.dropout1(self.attention1(x)))  # [B, T, width]
        x = self.dropout2(self.linear2(F.relu(self.linear1(h))))  # [B, T, width]
        y: Tensor = self.layer_norm2(h + x)  # [B, T, width]
        return y


class DecoderLayer(nn.Module):
    """Block: x [B, T, width], memory [B, T2, memory_features] -> [B, T, width].

    layer        output                                     parameters
    attention1   T×width                            4·width² + 4·width
    dropout1     T×width
    layer_norm1  T×width                                       2·width
    attention2   T×width  2·memory_features·width + 2·width² + 4·width
    dropout2     T×width
    layer_norm2  T×width                                       2·width
    linear1      T×inner                           inner·width + inner
    linear2      T×width                           inner·width + width
    dropout3     T×width
    layer_norm3  T×width                                       2·width
    """

    def __init__(
        self, memory_features: int, width: int, inner: int, heads: int
    ) -> None:
        super().__init__()
        self.attention1 = SelfAttention(width, heads, causal=True)  # [B, T, width]
        self.dropout1 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm1 = nn.LayerNorm(width)  # [B, T, width]
        self.attention2 = CrossAttention(width, heads, memory_features)  # [B, T, width]
        self.dropout2 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm2 = nn.LayerNorm(width)  # [B, T, width]
        self.linear1 = nn.Linear(width, inner)  # [B, T, inner]
        self.linear2 = nn.Linear(inner, width)  # [B, T, width]
        self.dropout3 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm3 = nn.LayerNorm(width)  # [B, T, width]

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        h = self.layer_norm1(x + self.dropout1(self.attention1(x)))  # [B, T, width]
        g = h + self.dropout2(self.attention2(h, memory))  # [B, T, width]
        g = self.layer_norm2(g)  # [B, T, width]
        x = self.dropout3(self.linear2(F.relu(self.linear1(g))))  # [B, T, width]
        y: Tensor = self.layer_norm3(g + x)  # [B, T, width]
        return y


class Layers(nn.Module):
    """Network: source [B, S, 512], target [B, T, 512] -> [B, T, 512].

    layer    output  parameters
    encoder  S×512   18,914,304
    decoder  T×512   25,224,192
    """

    def __init__(self, width: int = 512, inner: int = 2048, heads: int = 8) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            EncoderLayer(width, inner, heads) for _ in range(6)
        )
        self.decoder = nn.ModuleList(
            DecoderLayer(width, width, inner, heads) for _ in range(6)
        )

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory = source
        for layer in self.encoder:
            memory = layer(memory)
        y: Tensor = target
        for layer in self.decoder:
            y = layer(y, memory)
        return y


class WithFinalNorms(nn.Module):
    """PyTorch's nn.Transformer normalises once more at the end of each side.

    Network: source [B, S, 512], target [B, T, 512] -> [B, T, 512].

    layer           output  parameters
    encoder_layers  S×512   18,914,304
    layer_norm1     S×512        1,024
    decoder_layers  T×512   25,224,192
    layer_norm2     T×512        1,024
    """

    def __init__(self, width: int = 512, inner: int = 2048, heads: int = 8) -> None:
        super().__init__()
        self.encoder_layers = nn.ModuleList(
            EncoderLayer(width, inner, heads) for _ in range(6)
        )
        self.layer_norm1 = nn.LayerNorm(width)  # [B, S, 512], 1,024 parameters
        self.decoder_layers = nn.ModuleList(
            DecoderLayer(width, width, inner, heads) for _ in range(6)
        )
        self.layer_norm2 = nn.LayerNorm(width)  # [B, T, 512], 1,024 parameters

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory = source
        for layer in self.encoder_layers:
            memory = layer(memory)
        memory = self.layer_norm1(memory)  # [B, S, 512]
        y: Tensor = target
        for layer in self.decoder_layers:
            y = layer(y, memory)
        y = self.layer_norm2(y)  # [B, T, 512]
        return y


class Translator(nn.Module):
    """Network: source [B, S], target [B, T] -> [B, T, 37000].

    layer                  output    parameters
    table                  S×512     18,944,000
    embedding1             T×512
    sinusoidal_positions1  S×512
    sinusoidal_positions2  T×512
    linear1                T×37,000
    """

    def __init__(self, layers: Layers, vocabulary: int = 37000) -> None:
        super().__init__()
        self.layers = layers
        self.table = nn.Embedding(vocabulary, 512)  # [B, S, 512], 18,944,000 parameters
        self.embedding1 = nn.Embedding(vocabulary, 512)  # [B, T, 512]
        self.embedding1.weight = self.table.weight  # tied
        self.linear1 = nn.Linear(512, vocabulary, bias=False)  # [B, T, 37000]
        self.linear1.weight = self.table.weight  # tied

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        words = self.table(source)  # [B, S, 512]
        answer = self.embedding1(target)  # [B, T, 512]
        h = self.layers(add_positions(words, 10000), add_positions(answer, 10000))
        logits: Tensor = self.linear1(h)  # [B, T, 37000]
        return logits

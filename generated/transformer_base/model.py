"""The networks of transformer_base.spec, written by specc 0.1.0."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CrossAttention(nn.Module):
    """Multi-head attention of a sequence on a memory (Vaswani et al. 2017).

    x [B, T, D] and memory [B, S, M] -> [B, T, D].
    """

    def __init__(
        self,
        features: int,
        heads: int,
        memory_features: int,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.q_proj = nn.Linear(features, features, bias=bias)
        self.kv_proj = nn.Linear(memory_features, 2 * features, bias=bias)  # k and v
        self.out_proj = nn.Linear(features, features, bias=bias)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        q = self.q_proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = (
            self.kv_proj(memory)
            .unflatten(-1, (2, self.heads, -1))
            .permute(2, 0, 3, 1, 4)
        )
        y = F.scaled_dot_product_attention(  # [B, heads, T, D/heads]
            q, k, v, dropout_p=self.dropout if self.training else 0.0
        )
        out: Tensor = self.out_proj(y.transpose(1, 2).flatten(2))
        return out


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence on itself (Vaswani et al. 2017): [B, T, D] -> [B, T, D]."""

    def __init__(
        self,
        features: int,
        heads: int,
        causal: bool = False,
        dropout: float = 0.0,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.dropout = dropout
        self.in_proj = nn.Linear(features, 3 * features, bias=bias)  # q, k and v
        self.out_proj = nn.Linear(features, features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        split = self.in_proj(x).unflatten(-1, (3, self.heads, -1))
        q, k, v = split.permute(2, 0, 3, 1, 4)  # each [B, heads, T, D/heads]
        y = F.scaled_dot_product_attention(
            q,
            k,
            v,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=self.causal,
        )
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
    """Block: [B, S, width] -> [B, S, width]."""

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.attention1 = SelfAttention(width, heads)
        self.dropout1 = nn.Dropout(0.1)
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-05)
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)
        self.dropout2 = nn.Dropout(0.1)
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-05)

    def forward(self, x: Tensor) -> Tensor:
        h = self.layer_norm1(x + self.dropout1(self.attention1(x)))  # [B, S, width]
        x = self.dropout2(self.linear2(F.relu(self.linear1(h))))  # [B, S, width]
        y: Tensor = self.layer_norm2(h + x)  # [B, S, width]
        return y


class DecoderLayer(nn.Module):
    """Block: [B, T, width] and [B, S, memory_features] -> [B, T, width]."""

    def __init__(
        self, memory_features: int, width: int, inner: int, heads: int
    ) -> None:
        super().__init__()
        self.attention1 = SelfAttention(width, heads, causal=True)
        self.dropout1 = nn.Dropout(0.1)
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-05)
        self.attention2 = CrossAttention(width, heads, memory_features)
        self.dropout2 = nn.Dropout(0.1)
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-05)
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)
        self.dropout3 = nn.Dropout(0.1)
        self.layer_norm3 = nn.LayerNorm(width, eps=1e-05)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        h = self.layer_norm1(x + self.dropout1(self.attention1(x)))  # [B, T, width]
        g = h + self.dropout2(self.attention2(h, memory))  # [B, T, width]
        g = self.layer_norm2(g)  # [B, T, width]
        x = self.dropout3(self.linear2(F.relu(self.linear1(g))))  # [B, T, width]
        y: Tensor = self.layer_norm3(g + x)  # [B, T, width]
        return y


class Layers(nn.Module):
    """Network: [B, S, 512] and [B, T, 512] -> [B, T, 512].

    layer           output  parameters
    encoder         S×512   18,914,304
    decoder_layer1  T×512    4,204,032
    decoder_layer2  T×512    4,204,032
    decoder_layer3  T×512    4,204,032
    decoder_layer4  T×512    4,204,032
    decoder_layer5  T×512    4,204,032
    decoder_layer6  T×512    4,204,032
    """

    def __init__(self, width: int = 512, inner: int = 2048, heads: int = 8) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            EncoderLayer(width, inner, heads) for _ in range(6)
        )
        self.decoder_layer1 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer2 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer3 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer4 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer5 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer6 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory = source
        for layer in self.encoder:
            memory = layer(memory)
        y: Tensor = self.decoder_layer2(self.decoder_layer1(target, memory), memory)
        y = self.decoder_layer4(self.decoder_layer3(y, memory), memory)  # [B, T, 512]
        y = self.decoder_layer6(self.decoder_layer5(y, memory), memory)  # [B, T, 512]
        return y


class WithFinalNorms(nn.Module):
    """PyTorch's nn.Transformer normalises once more at the end of each side.

    layer           output  parameters
    repeat1         S×512   18,914,304
    layer_norm1     S×512        1,024
    decoder_layer1  T×512    4,204,032
    decoder_layer2  T×512    4,204,032
    decoder_layer3  T×512    4,204,032
    decoder_layer4  T×512    4,204,032
    decoder_layer5  T×512    4,204,032
    decoder_layer6  T×512    4,204,032
    layer_norm2     T×512        1,024
    """

    def __init__(self, width: int = 512, inner: int = 2048, heads: int = 8) -> None:
        super().__init__()
        self.repeat1 = nn.ModuleList(
            EncoderLayer(width, inner, heads) for _ in range(6)
        )
        self.layer_norm1 = nn.LayerNorm(width, eps=1e-05)  # [B, S, 512]
        self.decoder_layer1 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer2 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer3 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer4 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer5 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.decoder_layer6 = DecoderLayer(width, width, inner, heads)  # [B, T, 512]
        self.layer_norm2 = nn.LayerNorm(width, eps=1e-05)  # [B, T, 512]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory = source
        for layer in self.repeat1:
            memory = layer(memory)
        memory = self.layer_norm1(memory)  # [B, S, 512]
        y: Tensor = self.decoder_layer2(self.decoder_layer1(target, memory), memory)
        y = self.decoder_layer4(self.decoder_layer3(y, memory), memory)  # [B, T, 512]
        y = self.decoder_layer6(self.decoder_layer5(y, memory), memory)  # [B, T, 512]
        y = self.layer_norm2(y)  # [B, T, 512]
        return y


class Translator(nn.Module):
    """Network: [B, S] and [B, T] -> [B, T, 37000].

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

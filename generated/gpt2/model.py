"""The networks of gpt2.spec, written by specc 0.1.0.

GPT-2, 124M (Radford et al. 2019): one layer, written once, repeated; the head shares
the embedding's weight.

Shapes: B batch, T time, D features.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


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


class TransformerLayer(nn.Module):
    """Block: [B, T, width] -> [B, T, width].

    layer        output               parameters
    layer_norm1  T×width                 2·width
    attention1   T×width      4·width² + 4·width
    dropout1     T×width
    layer_norm2  T×width                 2·width
    linear1      T×(4·width)  4·width² + 4·width
    linear2      T×width        4·width² + width
    dropout2     T×width
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(width)  # [B, T, width]
        self.attention1 = SelfAttention(width, heads, causal=True)  # [B, T, width]
        self.dropout1 = nn.Dropout(0.1)  # [B, T, width]
        self.layer_norm2 = nn.LayerNorm(width)  # [B, T, width]
        self.linear1 = nn.Linear(width, 4 * width)  # [B, T, 4*width]
        self.linear2 = nn.Linear(4 * width, width)  # [B, T, width]
        self.dropout2 = nn.Dropout(0.1)  # [B, T, width]

    def forward(self, x: Tensor) -> Tensor:
        dropout = self.dropout1(self.attention1(self.layer_norm1(x)))  # [B, T, width]
        h = x + dropout  # [B, T, width]
        x = F.gelu(self.linear1(self.layer_norm2(h)), approximate="tanh")
        y: Tensor = h + self.dropout2(self.linear2(x))  # [B, T, width]
        return y


class GPT2(nn.Module):
    """Network: [B, T] -> [B, T, 50257].

    layer               output    parameters
    wte                 T×768     38,597,376
    wpe                 T×768        786,432
    dropout1            T×768
    transformer_layers  T×768     85,054,464
    layer_norm1         T×768          1,536
    head                T×50,257
    """

    def __init__(self, width: int = 768, depth: int = 12, heads: int = 12) -> None:
        super().__init__()
        self.wte = nn.Embedding(50257, width)  # [B, T, 768], 38,597,376 parameters
        self.wpe = nn.Embedding(1024, width)  # [B, T, 768], 786,432 parameters
        self.dropout1 = nn.Dropout(0.1)  # [B, T, 768]
        self.transformer_layers = nn.ModuleList(
            TransformerLayer(width, heads) for _ in range(depth)
        )
        self.layer_norm1 = nn.LayerNorm(width)  # [B, T, 768], 1,536 parameters
        self.head = nn.Linear(width, 50257, bias=False)  # [B, T, 50257]
        self.head.weight = self.wte.weight  # tied

    def forward(self, ids: Tensor) -> Tensor:
        wte = self.wte(ids)  # [B, T, 768]
        x = self.dropout1(wte + self.wpe.weight[: wte.size(1)])  # [B, T, 768]
        for layer in self.transformer_layers:
            x = layer(x)
        head: Tensor = self.head(self.layer_norm1(x))  # [B, T, 50257]
        return head

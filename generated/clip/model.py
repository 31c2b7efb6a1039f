"""The networks of clip.spec, written by specc 0.1.0.

CLIP with ViT-B/32 (Radford et al. 2021): an image and a text become vectors of 512
numbers that are compared.

Shapes: B batch, T time, D features, L length.
"""

from __future__ import annotations

import torch
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


class Layer(nn.Module):
    """Block: [B, L, width] -> [B, L, width].

    layer        output               parameters
    layer_norm1  L×width                 2·width
    attention1   L×width      4·width² + 4·width
    layer_norm2  L×width                 2·width
    linear1      L×(4·width)  4·width² + 4·width
    linear2      L×width        4·width² + width
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(width)  # [B, L, width]
        self.attention1 = SelfAttention(width, heads)  # [B, L, width]
        self.layer_norm2 = nn.LayerNorm(width)  # [B, L, width]
        self.linear1 = nn.Linear(width, 4 * width)  # [B, L, 4*width]
        self.linear2 = nn.Linear(4 * width, width)  # [B, L, width]

    def forward(self, x: Tensor) -> Tensor:
        h = x + self.attention1(self.layer_norm1(x))  # [B, L, width]
        x = F.gelu(self.linear1(self.layer_norm2(h)))  # [B, L, 4*width]
        y: Tensor = h + self.linear2(x)  # [B, L, width]
        return y


class Image(nn.Module):
    """Encoder: [B, 3, 224, 224] -> [B, 512].

    layer        output   parameters
    class_       1×768           768
    positions    50×768       38,400
    conv1        768×7×7   2,359,296
    flatten1     768×49
    permute1     49×768
    concat1      50×768
    add1         50×768
    layer_norm1  50×768        1,536
    layers       50×768   85,054,464
    select1      768
    layer_norm2  768           1,536
    linear1      512         393,216
    """

    def __init__(self) -> None:
        super().__init__()
        self.class__ = nn.Parameter(torch.zeros((1, 768)))
        self.positions = nn.Parameter(torch.zeros((50, 768)))
        self.conv1 = nn.Conv2d(3, 768, 32, stride=32, bias=False)  # [B, 768, 7, 7]
        self.layer_norm1 = nn.LayerNorm(768)  # [B, 50, 768]
        self.layers = nn.ModuleList(Layer(768, 12) for _ in range(12))  # [B, 50, 768]
        self.layer_norm2 = nn.LayerNorm(768)  # [B, 768]
        self.linear1 = nn.Linear(768, 512, bias=False)  # [B, 512]

    def forward(self, x: Tensor) -> Tensor:
        patches = self.conv1(x).flatten(2).permute(0, 2, 1)  # [B, 49, 768]
        tokens = torch.cat([self.class__.expand(patches.size(0), -1, -1), patches], 1)
        tokens = tokens + self.positions  # [B, 50, 768]
        y: Tensor = self.layer_norm1(tokens)  # [B, 50, 768]
        for layer in self.layers:
            y = layer(y)
        y = self.linear1(self.layer_norm2(y.select(1, 0)))  # [B, 512]
        return y


class CausalLayer(nn.Module):
    """Block: [B, T, width] -> [B, T, width].

    layer        output               parameters
    layer_norm1  T×width                 2·width
    attention1   T×width      4·width² + 4·width
    layer_norm2  T×width                 2·width
    linear1      T×(4·width)  4·width² + 4·width
    linear2      T×width        4·width² + width
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(width)  # [B, T, width]
        self.attention1 = SelfAttention(width, heads, causal=True)  # [B, T, width]
        self.layer_norm2 = nn.LayerNorm(width)  # [B, T, width]
        self.linear1 = nn.Linear(width, 4 * width)  # [B, T, 4*width]
        self.linear2 = nn.Linear(4 * width, width)  # [B, T, width]

    def forward(self, x: Tensor) -> Tensor:
        h = x + self.attention1(self.layer_norm1(x))  # [B, T, width]
        x = F.gelu(self.linear1(self.layer_norm2(h)))  # [B, T, 4*width]
        y: Tensor = h + self.linear2(x)  # [B, T, width]
        return y


class Text(nn.Module):
    """Encoder: [B, 77] -> [B, 512].

    layer               output  parameters
    embedding1          77×512  25,296,896
    learned_positions1  77×512      39,424
    layers              77×512  37,828,608
    layer_norm1         77×512       1,024
    select1             512
    linear1             512        262,144
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(49408, 512)
        self.learned_positions1 = nn.Embedding(77, 512)
        self.layers = nn.ModuleList(CausalLayer(512, 8) for _ in range(12))
        self.layer_norm1 = nn.LayerNorm(512)
        self.linear1 = nn.Linear(512, 512, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.embedding1(ids) + self.learned_positions1.weight
        for layer in self.layers:
            x = layer(x)
        x = self.linear1(self.layer_norm1(x).select(1, 76))  # [B, 512]
        return x


class CLIP(nn.Module):
    """Network: x [B, 3, 224, 224], ids [B, 77] -> [B, 1].

    layer               output      parameters
    scale               1                    1
    exp1                1
    cosine_similarity1  one number
    multiply1           1
    """

    def __init__(self, image: Image, text: Text) -> None:
        super().__init__()
        self.image = image
        self.text = text
        self.scale = nn.Parameter(torch.zeros(1))  # 1 parameters

    def forward(self, x: Tensor, ids: Tensor) -> Tensor:
        x = F.cosine_similarity(self.image(x), self.text(ids))  # [B]
        score: Tensor = torch.exp(self.scale) * x[:, None]  # [B, 1]
        return score

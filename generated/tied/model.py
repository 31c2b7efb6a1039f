"""The networks of tied.spec, written by specc 0.1.0.

Tied weights: the decoder's matrix is the encoder's, transposed; only the bias is its
own.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TransposedLinear(nn.Module):
    """A linear layer with another layer's weight, transposed; only the bias is its own."""

    def __init__(self, weight: Tensor, bias: bool = True) -> None:
        super().__init__()
        self.weight = weight  # [in, out], shared
        self.bias = nn.Parameter(torch.zeros(weight.shape[1])) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.T, self.bias)


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 32].

    layer     output  parameters
    code      32           2,080
    sigmoid1  32
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(64, 32)  # [B, 32], 2,080 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.code(x))  # [B, 32]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 32] -> [B, 64].

    layer     output  parameters
    pixels    64              64
    sigmoid1  64
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.pixels = TransposedLinear(encoder.code.weight)  # [B, 64], 64 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.pixels(h))  # [B, 64]
        return x

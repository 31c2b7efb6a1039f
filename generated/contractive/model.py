"""The networks of contractive.spec, written by specc 0.1.0.

A contractive autoencoder: the code's derivative by the input is kept small, here in
closed form.

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
    """Encoder: [B, 64] -> [B, 64].

    layer     output  parameters
    code      64           4,160
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(64, 64)  # [B, 64], 4,160 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.code(x))  # [B, 64]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 64] -> [B, 64].

    layer   output  parameters
    pixels  64              64
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.pixels = TransposedLinear(encoder.code.weight)  # [B, 64], 64 parameters

    def forward(self, h: Tensor) -> Tensor:
        h = self.pixels(h)  # [B, 64]
        return h

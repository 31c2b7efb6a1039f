"""The networks of tied_1000.spec, written by specc 0.1.0.

Tied and untied weights of the same shape, 784-1000-784: tying halves what is learnt.

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
    """Encoder: [B, 784] -> [B, 1000].

    layer     output  parameters
    code      1,000      785,000
    sigmoid1  1,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(784, 1000)  # [B, 1000], 785,000 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.code(x))  # [B, 1000]
        return x


class Tied(nn.Module):
    """Decoder: [B, 1000] -> [B, 784].

    layer     output  parameters
    linear1   784            784
    sigmoid1  784
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.linear1 = TransposedLinear(encoder.code.weight)  # [B, 784], 784 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear1(h))  # [B, 784]
        return x


class Untied(nn.Module):
    """Decoder: [B, 1000] -> [B, 784].

    layer     output  parameters
    linear1   784        784,784
    sigmoid1  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(1000, 784)  # [B, 784], 784,784 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear1(h))  # [B, 784]
        return x

"""The networks of transfer.spec, written by specc 0.1.0.

What a discriminator has learnt without labels serves a classifier: its features stay, a
new head learns.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 32] -> [B, 64].

    layer    output  parameters
    linear1  128          4,224
    relu1    128
    linear2  64           8,256
    tanh1    64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(32, 128)  # [B, 128], 4,224 parameters
        self.linear2 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = torch.tanh(self.linear2(F.relu(self.linear1(z))))  # [B, 64]
        return x


class Features(nn.Module):
    """Network: [B, 64] -> [B, 64].

    layer        output  parameters
    linear1      128          8,320
    leaky_relu1  128
    linear2      64           8,256
    leaky_relu2  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.linear1(x), negative_slope=0.2)  # [B, 128]
        x = F.leaky_relu(self.linear2(x), negative_slope=0.2)  # [B, 64]
        return x


class D(nn.Module):
    """Discriminator: [B, 64] -> [B, 1].

    layer    output  parameters
    linear1  1               65
    """

    def __init__(self, features: Features) -> None:
        super().__init__()
        self.features = features
        self.linear1 = nn.Linear(64, 1)  # [B, 1], 65 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(self.features(x))  # [B, 1]
        return x


class Head(nn.Module):
    """Network: [B, 64] -> [B, 10].

    layer    output  parameters
    linear1  10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, h: Tensor) -> Tensor:
        h = self.linear1(h)  # [B, 10]
        return h

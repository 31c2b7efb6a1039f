"""The networks of gaussians_minmax.spec, written by specc 0.1.0.

A generative adversarial network on a ring of eight clouds, as the two-player game of
one value.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 16] -> [B, 2].

    layer    output  parameters
    linear1  128          2,176
    relu1    128
    linear2  128         16,512
    relu2    128
    linear3  2              258
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(16, 128)  # [B, 128], 2,176 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 2)  # [B, 2], 258 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 128]
        x = self.linear3(x)  # [B, 2]
        return x


class D(nn.Module):
    """Discriminator: [B, 2] -> [B, 1].

    layer        output  parameters
    linear1      128            384
    leaky_relu1  128
    linear2      128         16,512
    leaky_relu2  128
    linear3      1              129
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(2, 128)  # [B, 128], 384 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 1)  # [B, 1], 129 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.linear1(x), negative_slope=0.2)  # [B, 128]
        x = F.leaky_relu(self.linear2(x), negative_slope=0.2)  # [B, 128]
        x = self.linear3(x)  # [B, 1]
        return x

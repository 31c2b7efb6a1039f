"""The networks of helix_gan.spec, written by specc 0.1.0.

A conditional generator draws a noisy helix, where a network trained by squared error
gives only its curve.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: z [B, 8], t [B, 1] -> [B, 3].

    layer      output  parameters
    multiply1  1
    concat1    9
    linear1    64             640
    relu1      64
    linear2    64           4,160
    relu2      64
    linear3    3              195
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(9, 64)  # [B, 64], 640 parameters
        self.linear2 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.linear3 = nn.Linear(64, 3)  # [B, 3], 195 parameters

    def forward(self, z: Tensor, t: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(torch.cat([z, 4 * t], 1)))  # [B, 64]
        x = self.linear3(F.relu(self.linear2(x)))  # [B, 3]
        return x


class D(nn.Module):
    """Discriminator: point [B, 3], t [B, 1] -> [B, 1].

    layer        output  parameters
    multiply1    1
    concat1      4
    linear1      64             320
    leaky_relu1  64
    linear2      64           4,160
    leaky_relu2  64
    linear3      1               65
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(4, 64)  # [B, 64], 320 parameters
        self.linear2 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.linear3 = nn.Linear(64, 1)  # [B, 1], 65 parameters

    def forward(self, point: Tensor, t: Tensor) -> Tensor:
        x: Tensor = F.leaky_relu(
            self.linear1(torch.cat([point, 4 * t], 1)), negative_slope=0.2
        )
        x = F.leaky_relu(self.linear2(x), negative_slope=0.2)  # [B, 64]
        x = self.linear3(x)  # [B, 1]
        return x

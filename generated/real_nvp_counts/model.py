"""The networks of real_nvp_counts.spec, written by specc 0.1.0.

Eight affine couplings on points (Dinh et al. 2017): the first number scales and moves
the second, then they change places.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Coupling(nn.Module):
    """Block: [B, in_features] -> [B, 2].

    layer    output      parameters
    linear1  width          2·width
    linear2  width   width² + width
    linear3  2          2·width + 2
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(1, width)  # [B, width]
        self.linear2 = nn.Linear(width, width)  # [B, width]
        self.linear3 = nn.Linear(width, 2)  # [B, 2]

    def forward(self, x: Tensor) -> Tensor:
        st = F.relu(self.linear2(F.relu(self.linear1(x[:, :1]))))  # [B, width]
        st = self.linear3(st)  # [B, 2]
        s = 2 * torch.tanh(st[:, :1] / 2)  # [B, 1]
        y: Tensor = x[:, 1:2] * torch.exp(s) + st[:, 1:2]  # [B, 1]
        y = torch.cat([y, x[:, :1]], 1)  # [B, 2]
        return y


class Flow(nn.Module):
    """Network: [B, 2] -> [B, 2].

    layer      output  parameters
    couplings  2           35,344
    """

    def __init__(self) -> None:
        super().__init__()
        self.couplings = nn.ModuleList(Coupling(64) for _ in range(8))  # [B, 2]

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.couplings:
            x = layer(x)
        return x

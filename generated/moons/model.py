"""The networks of moons.spec, written by specc 0.1.0.

Two half circles that no line parts, told apart by two layers.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Side(nn.Module):
    """Network: [B, 2] -> [B, 2].

    layer    output  parameters
    linear1  32              96
    relu1    32
    linear2  32           1,056
    relu2    32
    linear3  2               66
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(2, 32)  # [B, 32], 96 parameters
        self.linear2 = nn.Linear(32, 32)  # [B, 32], 1,056 parameters
        self.linear3 = nn.Linear(32, 2)  # [B, 2], 66 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 32]
        x = self.linear3(x)  # [B, 2]
        return x

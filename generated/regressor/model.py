"""The networks of regressor.spec, written by specc 0.1.0.

The regressor of the lecture, 10-10-1 with relu, for a table of n columns: 10·n + 131
parameters.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Regressor(nn.Module):
    """Network: [B, 10] -> [B, 1].

    layer   output  parameters
    first   10             110
    relu1   10
    second  10             110
    relu2   10
    output  1               11
    """

    def __init__(self, n: int = 10) -> None:
        super().__init__()
        self.first = nn.Linear(n, 10)  # [B, 10], 110 parameters
        self.second = nn.Linear(10, 10)  # [B, 10], 110 parameters
        self.output = nn.Linear(10, 1)  # [B, 1], 11 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.second(F.relu(self.first(x))))  # [B, 10]
        x = self.output(x)  # [B, 1]
        return x

"""The networks of regressor_n.spec, written by specc 0.1.0.

The regressor 10-10-1 with the number of columns left open.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Regressor(nn.Module):
    """Network: [B, n] -> [B, 1].

    layer    output  parameters
    linear1  10       10·n + 10
    relu1    10
    linear2  10             110
    relu2    10
    linear3  1               11
    """

    def __init__(self, n: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(n, 10)  # [B, 10], 10 * n + 10 parameters
        self.linear2 = nn.Linear(10, 10)  # [B, 10], 110 parameters
        self.linear3 = nn.Linear(10, 1)  # [B, 1], 11 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 10]
        x = self.linear3(x)  # [B, 1]
        return x

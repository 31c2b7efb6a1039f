"""The networks of two_three_one.spec, written by specc 0.1.0.

The lecture's first multilayer perceptron: two inputs, three hidden units, one output.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    """Network: [B, 2] -> [B, 1].

    layer     output  parameters
    hidden    3                9
    sigmoid1  3
    output    1                4
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(2, 3)  # [B, 3], 9 parameters
        self.output = nn.Linear(3, 1)  # [B, 1], 4 parameters

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.output(torch.sigmoid(self.hidden(x)))  # [B, 1]
        return output

"""The networks of three_five_two.spec, written by specc 0.1.0.

One of the perceptrons that have 32 parameters.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    """Network: [B, 3] -> [B, 2].

    layer   output  parameters
    hidden  5               20
    tanh1   5
    output  2               12
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3, 5)  # [B, 5], 20 parameters
        self.output = nn.Linear(5, 2)  # [B, 2], 12 parameters

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.output(torch.tanh(self.hidden(x)))  # [B, 2]
        return output

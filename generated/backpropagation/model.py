"""The networks of backpropagation.spec, written by specc 0.1.0.

A network that is small enough to be worked on paper.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """Network: [B, 2] -> [B, 1].

    layer     output  parameters
    hidden    2                6
    sigmoid1  2
    score     1                3
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(2, 2)  # [B, 2], 6 parameters
        self.score = nn.Linear(2, 1)  # [B, 1], 3 parameters

    def forward(self, x: Tensor) -> Tensor:
        score: Tensor = self.score(torch.sigmoid(self.hidden(x)))  # [B, 1]
        return score

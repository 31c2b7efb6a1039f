"""The networks of activation_maximisation.spec, written by specc 0.1.0.

The input that makes a hidden unit answer most: the weights stay, the input learns. It
is W_i / |W_i|.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Network: [B, 64] -> [B, 10].

    layer    output  parameters
    hidden   32           2,080
    tanh1    32
    linear1  10             330
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 32)  # [B, 32], 2,080 parameters
        self.linear1 = nn.Linear(32, 10)  # [B, 10], 330 parameters

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.hidden(x)  # [B, 32]
        linear: Tensor = self.linear1(torch.tanh(x))  # [B, 10]
        return linear, x

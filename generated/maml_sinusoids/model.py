"""The networks of maml_sinusoids.spec, written by specc 0.1.0.

Model-agnostic meta-learning (Finn et al. 2017): weights from which one step of descent
fits a new sine curve.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Net(nn.Module):
    """Network: [B, 10, 1] -> [B, 10, 1].

    layer    output  parameters
    linear1  10×40           80
    relu1    10×40
    linear2  10×40        1,640
    relu2    10×40
    linear3  10×1            41
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(1, 40)  # [B, 10, 40], 80 parameters
        self.linear2 = nn.Linear(40, 40)  # [B, 10, 40], 1,640 parameters
        self.linear3 = nn.Linear(40, 1)  # [B, 10, 1], 41 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 10, 40]
        x = self.linear3(x)  # [B, 10, 1]
        return x

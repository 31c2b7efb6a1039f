"""The networks of lenet.spec, written by specc 0.1.0.

LeNet-5 with the textbook's layer names (LeCun et al. 1998, fully connected C3).

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LeNet(nn.Module):
    """Network: [B, 1, 32, 32] -> [B, 10].

    layer     output    parameters
    C1        6×28×28          156
    tanh1     6×28×28
    S2        6×14×14
    C3        16×10×10       2,416
    tanh2     16×10×10
    S4        16×5×5
    C5        120×1×1       48,120
    tanh3     120×1×1
    flatten1  120
    F6        84            10,164
    tanh4     84
    logits    10               850
    """

    def __init__(self) -> None:
        super().__init__()
        self.C1 = nn.Conv2d(1, 6, 5)  # [B, 6, 28, 28], 156 parameters
        self.C3 = nn.Conv2d(6, 16, 5)  # [B, 16, 10, 10], 2,416 parameters
        self.C5 = nn.Conv2d(16, 120, 5)  # [B, 120, 1, 1], 48,120 parameters
        self.F6 = nn.Linear(120, 84)  # [B, 84], 10,164 parameters
        self.logits = nn.Linear(84, 10)  # [B, 10], 850 parameters

    def forward(self, x: Tensor) -> Tensor:
        S2 = F.avg_pool2d(torch.tanh(self.C1(x)), 2)  # [B, 6, 14, 14]
        S4 = F.avg_pool2d(torch.tanh(self.C3(S2)), 2)  # [B, 16, 5, 5]
        x = torch.tanh(self.C5(S4)).flatten(1)  # [B, 120]
        logits: Tensor = self.logits(torch.tanh(self.F6(x)))  # [B, 10]
        return logits

"""The networks of helix_mean.spec, written by specc 0.1.0.

A network that learns by squared error gives the mean of what may follow: of a noisy
helix, the bare curve.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Curve(nn.Module):
    """Network: [B, 1] -> [B, 3].

    layer    output  parameters
    linear1  64             128
    relu1    64
    linear2  64           4,160
    relu2    64
    linear3  3              195
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(1, 64)  # [B, 64], 128 parameters
        self.linear2 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.linear3 = nn.Linear(64, 3)  # [B, 3], 195 parameters

    def forward(self, t: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(t))))  # [B, 64]
        x = self.linear3(x)  # [B, 3]
        return x

"""The networks of prototypes.spec, written by specc 0.1.0.

Prototypical networks (Snell, Swersky & Zemel 2017): a class is the mean of the codes of
its few items, and an item belongs to the nearest. Ten classes, one item of each; the
nearest pixels are right in .64.

Shapes: B batch, N time.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Embed(nn.Module):
    """Encoder: [B, N, 64] -> [B, N, 64].

    layer    output  parameters
    linear1  N×128        8,320
    relu1    N×128
    linear2  N×64         8,256
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, N, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 64)  # [B, N, 64], 8,256 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear2(F.relu(self.linear1(x)))  # [B, N, 64]
        return x

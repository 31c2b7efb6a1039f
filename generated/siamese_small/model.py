"""The networks of siamese_small.spec, written by specc 0.1.0.

The stand-in for Koch et al. (2015) on digits: a tower of two convolutions, called
twice, with the margin loss of Hadsell et al. (2006).

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Tower(nn.Module):
    """Encoder: [B, 1, 8, 8] -> [B, 16].

    layer      output  parameters
    conv1      16×8×8         160
    relu1      16×8×8
    conv2      32×8×8       4,640
    relu2      32×8×8
    max_pool1  32×4×4
    flatten1   512
    linear1    64          32,832
    relu3      64
    linear2    16           1,040
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)  # [B, 16, 8, 8], 160 parameters
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)  # [B, 32, 8, 8], 4,640 parameters
        self.linear1 = nn.Linear(512, 64)  # [B, 64], 32,832 parameters
        self.linear2 = nn.Linear(64, 16)  # [B, 16], 1,040 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, 32, 8, 8]
        x = F.relu(self.linear1(F.max_pool2d(x, 2).flatten(1)))  # [B, 64]
        x = self.linear2(x)  # [B, 16]
        return x

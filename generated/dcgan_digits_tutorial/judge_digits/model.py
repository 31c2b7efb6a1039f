"""The networks of digits.spec, written by specc 0.1.0.

The judge of generated digits: a small convolutional classifier whose last hidden layer
gives the features.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Judge(nn.Module):
    """Network: [B, 1, 8, 8] -> features [B, 64], scores [B, 10].

    layer      output  parameters
    conv1      32×8×8         320
    relu1      32×8×8
    conv2      64×8×8      18,496
    relu2      64×8×8
    max_pool1  64×4×4
    flatten1   1,024
    hidden     64          65,600
    relu3      64
    classes    10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)  # [B, 32, 8, 8], 320 parameters
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)  # [B, 64, 8, 8], 18,496 parameters
        self.hidden = nn.Linear(1024, 64)  # [B, 64], 65,600 parameters
        self.classes = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, 64, 8, 8]
        h: Tensor = F.relu(self.hidden(F.max_pool2d(x, 2).flatten(1)))  # [B, 64]
        scores: Tensor = self.classes(h)  # [B, 10]
        return h, scores

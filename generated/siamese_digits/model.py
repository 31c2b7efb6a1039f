"""The networks of siamese_digits.spec, written by specc 0.1.0.

Siamese verification with the margin loss: the same Embed twice, hence the same weights.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Embed(nn.Module):
    """Encoder: [B, 1, 8, 8] -> [B, 32].

    layer      output  parameters
    conv1      32×8×8         320
    relu1      32×8×8
    max_pool1  32×4×4
    conv2      64×4×4      18,496
    relu2      64×4×4
    flatten1   1,024
    linear1    32          32,800
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)  # [B, 32, 8, 8], 320 parameters
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)  # [B, 64, 4, 4], 18,496 parameters
        self.linear1 = nn.Linear(1024, 32)  # [B, 32], 32,800 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # [B, 32, 4, 4]
        x = F.relu(self.conv2(x)).flatten(1)  # [B, 1024]
        x = self.linear1(x)  # [B, 32]
        return x

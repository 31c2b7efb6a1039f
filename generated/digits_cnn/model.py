"""The networks of digits_cnn.spec, written by specc 0.1.0.

A small convolutional network for the bundled 8x8 digits.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Classifier(nn.Module):
    """Network: [B, 1, 8, 8] -> [B, 10].

    layer     output  parameters
    C1        16×8×8         160
    relu1     16×8×8
    S1        16×4×4
    C2        32×4×4       4,640
    relu2     32×4×4
    S2        32×2×2
    flatten1  128
    logits    10           1,290
    """

    def __init__(self) -> None:
        super().__init__()
        self.C1 = nn.Conv2d(1, 16, 3, padding=1)  # [B, 16, 8, 8], 160 parameters
        self.C2 = nn.Conv2d(16, 32, 3, padding=1)  # [B, 32, 4, 4], 4,640 parameters
        self.logits = nn.Linear(128, 10)  # [B, 10], 1,290 parameters

    def forward(self, x: Tensor) -> Tensor:
        S1 = F.max_pool2d(F.relu(self.C1(x)), 2)  # [B, 16, 4, 4]
        S2 = F.max_pool2d(F.relu(self.C2(S1)), 2)  # [B, 32, 2, 2]
        logits: Tensor = self.logits(S2.flatten(1))  # [B, 10]
        return logits

"""The networks of digits_mlp.spec, written by specc 0.1.0.

Digits from their 64 pixels with one hidden layer.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Classifier(nn.Module):
    """Network: [B, 64] -> [B, 10].

    layer   output  parameters
    hidden  64           4,160
    relu1   64
    logits  10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.logits = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.logits(F.relu(self.hidden(x)))  # [B, 10]
        return logits

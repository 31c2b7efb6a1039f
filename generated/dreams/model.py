"""The networks of dreams.spec, written by specc 0.1.0.

Activation maximisation: the weights stay, and images climb towards what each class
answers to.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Classifier(nn.Module):
    """Network: [B, 64] -> [B, 10].

    layer    output  parameters
    linear1  64           4,160
    relu1    64
    logits   10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.logits = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.logits(F.relu(self.linear1(x)))  # [B, 10]
        return logits

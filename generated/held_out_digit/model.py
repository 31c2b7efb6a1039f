"""The networks of held_out_digit.spec, written by specc 0.1.0.

Anomalies: the autoencoder never learns the digit 0, so it rebuilds zeros badly.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 8].

    layer    output  parameters
    linear1  32           2,080
    relu1    32
    code     8              264
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 32)  # [B, 32], 2,080 parameters
        self.code = nn.Linear(32, 8)  # [B, 8], 264 parameters

    def forward(self, x: Tensor) -> Tensor:
        code: Tensor = self.code(F.relu(self.linear1(x)))  # [B, 8]
        return code


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 64].

    layer    output  parameters
    linear1  32             288
    relu1    32
    linear2  64           2,112
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(8, 32)  # [B, 32], 288 parameters
        self.linear2 = nn.Linear(32, 64)  # [B, 64], 2,112 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = self.linear2(F.relu(self.linear1(h)))  # [B, 64]
        return x

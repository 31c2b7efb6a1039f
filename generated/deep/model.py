"""The networks of deep.spec, written by specc 0.1.0.

A deep autoencoder with a code of eight numbers, against PCA with as many.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 8].

    layer    output  parameters
    linear1  256         16,640
    relu1    256
    linear2  64          16,448
    relu2    64
    linear3  8              520
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 256)  # [B, 256], 16,640 parameters
        self.linear2 = nn.Linear(256, 64)  # [B, 64], 16,448 parameters
        self.linear3 = nn.Linear(64, code)  # [B, 8], 520 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 64]
        x = self.linear3(x)  # [B, 8]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 64].

    layer    output  parameters
    linear1  64             576
    relu1    64
    linear2  256         16,640
    relu2    256
    linear3  64          16,448
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(code, 64)  # [B, 64], 576 parameters
        self.linear2 = nn.Linear(64, 256)  # [B, 256], 16,640 parameters
        self.linear3 = nn.Linear(256, 64)  # [B, 64], 16,448 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 256]
        x = self.linear3(x)  # [B, 64]
        return x

"""The networks of ecg.spec, written by specc 0.1.0.

Anomalies: the autoencoder learns healthy heart beats only, so ill ones are rebuilt
badly.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 140] -> [B, 8].

    layer    output  parameters
    linear1  32           4,512
    relu1    32
    linear2  16             528
    relu2    16
    code     8              136
    relu3    8
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(140, 32)  # [B, 32], 4,512 parameters
        self.linear2 = nn.Linear(32, 16)  # [B, 16], 528 parameters
        self.code = nn.Linear(16, 8)  # [B, 8], 136 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 16]
        x = F.relu(self.code(x))  # [B, 8]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 140].

    layer    output  parameters
    linear1  16             144
    relu1    16
    linear2  32             544
    relu2    32
    linear3  140          4,620
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(8, 16)  # [B, 16], 144 parameters
        self.linear2 = nn.Linear(16, 32)  # [B, 32], 544 parameters
        self.linear3 = nn.Linear(32, 140)  # [B, 140], 4,620 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(h))))  # [B, 32]
        x = self.linear3(x)  # [B, 140]
        return x

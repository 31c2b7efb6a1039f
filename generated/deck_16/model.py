"""The networks of deck_16.spec, written by specc 0.1.0.

The lecture's deeper autoencoder: the code has 16 numbers.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> [B, 16].

    layer    output  parameters
    linear1  128        100,480
    relu1    128
    linear2  64           8,256
    relu2    64
    linear3  32           2,080
    relu3    32
    code     16             528
    relu4    16
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 128)  # [B, 128], 100,480 parameters
        self.linear2 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters
        self.linear3 = nn.Linear(64, 32)  # [B, 32], 2,080 parameters
        self.code = nn.Linear(32, 16)  # [B, 16], 528 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 64]
        x = F.relu(self.code(F.relu(self.linear3(x))))  # [B, 16]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 16] -> [B, 784].

    layer    output  parameters
    linear1  32             544
    relu1    32
    linear2  64           2,112
    relu2    64
    linear3  128          8,320
    relu3    128
    linear4  784        101,136
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(16, 32)  # [B, 32], 544 parameters
        self.linear2 = nn.Linear(32, 64)  # [B, 64], 2,112 parameters
        self.linear3 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear4 = nn.Linear(128, 784)  # [B, 784], 101,136 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(h))))  # [B, 64]
        x = self.linear4(F.relu(self.linear3(x)))  # [B, 784]
        return x

"""The networks of adversarial_autoencoder_784.spec, written by specc 0.1.0.

The adversarial autoencoder of Makhzani et al. (2015) at its size: codes of 8 numbers,
1000 units a layer.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> [B, 8].

    layer    output  parameters
    linear1  1,000      785,000
    relu1    1,000
    linear2  1,000    1,001,000
    relu2    1,000
    linear3  8            8,008
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 1000)  # [B, 1000], 785,000 parameters
        self.linear2 = nn.Linear(1000, 1000)  # [B, 1000], 1,001,000 parameters
        self.linear3 = nn.Linear(1000, 8)  # [B, 8], 8,008 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 1000]
        x = self.linear3(x)  # [B, 8]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 784].

    layer     output  parameters
    linear1   1,000        9,000
    relu1     1,000
    linear2   1,000    1,001,000
    relu2     1,000
    linear3   784        784,784
    sigmoid1  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(8, 1000)  # [B, 1000], 9,000 parameters
        self.linear2 = nn.Linear(1000, 1000)  # [B, 1000], 1,001,000 parameters
        self.linear3 = nn.Linear(1000, 784)  # [B, 784], 784,784 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 1000]
        x = torch.sigmoid(self.linear3(x))  # [B, 784]
        return x


class Prior(nn.Module):
    """Discriminator: [B, 8] -> [B, 1].

    layer    output  parameters
    linear1  1,000        9,000
    relu1    1,000
    linear2  1,000    1,001,000
    relu2    1,000
    linear3  1            1,001
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(8, 1000)  # [B, 1000], 9,000 parameters
        self.linear2 = nn.Linear(1000, 1000)  # [B, 1000], 1,001,000 parameters
        self.linear3 = nn.Linear(1000, 1)  # [B, 1], 1,001 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 1000]
        x = self.linear3(x)  # [B, 1]
        return x

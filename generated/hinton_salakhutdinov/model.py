"""The networks of hinton_salakhutdinov.spec, written by specc 0.1.0.

The deep autoencoder of Hinton and Salakhutdinov 2006: 784-1000-500-250-30 and back.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> [B, 30].

    layer     output  parameters
    linear1   1,000      785,000
    sigmoid1  1,000
    linear2   500        500,500
    sigmoid2  500
    linear3   250        125,250
    sigmoid3  250
    code      30           7,530
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 1000)  # [B, 1000], 785,000 parameters
        self.linear2 = nn.Linear(1000, 500)  # [B, 500], 500,500 parameters
        self.linear3 = nn.Linear(500, 250)  # [B, 250], 125,250 parameters
        self.code = nn.Linear(250, 30)  # [B, 30], 7,530 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.linear2(torch.sigmoid(self.linear1(x))))  # [B, 500]
        code: Tensor = self.code(torch.sigmoid(self.linear3(x)))  # [B, 30]
        return code


class Decoder(nn.Module):
    """Decoder: [B, 30] -> [B, 784].

    layer     output  parameters
    linear1   250          7,750
    sigmoid1  250
    linear2   500        125,500
    sigmoid2  500
    linear3   1,000      501,000
    sigmoid3  1,000
    linear4   784        784,784
    sigmoid4  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(30, 250)  # [B, 250], 7,750 parameters
        self.linear2 = nn.Linear(250, 500)  # [B, 500], 125,500 parameters
        self.linear3 = nn.Linear(500, 1000)  # [B, 1000], 501,000 parameters
        self.linear4 = nn.Linear(1000, 784)  # [B, 784], 784,784 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear2(torch.sigmoid(self.linear1(z))))
        x = torch.sigmoid(self.linear4(torch.sigmoid(self.linear3(x))))  # [B, 784]
        return x

"""The networks of lecture_counts.spec, written by specc 0.1.0.

Fully connected networks that lectures and tutorials give with their counts.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FourLayers(nn.Module):
    """Network: [B, 3] -> [B, 1].

    layer    output  parameters
    linear1  5               20
    tanh1    5
    linear2  2               12
    tanh2    2
    linear3  1                3
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(3, 5)  # [B, 5], 20 parameters
        self.linear2 = nn.Linear(5, 2)  # [B, 2], 12 parameters
        self.linear3 = nn.Linear(2, 1)  # [B, 1], 3 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(self.linear2(torch.tanh(self.linear1(x))))  # [B, 2]
        x = self.linear3(x)  # [B, 1]
        return x


class Tens(nn.Module):
    """Network: [B, 10] -> [B, 1].

    layer    output  parameters
    linear1  10             110
    relu1    10
    linear2  10             110
    relu2    10
    linear3  1               11
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(10, 10)  # [B, 10], 110 parameters
        self.linear2 = nn.Linear(10, 10)  # [B, 10], 110 parameters
        self.linear3 = nn.Linear(10, 1)  # [B, 1], 11 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 10]
        x = self.linear3(x)  # [B, 1]
        return x


class Basic(nn.Module):
    """Network: [B, 784] -> [B, 784].

    layer     output  parameters
    code      64          50,240
    relu1     64
    linear1   784         50,960
    sigmoid1  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(784, 64)  # [B, 64], 50,240 parameters
        self.linear1 = nn.Linear(64, 784)  # [B, 784], 50,960 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.linear1(F.relu(self.code(x))))  # [B, 784]
        return x


class Moons(nn.Module):
    """Network: [B, 34] -> [B, 2].

    layer    output  parameters
    linear1  128          4,480
    relu1    128
    linear2  128         16,512
    relu2    128
    linear3  128         16,512
    relu3    128
    linear4  2              258
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(34, 128)  # [B, 128], 4,480 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear4 = nn.Linear(128, 2)  # [B, 2], 258 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 128]
        x = self.linear4(F.relu(self.linear3(x)))  # [B, 2]
        return x

"""The networks of greedy_pretraining.spec, written by specc 0.1.0.

A deep classifier that is pre-trained layer by layer (Hinton & Salakhutdinov 2006), then
fine-tuned.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class First(nn.Module):
    """Encoder: [B, 64] -> [B, 48].

    layer    output  parameters
    linear1  48           3,120
    relu1    48
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 48)  # [B, 48], 3,120 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear1(x))  # [B, 48]
        return x


class FirstBack(nn.Module):
    """Decoder: [B, 48] -> [B, 64].

    layer     output  parameters
    linear1   64           3,136
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(48, 64)  # [B, 64], 3,136 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear1(h))  # [B, 64]
        return x


class Second(nn.Module):
    """Encoder: [B, 48] -> [B, 24].

    layer    output  parameters
    linear1  24           1,176
    relu1    24
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(48, 24)  # [B, 24], 1,176 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(h))  # [B, 24]
        return x


class SecondBack(nn.Module):
    """Decoder: [B, 24] -> [B, 48].

    layer    output  parameters
    linear1  48           1,200
    relu1    48
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(24, 48)  # [B, 48], 1,200 parameters

    def forward(self, c: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(c))  # [B, 48]
        return x


class Head(nn.Module):
    """Network: [B, 24] -> [B, 10].

    layer    output  parameters
    linear1  10             250
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(24, 10)  # [B, 10], 250 parameters

    def forward(self, c: Tensor) -> Tensor:
        c = self.linear1(c)  # [B, 10]
        return c

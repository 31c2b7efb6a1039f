"""The networks of manifold.spec, written by specc 0.1.0.

A code of two numbers: the whole plane of codes as one picture.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 2].

    layer    output  parameters
    linear1  128          8,320
    relu1    128
    linear2  2              258
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 2)  # [B, 2], 258 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear2(F.relu(self.linear1(x)))  # [B, 2]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 2] -> [B, 64].

    layer     output  parameters
    linear1   128            384
    relu1     128
    linear2   128         16,512
    relu2     128
    linear3   64           8,256
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(2, 128)  # [B, 128], 384 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(h))))  # [B, 128]
        x = torch.sigmoid(self.linear3(x))  # [B, 64]
        return x

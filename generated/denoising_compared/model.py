"""The networks of denoising_compared.spec, written by specc 0.1.0.

Only an autoencoder that saw noise removes it: two of the same shape learn side by side,
one from noisy images.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Denoising(nn.Module):
    """Network: [B, 64] -> [B, 64].

    layer     output  parameters
    linear1   128          8,320
    relu1     128
    linear2   32           4,128
    relu2     32
    linear3   128          4,224
    relu3     128
    linear4   64           8,256
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 32)  # [B, 32], 4,128 parameters
        self.linear3 = nn.Linear(32, 128)  # [B, 128], 4,224 parameters
        self.linear4 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 32]
        x = torch.sigmoid(self.linear4(F.relu(self.linear3(x))))  # [B, 64]
        return x


class Plain(nn.Module):
    """Network: [B, 64] -> [B, 64].

    layer     output  parameters
    linear1   128          8,320
    relu1     128
    linear2   32           4,128
    relu2     32
    linear3   128          4,224
    relu3     128
    linear4   64           8,256
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 32)  # [B, 32], 4,128 parameters
        self.linear3 = nn.Linear(32, 128)  # [B, 128], 4,224 parameters
        self.linear4 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 32]
        x = torch.sigmoid(self.linear4(F.relu(self.linear3(x))))  # [B, 64]
        return x

"""The networks of denoising_masking.spec, written by specc 0.1.0.

A denoising autoencoder: pixels are masked with probability q, and the clean image is
wanted back.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 32].

    layer    output  parameters
    linear1  128          8,320
    relu1    128
    code     32           4,128
    relu2    32
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.code = nn.Linear(128, 32)  # [B, 32], 4,128 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.code(F.relu(self.linear1(x))))  # [B, 32]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 32] -> [B, 64].

    layer     output  parameters
    linear1   128          4,224
    relu1     128
    pixels    64           8,256
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(32, 128)  # [B, 128], 4,224 parameters
        self.pixels = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.pixels(F.relu(self.linear1(h))))  # [B, 64]
        return x

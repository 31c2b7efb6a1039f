"""The networks of sparse_l1.spec, written by specc 0.1.0.

A sparse autoencoder: an L1 penalty on the code leaves few of its 128 units active.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 128].

    layer  output  parameters
    code   128          8,320
    relu1  128
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(64, 128)  # [B, 128], 8,320 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.code(x))  # [B, 128]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 128] -> [B, 64].

    layer   output  parameters
    pixels  64           8,256
    """

    def __init__(self) -> None:
        super().__init__()
        self.pixels = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, h: Tensor) -> Tensor:
        h = self.pixels(h)  # [B, 64]
        return h

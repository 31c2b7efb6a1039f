"""The networks of codes.spec, written by specc 0.1.0.

What the codes of an autoencoder are good for: neighbours, pictures of the plane, and an
encoder to keep.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 16].

    layer    output  parameters
    linear1  128          8,320
    relu1    128
    code     16           2,064
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.code = nn.Linear(128, 16)  # [B, 16], 2,064 parameters

    def forward(self, x: Tensor) -> Tensor:
        code: Tensor = self.code(F.relu(self.linear1(x)))  # [B, 16]
        return code


class Decoder(nn.Module):
    """Decoder: [B, 16] -> [B, 64].

    layer     output  parameters
    relu1     16
    linear1   128          2,176
    relu2     128
    linear2   64           8,256
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(16, 128)  # [B, 128], 2,176 parameters
        self.linear2 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(F.relu(h)))  # [B, 128]
        x = torch.sigmoid(self.linear2(x))  # [B, 64]
        return x

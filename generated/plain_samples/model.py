"""The networks of plain_samples.spec, written by specc 0.1.0.

A plain autoencoder is no generator: its decoder knows the codes of digits, and not what
lies between them.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 8].

    layer   output  parameters
    hidden  128          8,320
    relu1   128
    code    8            1,032
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.code = nn.Linear(128, code)  # [B, 8], 1,032 parameters

    def forward(self, x: Tensor) -> Tensor:
        code: Tensor = self.code(F.relu(self.hidden(x)))  # [B, 8]
        return code


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 64].

    layer     output  parameters
    hidden    128          1,152
    relu1     128
    pixels    64           8,256
    sigmoid1  64
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.hidden = nn.Linear(code, 128)  # [B, 128], 1,152 parameters
        self.pixels = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.pixels(F.relu(self.hidden(z))))  # [B, 64]
        return x

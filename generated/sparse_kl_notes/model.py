"""The networks of sparse_kl_notes.spec, written by specc 0.1.0.

The sparse autoencoder of Ng's lecture notes for patches of 8x8 pixels: 25 units that
are rarely active.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 25].

    layer     output  parameters
    code      25           1,625
    sigmoid1  25
    """

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Linear(64, 25)  # [B, 25], 1,625 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.code(x))  # [B, 25]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 25] -> [B, 64].

    layer     output  parameters
    pixels    64           1,664
    sigmoid1  64
    """

    def __init__(self) -> None:
        super().__init__()
        self.pixels = nn.Linear(25, 64)  # [B, 64], 1,664 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.pixels(h))  # [B, 64]
        return x

"""The networks of linear_pca.spec, written by specc 0.1.0.

A linear autoencoder spans what principal component analysis spans: its error is as
small.

Shapes: B batch.
"""

from __future__ import annotations

from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 8].

    layer    output  parameters
    linear1  8              520
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, code)  # [B, 8], 520 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(x)  # [B, 8]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 64].

    layer    output  parameters
    linear1  64             576
    """

    def __init__(self, code: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(code, 64)  # [B, 64], 576 parameters

    def forward(self, z: Tensor) -> Tensor:
        z = self.linear1(z)  # [B, 64]
        return z

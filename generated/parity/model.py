"""The networks of parity.spec, written by specc 0.1.0.

The parity of the bits so far, at every step; tested on sequences twice as long as those
learnt from.

Shapes: B batch, T time.
"""

from __future__ import annotations

from torch import Tensor, nn


class Parity(nn.Module):
    """Network: [B, T, 1] -> [B, T, 2].

    layer    output  parameters
    gru1     T×32         3,360
    linear1  T×2             66
    """

    def __init__(self) -> None:
        super().__init__()
        self.gru1 = nn.GRU(1, 32, batch_first=True)  # 3,360 parameters
        self.linear1 = nn.Linear(32, 2)  # [B, T, 2], 66 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(self.gru1(x)[0])  # [B, T, 2]
        return x

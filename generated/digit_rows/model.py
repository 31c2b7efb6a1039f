"""The networks of digit_rows.spec, written by specc 0.1.0.

A digit read row by row: many to one.

Shapes: B batch.
"""

from __future__ import annotations

from torch import Tensor, nn


class Reader(nn.Module):
    """Network: [B, 1, 8, 8] -> [B, 10].

    layer     output  parameters
    permute1  8×1×8
    flatten1  8×8
    gru1      64          14,208
    linear1   10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.gru1 = nn.GRU(8, 64, batch_first=True)  # 14,208 parameters
        self.linear1 = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, image: Tensor) -> Tensor:
        x: Tensor = self.gru1(image.permute(0, 2, 1, 3).flatten(2))[0][:, -1]  # [B, 64]
        x = self.linear1(x)  # [B, 10]
        return x

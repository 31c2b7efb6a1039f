"""The networks of echo_carried_12.spec, written by specc 0.1.0.

Bits come back 8 steps later, in streams that are read in windows of 12 steps. Each
batch begins with the state that the one before has left: long enough to learn it
(Williams & Peng 1990).

Shapes: B batch, T time.
"""

from __future__ import annotations

from torch import Tensor, nn


def run_carried(cells: nn.RNN | nn.GRU | nn.LSTM, x: Tensor) -> Tensor:
    """All outputs, [B, T, d] -> [B, T, n]. They begin with what the batch before has left in
    `cells.carried`, if anything, and leave their last states there; no gradient goes that way.
    """
    before: tuple[Tensor, ...] = getattr(cells, "carried", ())
    outputs: Tensor
    outputs, last = cells(x, before[0] if len(before) == 1 else before or None)
    states = (last,) if isinstance(last, Tensor) else last
    cells.carried = tuple(state.detach() for state in states)
    return outputs


class Echo(nn.Module):
    """Network: [B, T, 1] -> [B, T, 2].

    layer    output  parameters
    gru1     T×32         3,360
    linear1  T×2             66
    """

    def __init__(self) -> None:
        super().__init__()
        self.gru1 = nn.GRU(1, 32, batch_first=True)  # [B, T, 32], 3,360 parameters
        self.linear1 = nn.Linear(32, 2)  # [B, T, 2], 66 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(run_carried(self.gru1, x))  # [B, T, 2]
        return x

"""The networks of echo_12.spec, written by specc 0.1.0.

Bits come back 8 steps later. Gradients end after windows of 12 steps while the state
goes on: long enough to learn it (Williams & Peng 1990).

Shapes: B batch, T time.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def run_windows(
    cells: nn.RNN | nn.GRU | nn.LSTM,
    x: Tensor,
    steps: int,
    state: Tensor | tuple[Tensor, ...] | None = None,
) -> Tensor:
    """All outputs, [B, T, d] -> [B, T, n]; gradients end after some steps, the state goes on."""
    outputs: list[Tensor] = []
    for window in torch.split(x, steps, 1):
        found, state = cells(window, state)
        outputs.append(found)
        if isinstance(state, Tensor):
            state = state.detach()
        elif state is not None:
            state = tuple(s.detach() for s in state)
    return torch.cat(outputs, 1)


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
        x = self.linear1(run_windows(self.gru1, x, 12))  # [B, T, 2]
        return x

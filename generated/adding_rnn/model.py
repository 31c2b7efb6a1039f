"""The networks of adding_rnn.spec, written by specc 0.1.0.

The adding problem over 50 steps with a vanilla RNN, whose gradients vanish: it must not
learn it.

Shapes: B batch, T time.
"""

from __future__ import annotations

from torch import Tensor, nn


class Adder(nn.Module):
    """Network: [B, T, 2] -> [B, 1].

    layer    output  parameters
    rnn1     32           1,152
    linear1  1               33
    """

    def __init__(self) -> None:
        super().__init__()
        self.rnn1 = nn.RNN(2, 32, batch_first=True)  # 1,152 parameters
        self.linear1 = nn.Linear(32, 1)  # [B, 1], 33 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear1(self.rnn1(x)[0][:, -1])  # [B, 1]
        return x

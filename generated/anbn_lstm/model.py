"""The networks of anbn_lstm.spec, written by specc 0.1.0.

The words aⁿbⁿ, read symbol by symbol: after the first b, each next symbol follows from
a count. (Gers & Schmidhuber 2001.)

Shapes: B batch, T time.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Counter(nn.Module):
    """Network: [B, T] -> [B, T, 4].

    layer     output  parameters
    one_hot1  T×4
    lstm1     T×16         1,408
    linear1   T×4             68
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm1 = nn.LSTM(4, 16, batch_first=True)  # 1,408 parameters
        self.linear1 = nn.Linear(16, 4)  # [B, T, 4], 68 parameters

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.lstm1(F.one_hot(ids, 4).float())[0]  # [B, T, 16]
        x = self.linear1(x)  # [B, T, 4]
        return x

"""The networks of word_model.spec, written by specc 0.1.0.

A language model of words: stories of a small grammar that holds 1.33 bits a word, so
that nothing can do better in the mean.

Shapes: B batch, T time.
"""

from __future__ import annotations

from torch import Tensor, nn


class Writer(nn.Module):
    """Network: [B, T] -> [B, T, 63].

    layer       output  parameters
    embedding1  T×32         2,016
    gru1        T×64        18,816
    linear1     T×63         4,095
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(63, 32)  # [B, T, 32], 2,016 parameters
        self.gru1 = nn.GRU(32, 64, batch_first=True)  # 18,816 parameters
        self.linear1 = nn.Linear(64, 63)  # [B, T, 63], 4,095 parameters

    def forward(self, symbols: Tensor) -> Tensor:
        x: Tensor = self.gru1(self.embedding1(symbols))[0]  # [B, T, 64]
        x = self.linear1(x)  # [B, T, 63]
        return x

"""The networks of character_model.spec, written by specc 0.1.0.

A language model of characters: stories of a small grammar that holds 0.29 bits a
character, so that nothing can do better in the mean.

Shapes: B batch, T time.
"""

from __future__ import annotations

from torch import Tensor, nn


class Writer(nn.Module):
    """Network: [B, T] -> [B, T, 26].

    layer       output  parameters
    embedding1  T×16           416
    lstm1       T×96        43,776
    linear1     T×26         2,522
    """

    def __init__(self) -> None:
        super().__init__()
        self.embedding1 = nn.Embedding(26, 16)  # [B, T, 16], 416 parameters
        self.lstm1 = nn.LSTM(16, 96, batch_first=True)  # 43,776 parameters
        self.linear1 = nn.Linear(96, 26)  # [B, T, 26], 2,522 parameters

    def forward(self, symbols: Tensor) -> Tensor:
        x: Tensor = self.lstm1(self.embedding1(symbols))[0]  # [B, T, 96]
        x = self.linear1(x)  # [B, T, 26]
        return x

"""The networks of sutskever_encoder.spec, written by specc 0.1.0.

One side of the translator of Sutskever et al. (2014): four layers of 1000 cells on
words of 1000 numbers, with PyTorch's two offsets for each gate.

Shapes: B batch.
"""

from __future__ import annotations

from torch import Tensor, nn


class Reader(nn.Module):
    """Network: [B, 20, 1000] -> [B, 20, 1000].

    layer  output    parameters
    stack  20×1,000  32,032,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack = nn.LSTM(1000, 1000, num_layers=4, batch_first=True)

    def forward(self, words: Tensor) -> Tensor:
        words = self.stack(words)[0]  # [B, 20, 1000]
        return words

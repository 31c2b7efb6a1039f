"""The networks of keras_784.spec, written by specc 0.1.0.

The first autoencoder of the Keras blog: 784-32-784.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> [B, 32].

    layer    output  parameters
    linear1  32          25,120
    relu1    32
    """

    def __init__(self, code: int = 32) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, code)  # [B, 32], 25,120 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear1(x))  # [B, 32]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 32] -> [B, 784].

    layer     output  parameters
    linear1   784         25,872
    sigmoid1  784
    """

    def __init__(self, code: int = 32) -> None:
        super().__init__()
        self.linear1 = nn.Linear(code, 784)  # [B, 784], 25,872 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear1(h))  # [B, 784]
        return x

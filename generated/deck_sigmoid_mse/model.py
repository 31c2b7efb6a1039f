"""The networks of deck_sigmoid_mse.spec, written by specc 0.1.0.

The lecture's autoencoder 784-128-64-128-784 on digits of 28x28 pixels. The output is
squashed and learns by squared error.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> [B, 64].

    layer   output  parameters
    hidden  128        100,480
    relu1   128
    code    64           8,256
    relu2   64
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 128)  # [B, 128], 100,480 parameters
        self.code = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.code(F.relu(self.hidden(x))))  # [B, 64]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 64] -> [B, 784].

    layer     output  parameters
    hidden    128          8,320
    relu1     128
    pixels    784        101,136
    sigmoid1  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.pixels = nn.Linear(128, 784)  # [B, 784], 101,136 parameters

    def forward(self, h: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.pixels(F.relu(self.hidden(h))))  # [B, 784]
        return x

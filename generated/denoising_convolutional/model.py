"""The networks of denoising_convolutional.spec, written by specc 0.1.0.

The denoising layout of the TensorFlow tutorial: noise is added and clipped, and the
clean image is wanted back.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 1, 28, 28] -> [B, 8, 7, 7].

    layer  output    parameters
    down1  16×14×14         160
    relu1  16×14×14
    down2  8×7×7          1,160
    relu2  8×7×7
    """

    def __init__(self) -> None:
        super().__init__()
        self.down1 = nn.Conv2d(1, 16, 3, stride=2)  # [B, 16, 14, 14], 160 parameters
        self.down2 = nn.Conv2d(16, 8, 3, stride=2)  # [B, 8, 7, 7], 1,160 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.down1(F.pad(x, (0, 1, 0, 1))))  # [B, 16, 14, 14]
        x = F.relu(self.down2(F.pad(x, (0, 1, 0, 1))))  # [B, 8, 7, 7]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8, 7, 7] -> [B, 1, 28, 28].

    layer     output    parameters
    up1       8×14×14          584
    relu1     8×14×14
    up2       16×28×28       1,168
    relu2     16×28×28
    pixels    1×28×28          145
    sigmoid1  1×28×28
    """

    def __init__(self) -> None:
        super().__init__()
        self.up1 = nn.ConvTranspose2d(8, 8, 3, stride=2)  # [B, 8, 14, 14]
        self.up2 = nn.ConvTranspose2d(8, 16, 3, stride=2)  # [B, 16, 28, 28]
        self.pixels = nn.Conv2d(16, 1, 3, padding="same")  # [B, 1, 28, 28]

    def forward(self, h: Tensor) -> Tensor:
        up2 = self.up2(F.relu(self.up1(h)[..., :-1, :-1]))[..., :-1, :-1]
        x: Tensor = torch.sigmoid(self.pixels(F.relu(up2)))  # [B, 1, 28, 28]
        return x

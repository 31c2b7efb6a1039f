"""The networks of tutorial_cvae.spec, written by specc 0.1.0.

The convolutional variational autoencoder of the TensorFlow tutorial, with a code of two
numbers.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 1, 28, 28] -> mu [B, 2], logvar [B, 2].

    layer     output    parameters
    conv1     32×13×13         320
    relu1     32×13×13
    conv2     64×6×6        18,496
    relu2     64×6×6
    flatten1  2,304
    mean      2              4,610
    spread    2              4,610
    """

    def __init__(self, latent: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, stride=2)  # [B, 32, 13, 13], 320 parameters
        self.conv2 = nn.Conv2d(32, 64, 3, stride=2)  # [B, 64, 6, 6], 18,496 parameters
        self.mean = nn.Linear(2304, latent)  # [B, 2], 4,610 parameters
        self.spread = nn.Linear(2304, latent)  # [B, 2], 4,610 parameters

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, 64, 6, 6]
        h = h.flatten(1)  # [B, 2304]
        mu: Tensor = self.mean(h)  # [B, 2]
        logvar: Tensor = self.spread(h)  # [B, 2]
        return mu, logvar


class Decoder(nn.Module):
    """Decoder: [B, 2] -> [B, 1, 28, 28].

    layer            output    parameters
    linear1          1,568          4,704
    relu1            1,568
    reshape1         32×7×7
    conv_transpose1  64×14×14      18,496
    relu2            64×14×14
    conv_transpose2  32×28×28      18,464
    relu3            32×28×28
    conv_transpose3  1×28×28          289
    """

    def __init__(self, latent: int = 2) -> None:
        super().__init__()
        self.linear1 = nn.Linear(latent, 1568)
        self.conv_transpose1 = nn.ConvTranspose2d(32, 64, 3, stride=2)
        self.conv_transpose2 = nn.ConvTranspose2d(64, 32, 3, stride=2)
        self.conv_transpose3 = nn.ConvTranspose2d(32, 1, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(z)).reshape(-1, 32, 7, 7)  # [B, 32, 7, 7]
        x = F.relu(self.conv_transpose1(x)[..., :-1, :-1])  # [B, 64, 14, 14]
        x = F.relu(self.conv_transpose2(x)[..., :-1, :-1])  # [B, 32, 28, 28]
        x = self.conv_transpose3(x)  # [B, 1, 28, 28]
        return x

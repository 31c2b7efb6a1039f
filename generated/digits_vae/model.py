"""The networks of digits_vae.spec, written by specc 0.1.0.

Convolutional variational autoencoder on the bundled 8x8 digits.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 1, 8, 8] -> mu [B, 8], logvar [B, 8].

    layer     output  parameters
    conv1     32×8×8         320
    relu1     32×8×8
    conv2     64×4×4      18,496
    relu2     64×4×4
    flatten1  1,024
    linear1   8            8,200
    linear2   8            8,200
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)  # [B, 32, 8, 8]
        self.conv2 = nn.Conv2d(32, 64, 3, stride=2, padding=1)  # [B, 64, 4, 4]
        self.linear1 = nn.Linear(1024, latent)  # [B, 8]
        self.linear2 = nn.Linear(1024, latent)  # [B, 8]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, 64, 4, 4]
        h = h.flatten(1)  # [B, 1024]
        mu: Tensor = self.linear1(h)  # [B, 8]
        logvar: Tensor = self.linear2(h)  # [B, 8]
        return mu, logvar


class Latent(nn.Module):
    """Bottleneck: mu [B, 8], logvar [B, 8] -> [B, 8]."""

    def forward(self, mu: Tensor, logvar: Tensor) -> Tensor:
        z: Tensor = (
            mu + torch.exp(0.5 * logvar.clamp(-30, 20)) * torch.randn_like(mu)
            if self.training
            else mu
        )
        return z


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 1, 8, 8].

    layer            output  parameters
    linear1          1,024        9,216
    relu1            1,024
    reshape1         64×4×4
    conv_transpose1  32×8×8      32,800
    relu2            32×8×8
    conv1            1×8×8          289
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(latent, 1024)
        self.conv_transpose1 = nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1)
        self.conv1 = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear1(z)).reshape(-1, 64, 4, 4)  # [B, 64, 4, 4]
        x = self.conv1(F.relu(self.conv_transpose1(x)))  # [B, 1, 8, 8]
        return x

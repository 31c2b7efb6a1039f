"""The networks of altering.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> mu [B, 8], logvar [B, 8].

    layer   output  parameters
    hidden  128          8,320
    relu1   128
    mean    8            1,032
    spread  8            1,032
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.mean = nn.Linear(128, latent)  # [B, 8], 1,032 parameters
        self.spread = nn.Linear(128, latent)  # [B, 8], 1,032 parameters

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.hidden(x))  # [B, 128]
        mu: Tensor = self.mean(h)  # [B, 8]
        logvar: Tensor = self.spread(h)  # [B, 8]
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
    """Decoder: [B, 8] -> [B, 64].

    layer   output  parameters
    hidden  128          1,152
    relu1   128
    pixels  64           8,256
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.hidden = nn.Linear(latent, 128)  # [B, 128], 1,152 parameters
        self.pixels = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, z: Tensor) -> Tensor:
        pixels: Tensor = self.pixels(F.relu(self.hidden(z)))  # [B, 64]
        return pixels


class Judge(nn.Module):
    """Says which digit an image shows; it judges what the others make.

    Network: [B, 64] -> [B, 10].

    layer      output  parameters
    reshape1   1×8×8
    conv1      32×8×8         320
    relu1      32×8×8
    conv2      64×8×8      18,496
    relu2      64×8×8
    max_pool1  64×4×4
    flatten1   1,024
    linear1    64          65,600
    relu3      64
    linear2    10             650
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)  # [B, 32, 8, 8], 320 parameters
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)  # [B, 64, 8, 8], 18,496 parameters
        self.linear1 = nn.Linear(1024, 64)  # [B, 64], 65,600 parameters
        self.linear2 = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x.reshape(-1, 1, 8, 8)))  # [B, 32, 8, 8]
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # [B, 64, 4, 4]
        x = F.relu(self.linear1(x.flatten(1)))  # [B, 64]
        x = self.linear2(x)  # [B, 10]
        return x

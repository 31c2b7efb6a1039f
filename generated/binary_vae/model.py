"""The networks of binary_vae.spec, written by specc 0.1.0.

A variational autoencoder on binarised digits: the objective is the negative evidence
bound in nats.

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

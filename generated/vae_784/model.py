"""The networks of vae_784.spec, written by specc 0.1.0.

The variational autoencoder of the PyTorch examples: 784-400-20-400-784.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 784] -> mu [B, 20], logvar [B, 20].

    layer    output  parameters
    linear1  400        314,000
    relu1    400
    mean     20           8,020
    spread   20           8,020
    """

    def __init__(self, latent: int = 20) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 400)  # [B, 400], 314,000 parameters
        self.mean = nn.Linear(400, latent)  # [B, 20], 8,020 parameters
        self.spread = nn.Linear(400, latent)  # [B, 20], 8,020 parameters

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.relu(self.linear1(x))  # [B, 400]
        mu: Tensor = self.mean(h)  # [B, 20]
        logvar: Tensor = self.spread(h)  # [B, 20]
        return mu, logvar


class Decoder(nn.Module):
    """Decoder: [B, 20] -> [B, 784].

    layer    output  parameters
    linear1  400          8,400
    relu1    400
    linear2  784        314,384
    """

    def __init__(self, latent: int = 20) -> None:
        super().__init__()
        self.linear1 = nn.Linear(latent, 400)  # [B, 400], 8,400 parameters
        self.linear2 = nn.Linear(400, 784)  # [B, 784], 314,384 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = self.linear2(F.relu(self.linear1(z)))  # [B, 784]
        return x

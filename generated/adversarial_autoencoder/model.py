"""The networks of adversarial_autoencoder.spec, written by specc 0.1.0.

Adversarial autoencoder (Makhzani et al. 2015): a critic of codes draws them to the
prior.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Encoder(nn.Module):
    """Encoder: [B, 64] -> [B, 8].

    layer    output  parameters
    linear1  128          8,320
    relu1    128
    linear2  128         16,512
    relu2    128
    linear3  8            1,032
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, latent)  # [B, 8], 1,032 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.linear2(F.relu(self.linear1(x))))  # [B, 128]
        x = self.linear3(x)  # [B, 8]
        return x


class Decoder(nn.Module):
    """Decoder: [B, 8] -> [B, 64].

    layer     output  parameters
    linear1   128          1,152
    relu1     128
    linear2   128         16,512
    relu2     128
    linear3   64           8,256
    sigmoid1  64
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(latent, 128)  # [B, 128], 1,152 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 128]
        x = torch.sigmoid(self.linear3(x))  # [B, 64]
        return x


class Critic(nn.Module):
    """Discriminator: [B, 8] -> [B, 1].

    layer    output  parameters
    linear1  128          1,152
    relu1    128
    linear2  128         16,512
    relu2    128
    linear3  1              129
    """

    def __init__(self, latent: int = 8) -> None:
        super().__init__()
        self.linear1 = nn.Linear(latent, 128)  # [B, 128], 1,152 parameters
        self.linear2 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.linear3 = nn.Linear(128, 1)  # [B, 1], 129 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.relu(self.linear2(F.relu(self.linear1(z))))  # [B, 128]
        x = self.linear3(x)  # [B, 1]
        return x

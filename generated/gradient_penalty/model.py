"""The networks of gradient_penalty.spec, written by specc 0.1.0.

A critic with gradient penalty (Gulrajani et al. 2017) on 8x8 digits: linear scores, no
normalisation in D.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 32] -> [B, 1, 8, 8].

    layer            output   parameters
    reshape1         32×1×1
    conv_transpose1  128×2×2      16,384
    batch_norm1      128×2×2         256
    relu1            128×2×2
    conv_transpose2  64×4×4      131,072
    batch_norm2      64×4×4          128
    relu2            64×4×4
    conv_transpose3  1×8×8         1,024
    tanh1            1×8×8
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv_transpose1 = nn.ConvTranspose2d(32, 128, 2, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(128)
        self.conv_transpose2 = nn.ConvTranspose2d(
            128, 64, 4, stride=2, padding=1, bias=False
        )
        self.batch_norm2 = nn.BatchNorm2d(64)
        self.conv_transpose3 = nn.ConvTranspose2d(
            64, 1, 4, stride=2, padding=1, bias=False
        )

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = self.conv_transpose1(z.reshape(-1, 32, 1, 1))  # [B, 128, 2, 2]
        x = self.conv_transpose2(F.relu(self.batch_norm1(x)))  # [B, 64, 4, 4]
        x = self.conv_transpose3(F.relu(self.batch_norm2(x)))  # [B, 1, 8, 8]
        x = torch.tanh(x)  # [B, 1, 8, 8]
        return x


class D(nn.Module):
    """Discriminator: [B, 1, 8, 8] -> [B, 1].

    layer        output   parameters
    conv1        64×4×4        1,024
    leaky_relu1  64×4×4
    conv2        128×2×2     131,072
    leaky_relu2  128×2×2
    conv3        1×1×1           512
    flatten1     1
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 4, stride=2, padding=1, bias=False)
        self.conv2 = nn.Conv2d(64, 128, 4, stride=2, padding=1, bias=False)
        self.conv3 = nn.Conv2d(128, 1, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(x), negative_slope=0.2)  # [B, 64, 4, 4]
        x = F.leaky_relu(self.conv2(x), negative_slope=0.2)  # [B, 128, 2, 2]
        x = self.conv3(x).flatten(1)  # [B, 1]
        return x

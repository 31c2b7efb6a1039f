"""The networks of pix2pix_digits.spec, written by specc 0.1.0.

Image-to-image translation (Isola et al. 2017) on digits: from edges to images, a small
U-Net against patches.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 1, 16, 16] -> [B, 1, 16, 16].

    layer            output   parameters
    conv1            32×8×8          544
    leaky_relu1      32×8×8
    conv2            64×4×4       32,768
    batch_norm1      64×4×4          128
    leaky_relu2      64×4×4
    conv_transpose1  32×8×8       32,768
    batch_norm2      32×8×8           64
    relu1            32×8×8
    concat1          64×8×8
    conv_transpose2  1×16×16       1,025
    tanh1            1×16×16
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 4, stride=2, padding=1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(64)
        self.conv_transpose1 = nn.ConvTranspose2d(
            64, 32, 4, stride=2, padding=1, bias=False
        )
        self.batch_norm2 = nn.BatchNorm2d(32)
        self.conv_transpose2 = nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        e1 = F.leaky_relu(self.conv1(x), negative_slope=0.2)  # [B, 32, 8, 8]
        e2 = F.leaky_relu(self.batch_norm1(self.conv2(e1)), negative_slope=0.2)
        d2 = F.relu(self.batch_norm2(self.conv_transpose1(e2)))  # [B, 32, 8, 8]
        x = torch.tanh(self.conv_transpose2(torch.cat([d2, e1], 1)))  # [B, 1, 16, 16]
        return x


class D(nn.Module):
    """Discriminator: x [B, 1, 16, 16], y [B, 1, 16, 16] -> [B, 1, 4, 4].

    layer        output   parameters
    concat1      2×16×16
    conv1        32×8×8        1,056
    leaky_relu1  32×8×8
    conv2        64×4×4       32,768
    batch_norm1  64×4×4          128
    leaky_relu2  64×4×4
    conv3        1×4×4           577
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 32, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 4, stride=2, padding=1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, 1, 3, padding=1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(torch.cat([x, y], 1)), negative_slope=0.2)
        x = F.leaky_relu(self.batch_norm1(self.conv2(x)), negative_slope=0.2)
        x = self.conv3(x)  # [B, 1, 4, 4]
        return x

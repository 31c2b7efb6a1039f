"""The networks of dcgan_paper.spec, written by specc 0.1.0.

DCGAN for 64x64 colour images (Radford et al. 2016): no pooling, no dense layers, batch
normalisation.

Shapes: B batch, H height, W width.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Up(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, 2*H, 2*W].

    layer            output                             parameters
    conv_transpose1  channels×(2·H)×(2·W)  16·channels·in_channels
    batch_norm1      channels×(2·H)×(2·W)               2·channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv_transpose1 = nn.ConvTranspose2d(
            in_channels, channels, 4, stride=2, padding=1, bias=False
        )
        self.batch_norm1 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.batch_norm1(self.conv_transpose1(x)))  # [B, channels, 2*H, 2*W]
        return x


class G(nn.Module):
    """Generator: [B, 100] -> [B, 3, 64, 64].

    layer            output     parameters
    reshape1         100×1×1
    conv_transpose1  512×4×4       819,200
    batch_norm1      512×4×4         1,024
    relu1            512×4×4
    up1              256×8×8     2,097,664
    up2              128×16×16     524,544
    up3              64×32×32      131,200
    conv_transpose2  3×64×64         3,072
    tanh1            3×64×64
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.conv_transpose1 = nn.ConvTranspose2d(100, 8 * width, 4, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(8 * width)
        self.up1 = Up(8 * width, 4 * width)
        self.up2 = Up(4 * width, 2 * width)
        self.up3 = Up(2 * width, width)
        self.conv_transpose2 = nn.ConvTranspose2d(
            width, 3, 4, stride=2, padding=1, bias=False
        )

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = self.conv_transpose1(z.reshape(-1, 100, 1, 1))  # [B, 512, 4, 4]
        x = self.up1(F.relu(self.batch_norm1(x)))  # [B, 256, 8, 8]
        x = torch.tanh(self.conv_transpose2(self.up3(self.up2(x))))  # [B, 3, 64, 64]
        return x


class Down(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, H//2, W//2].

    layer        output                             parameters
    conv1        channels×⌊H/2⌋×⌊W/2⌋  16·channels·in_channels
    batch_norm1  channels×⌊H/2⌋×⌊W/2⌋               2·channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 4, stride=2, padding=1, bias=False
        )
        self.batch_norm1 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.batch_norm1(self.conv1(x)), negative_slope=0.2)
        return x


class D(nn.Module):
    """Discriminator: [B, 3, 64, 64] -> [B, 1].

    layer        output     parameters
    conv1        64×32×32        3,072
    leaky_relu1  64×32×32
    down1        128×16×16     131,328
    down2        256×8×8       524,800
    down3        512×4×4     2,098,176
    conv2        1×1×1           8,192
    flatten1     1
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 4, stride=2, padding=1, bias=False)
        self.down1 = Down(width, 2 * width)
        self.down2 = Down(2 * width, 4 * width)
        self.down3 = Down(4 * width, 8 * width)
        self.conv2 = nn.Conv2d(8 * width, 1, 4, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(x), negative_slope=0.2)  # [B, 64, 32, 32]
        x = self.down3(self.down2(self.down1(x)))  # [B, 512, 4, 4]
        x = self.conv2(x).flatten(1)  # [B, 1]
        return x

"""The networks of unet.spec, written by specc 0.1.0."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DoubleConv(nn.Module):
    """U-Net (Ronneberger et al. 2015) with padding, so that any multiple of 16 fits."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, channels, H, W]
        return x


class DoubleConv2(nn.Module):
    """U-Net (Ronneberger et al. 2015) with padding, so that any multiple of 16 fits."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, channels, …, …]
        return x


class Up(nn.Module):
    """Block: [B, x_channels, …, …] and [B, skip_channels, …, …] -> [B, channels, …,
    …].
    """

    def __init__(self, x_channels: int, skip_channels: int, channels: int) -> None:
        super().__init__()
        self.conv_transpose1 = nn.ConvTranspose2d(x_channels, channels, 2, stride=2)
        self.double_conv1 = DoubleConv2(channels + skip_channels, channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        larger = self.conv_transpose1(x)  # [B, channels, …, …]
        y: Tensor = self.double_conv1(torch.cat([skip, larger], 1))
        return y


class UNet(nn.Module):
    """Network: [B, 1, H, W] -> [B, 2, …, …].

    layer         output                      parameters
    double_conv1  64×H×W                          37,568
    max_pool1     64×⌊H/2⌋×⌊W/2⌋
    double_conv2  128×⌊H/2⌋×⌊W/2⌋                221,440
    max_pool2     128×⌊H/4⌋×⌊W/4⌋
    double_conv3  256×⌊H/4⌋×⌊W/4⌋                885,248
    max_pool3     256×⌊H/8⌋×⌊W/8⌋
    double_conv4  512×⌊H/8⌋×⌊W/8⌋              3,539,968
    max_pool4     512×⌊H/16⌋×⌊W/16⌋
    double_conv5  1,024×⌊H/16⌋×⌊W/16⌋         14,157,824
    up1           512×(2·⌊H/16⌋)×(2·⌊W/16⌋)    9,176,576
    up2           256×(4·⌊H/16⌋)×(4·⌊W/16⌋)    2,294,528
    up3           128×(8·⌊H/16⌋)×(8·⌊W/16⌋)      573,824
    up4           64×(16·⌊H/16⌋)×(16·⌊W/16⌋)     143,552
    conv1         2×(16·⌊H/16⌋)×(16·⌊W/16⌋)          130
    """

    def __init__(self) -> None:
        super().__init__()
        self.double_conv1 = DoubleConv(1, 64)  # [B, 64, H, W], 37,568 parameters
        self.double_conv2 = DoubleConv2(64, 128)  # [B, 128, …, …], 221,440 parameters
        self.double_conv3 = DoubleConv2(128, 256)  # [B, 256, …, …], 885,248 parameters
        self.double_conv4 = DoubleConv2(256, 512)  # [B, 512, …, …]
        self.double_conv5 = DoubleConv2(512, 1024)  # [B, 1024, …, …]
        self.up1 = Up(1024, 512, 512)  # [B, 512, …, …], 9,176,576 parameters
        self.up2 = Up(512, 256, 256)  # [B, 256, …, …], 2,294,528 parameters
        self.up3 = Up(256, 128, 128)  # [B, 128, …, …], 573,824 parameters
        self.up4 = Up(128, 64, 64)  # [B, 64, …, …], 143,552 parameters
        self.conv1 = nn.Conv2d(64, 2, 1)  # [B, 2, …, …], 130 parameters

    def forward(self, x: Tensor) -> Tensor:
        e1 = self.double_conv1(x)  # [B, 64, H, W]
        e2 = self.double_conv2(F.max_pool2d(e1, 2))  # [B, 128, …, …]
        e3 = self.double_conv3(F.max_pool2d(e2, 2))  # [B, 256, …, …]
        e4 = self.double_conv4(F.max_pool2d(e3, 2))  # [B, 512, …, …]
        middle = self.double_conv5(F.max_pool2d(e4, 2))  # [B, 1024, …, …]
        d4 = self.up1(middle, e4)  # [B, 512, …, …]
        d3 = self.up2(d4, e3)  # [B, 256, …, …]
        d2 = self.up3(d3, e2)  # [B, 128, …, …]
        d1 = self.up4(d2, e1)  # [B, 64, …, …]
        scores: Tensor = self.conv1(d1)  # [B, 2, …, …]
        return scores

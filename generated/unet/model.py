"""The networks of unet.spec, written by specc 0.1.0.

U-Net (Ronneberger et al. 2015) with padding, so that any multiple of 16 fits.

Shapes: B batch, H height, W width.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DoubleConv(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, H, W].

    layer  output                               parameters
    conv1  channels×H×W  9·channels·in_channels + channels
    conv2  channels×H×W             9·channels² + channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, channels, H, W]
        return x


class Up(nn.Module):
    """Block: x [B, x_channels, H, W], skip [B, skip_channels, H2, W2] ->
    [B, channels, 2*H, 2*W].

    layer            output, parameters
    conv_transpose1  channels×(2·H)×(2·W)
                     4·channels·x_channels + channels
    double_conv1     channels×(2·H)×(2·W)
                     18·channels² + 9·channels·skip_channels + 2·channels
    """

    def __init__(self, x_channels: int, skip_channels: int, channels: int) -> None:
        super().__init__()
        self.conv_transpose1 = nn.ConvTranspose2d(x_channels, channels, 2, stride=2)
        self.double_conv1 = DoubleConv(channels + skip_channels, channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        larger = self.conv_transpose1(x)  # [B, channels, 2*H, 2*W]
        y: Tensor = self.double_conv1(torch.cat([skip, larger], 1))
        return y


class UNet(nn.Module):
    """Network: [B, 1, H, W] -> [B, 2, 16*(H//16), 16*(W//16)].

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
        self.double_conv1 = DoubleConv(1, 64)  # [B, 64, H, W]
        self.double_conv2 = DoubleConv(64, 128)  # [B, 128, H//2, W//2]
        self.double_conv3 = DoubleConv(128, 256)  # [B, 256, H//4, W//4]
        self.double_conv4 = DoubleConv(256, 512)  # [B, 512, H//8, W//8]
        self.double_conv5 = DoubleConv(512, 1024)  # [B, 1024, H//16, W//16]
        self.up1 = Up(1024, 512, 512)  # [B, 512, 2*(H//16), 2*(W//16)]
        self.up2 = Up(512, 256, 256)  # [B, 256, 4*(H//16), 4*(W//16)]
        self.up3 = Up(256, 128, 128)  # [B, 128, 8*(H//16), 8*(W//16)]
        self.up4 = Up(128, 64, 64)  # [B, 64, 16*(H//16), 16*(W//16)]
        self.conv1 = nn.Conv2d(64, 2, 1)  # [B, 2, 16*(H//16), 16*(W//16)]

    def forward(self, x: Tensor) -> Tensor:
        e1 = self.double_conv1(x)  # [B, 64, H, W]
        e2 = self.double_conv2(F.max_pool2d(e1, 2))  # [B, 128, H//2, W//2]
        e3 = self.double_conv3(F.max_pool2d(e2, 2))  # [B, 256, H//4, W//4]
        e4 = self.double_conv4(F.max_pool2d(e3, 2))  # [B, 512, H//8, W//8]
        middle = self.double_conv5(F.max_pool2d(e4, 2))  # [B, 1024, H//16, W//16]
        d4 = self.up1(middle, e4)  # [B, 512, 2*(H//16), 2*(W//16)]
        d3 = self.up2(d4, e3)  # [B, 256, 4*(H//16), 4*(W//16)]
        d2 = self.up3(d3, e2)  # [B, 128, 8*(H//16), 8*(W//16)]
        d1 = self.up4(d2, e1)  # [B, 64, 16*(H//16), 16*(W//16)]
        scores: Tensor = self.conv1(d1)  # [B, 2, 16*(H//16), 16*(W//16)]
        return scores

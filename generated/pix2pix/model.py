"""The networks of pix2pix.spec, written by specc 0.1.0.

Image-to-image translation (Isola et al. 2017): a U-Net of eight halvings against a
critic of 70x70 patches.

Shapes: B batch, H height, W width.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
        y = self.conv1(F.leaky_relu(x, negative_slope=0.2))  # [B, channels, H//2, W//2]
        z: Tensor = self.batch_norm1(y)  # [B, channels, H//2, W//2]
        return z


class DownWithoutNorm(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, H//2, W//2].

    layer  output                             parameters
    conv1  channels×⌊H/2⌋×⌊W/2⌋  16·channels·in_channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 4, stride=2, padding=1, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv1(F.leaky_relu(x, negative_slope=0.2))
        return y


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
        x = self.batch_norm1(self.conv_transpose1(F.relu(x)))  # [B, channels, 2*H, 2*W]
        return x


class G(nn.Module):
    """Generator: [B, 3, 256, 256] -> [B, 3, 256, 256].

    layer            output       parameters
    conv1            64×128×128        3,072
    down1            128×64×64       131,328
    down2            256×32×32       524,800
    down3            512×16×16     2,098,176
    down4            512×8×8       4,195,328
    down5            512×4×4       4,195,328
    down6            512×2×2       4,195,328
    down7            512×1×1       4,194,304
    up1              512×2×2       4,195,328
    concat1          1,024×2×2
    up2              512×4×4       8,389,632
    dropout1         512×4×4
    concat2          1,024×4×4
    up3              512×8×8       8,389,632
    dropout2         512×8×8
    concat3          1,024×8×8
    up4              512×16×16     8,389,632
    dropout3         512×16×16
    concat4          1,024×16×16
    up5              256×32×32     4,194,816
    concat5          512×32×32
    up6              128×64×64     1,048,832
    concat6          256×64×64
    up7              64×128×128      262,272
    concat7          128×128×128
    relu1            128×128×128
    conv_transpose1  3×256×256         6,147
    tanh1            3×256×256
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 4, stride=2, padding=1, bias=False)
        self.down1 = Down(64, 128)
        self.down2 = Down(128, 256)
        self.down3 = Down(256, 512)
        self.down4 = Down(512, 512)
        self.down5 = Down(512, 512)
        self.down6 = Down(512, 512)
        self.down7 = DownWithoutNorm(512, 512)
        self.up1 = Up(512, 512)
        self.up2 = Up(1024, 512)
        self.dropout1 = nn.Dropout(0.5)
        self.up3 = Up(1024, 512)
        self.dropout2 = nn.Dropout(0.5)
        self.up4 = Up(1024, 512)
        self.dropout3 = nn.Dropout(0.5)
        self.up5 = Up(1024, 256)
        self.up6 = Up(512, 128)
        self.up7 = Up(256, 64)
        self.conv_transpose1 = nn.ConvTranspose2d(128, 3, 4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        e1 = self.conv1(x)  # [B, 64, 128, 128]
        e2 = self.down1(e1)  # [B, 128, 64, 64]
        e3 = self.down2(e2)  # [B, 256, 32, 32]
        e4 = self.down3(e3)  # [B, 512, 16, 16]
        e5 = self.down4(e4)  # [B, 512, 8, 8]
        e6 = self.down5(e5)  # [B, 512, 4, 4]
        e7 = self.down6(e6)  # [B, 512, 2, 2]
        e8 = self.down7(e7)  # [B, 512, 1, 1]
        d7 = self.up1(e8)  # [B, 512, 2, 2]
        d6 = self.dropout1(self.up2(torch.cat([e7, d7], 1)))  # [B, 512, 4, 4]
        d5 = self.dropout2(self.up3(torch.cat([e6, d6], 1)))  # [B, 512, 8, 8]
        d4 = self.dropout3(self.up4(torch.cat([e5, d5], 1)))  # [B, 512, 16, 16]
        d3 = self.up5(torch.cat([e4, d4], 1))  # [B, 256, 32, 32]
        d2 = self.up6(torch.cat([e3, d3], 1))  # [B, 128, 64, 64]
        d1 = self.up7(torch.cat([e2, d2], 1))  # [B, 64, 128, 128]
        x = self.conv_transpose1(F.relu(torch.cat([e1, d1], 1)))  # [B, 3, 256, 256]
        x = torch.tanh(x)  # [B, 3, 256, 256]
        return x


class D(nn.Module):
    """Discriminator: x [B, 3, 256, 256], y [B, 3, 256, 256] -> [B, 1, 30, 30].

    layer        output      parameters
    concat1      6×256×256
    conv1        64×128×128       6,208
    down1        128×64×64      131,328
    down2        256×32×32      524,800
    leaky_relu1  256×32×32
    conv2        512×31×31    2,097,152
    batch_norm1  512×31×31        1,024
    leaky_relu2  512×31×31
    conv3        1×30×30          8,193
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(6, 64, 4, stride=2, padding=1)  # [B, 64, 128, 128]
        self.down1 = Down(64, 128)  # [B, 128, 64, 64]
        self.down2 = Down(128, 256)  # [B, 256, 32, 32]
        self.conv2 = nn.Conv2d(256, 512, 4, padding=1, bias=False)  # [B, 512, 31, 31]
        self.batch_norm1 = nn.BatchNorm2d(512)  # [B, 512, 31, 31]
        self.conv3 = nn.Conv2d(512, 1, 4, padding=1)  # [B, 1, 30, 30]

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        x = self.down1(self.conv1(torch.cat([x, y], 1)))  # [B, 128, 64, 64]
        x = F.leaky_relu(self.down2(x), negative_slope=0.2)  # [B, 256, 32, 32]
        x = F.leaky_relu(self.batch_norm1(self.conv2(x)), negative_slope=0.2)
        x = self.conv3(x)  # [B, 1, 30, 30]
        return x

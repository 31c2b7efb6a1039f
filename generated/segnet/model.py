"""The networks of segnet.spec, written by specc 0.1.0.

SegNet (Badrinarayanan et al. 2015): the decoder unpools with the encoder's indices.

Shapes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor, nn


def unpool(x: Tensor, indices: Tensor, size: tuple[int, ...]) -> Tensor:
    """Put values back where a max pooling found them: [B, C, ...] -> [B, C, *size]."""
    flat = x.new_zeros(x.shape[0], x.shape[1], math.prod(size))
    flat = flat.scatter(2, indices.flatten(2), x.flatten(2))
    return flat.reshape(x.shape[0], x.shape[1], *size)


class Unit(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, H, W].

    layer        output                               parameters
    conv1        channels×H×W  9·channels·in_channels + channels
    batch_norm1  channels×H×W                         2·channels
    """

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1)
        self.batch_norm1 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.batch_norm1(self.conv1(x)))  # [B, channels, H, W]
        return x


class SegNet(nn.Module):
    """Network: [B, 3, 224, 224] -> [B, 12, 224, 224].

    layer    output       parameters
    unit1    64×224×224        1,920
    unit2    64×224×224       37,056
    pool1    64×112×112
    unit3    128×112×112      74,112
    unit4    128×112×112     147,840
    pool2    128×56×56
    unit5    256×56×56       295,680
    unit6    256×56×56       590,592
    unit7    256×56×56       590,592
    pool3    256×28×28
    unit8    512×28×28     1,181,184
    unit9    512×28×28     2,360,832
    unit10   512×28×28     2,360,832
    pool4    512×14×14
    unit11   512×14×14     2,360,832
    unit12   512×14×14     2,360,832
    unit13   512×14×14     2,360,832
    pool5    512×7×7
    unpool1  512×14×14
    unit14   512×14×14     2,360,832
    unit15   512×14×14     2,360,832
    unit16   512×14×14     2,360,832
    unpool2  512×28×28
    unit17   512×28×28     2,360,832
    unit18   512×28×28     2,360,832
    unit19   256×28×28     1,180,416
    unpool3  256×56×56
    unit20   256×56×56       590,592
    unit21   256×56×56       590,592
    unit22   128×56×56       295,296
    unpool4  128×112×112
    unit23   128×112×112     147,840
    unit24   64×112×112       73,920
    unpool5  64×224×224
    unit25   64×224×224       37,056
    conv1    12×224×224        6,924
    """

    def __init__(self, classes: int = 12) -> None:
        super().__init__()
        self.unit1 = Unit(3, 64)  # [B, 64, 224, 224]
        self.unit2 = Unit(64, 64)  # [B, 64, 224, 224]
        self.unit3 = Unit(64, 128)  # [B, 128, 112, 112]
        self.unit4 = Unit(128, 128)  # [B, 128, 112, 112]
        self.unit5 = Unit(128, 256)  # [B, 256, 56, 56]
        self.unit6 = Unit(256, 256)  # [B, 256, 56, 56]
        self.unit7 = Unit(256, 256)  # [B, 256, 56, 56]
        self.unit8 = Unit(256, 512)  # [B, 512, 28, 28]
        self.unit9 = Unit(512, 512)  # [B, 512, 28, 28]
        self.unit10 = Unit(512, 512)  # [B, 512, 28, 28]
        self.unit11 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit12 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit13 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit14 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit15 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit16 = Unit(512, 512)  # [B, 512, 14, 14]
        self.unit17 = Unit(512, 512)  # [B, 512, 28, 28]
        self.unit18 = Unit(512, 512)  # [B, 512, 28, 28]
        self.unit19 = Unit(512, 256)  # [B, 256, 28, 28]
        self.unit20 = Unit(256, 256)  # [B, 256, 56, 56]
        self.unit21 = Unit(256, 256)  # [B, 256, 56, 56]
        self.unit22 = Unit(256, 128)  # [B, 128, 56, 56]
        self.unit23 = Unit(128, 128)  # [B, 128, 112, 112]
        self.unit24 = Unit(128, 64)  # [B, 64, 112, 112]
        self.unit25 = Unit(64, 64)  # [B, 64, 224, 224]
        self.conv1 = nn.Conv2d(64, classes, 3, padding=1)  # [B, 12, 224, 224]

    def forward(self, x: Tensor) -> Tensor:
        pool1, pool1_indices = F.max_pool2d(
            self.unit2(self.unit1(x)), 2, return_indices=True
        )
        pool2, pool2_indices = F.max_pool2d(
            self.unit4(self.unit3(pool1)), 2, return_indices=True
        )
        x = self.unit7(self.unit6(self.unit5(pool2)))  # [B, 256, 56, 56]
        x, pool3_indices = F.max_pool2d(x, 2, return_indices=True)
        x = self.unit10(self.unit9(self.unit8(x)))  # [B, 512, 28, 28]
        x, pool4_indices = F.max_pool2d(x, 2, return_indices=True)
        x = self.unit13(self.unit12(self.unit11(x)))  # [B, 512, 14, 14]
        x, pool5_indices = F.max_pool2d(x, 2, return_indices=True)
        x = self.unit14(unpool(x, pool5_indices, (14, 14)))  # [B, 512, 14, 14]
        x = unpool(self.unit16(self.unit15(x)), pool4_indices, (28, 28))
        x = self.unit19(self.unit18(self.unit17(x)))  # [B, 256, 28, 28]
        x = self.unit20(unpool(x, pool3_indices, (56, 56)))  # [B, 256, 56, 56]
        x = unpool(self.unit22(self.unit21(x)), pool2_indices, (112, 112))
        x = unpool(self.unit24(self.unit23(x)), pool1_indices, (224, 224))
        x = self.conv1(self.unit25(x))  # [B, 12, 224, 224]
        return x

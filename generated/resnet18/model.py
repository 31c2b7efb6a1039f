"""The networks of resnet18.spec, written by specc 0.1.0.

ResNet-18 (He et al. 2015), as torchvision builds it.

Shapes: B batch, H height, W width.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Residual(nn.Module):
    """Block: [B, channels, H, W] -> [B, channels, H, W].

    layer        output         parameters
    conv1        channels×H×W  9·channels²
    batch_norm1  channels×H×W   2·channels
    conv2        channels×H×W  9·channels²
    batch_norm2  channels×H×W   2·channels
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        main = F.relu(self.batch_norm1(self.conv1(x)))  # [B, channels, H, W]
        main = self.batch_norm2(self.conv2(main))  # [B, channels, H, W]
        y: Tensor = F.relu(main + x)  # [B, channels, H, W]
        return y


class ResidualWithStride(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, channels, …, …].

    layer        output                    parameters
    conv1        channels×…×…  9·channels·in_channels
    batch_norm1  channels×…×…              2·channels
    conv2        channels×…×…             9·channels²
    batch_norm2  channels×…×…              2·channels
    conv3        channels×…×…    channels·in_channels
    batch_norm3  channels×…×…              2·channels
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.batch_norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        self.batch_norm3 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        main = F.relu(self.batch_norm1(self.conv1(x)))  # [B, channels, …, …]
        main = self.batch_norm2(self.conv2(main))  # [B, channels, …, …]
        skip = self.batch_norm3(self.conv3(x))  # [B, channels, …, …]
        y: Tensor = F.relu(main + skip)  # [B, channels, …, …]
        return y


class ResNet18(nn.Module):
    """Network: [B, 3, 224, 224] -> [B, 1000].

    layer             output      parameters
    conv1             64×112×112       9,408
    batch_norm1       64×112×112         128
    relu1             64×112×112
    max_pool1         64×56×56
    residual1         64×56×56        73,984
    residual2         64×56×56        73,984
    residual3         128×28×28      230,144
    residual4         128×28×28      295,424
    residual5         256×14×14      919,040
    residual6         256×14×14    1,180,672
    residual7         512×7×7      3,673,088
    residual8         512×7×7      4,720,640
    global_avg_pool1  512
    linear1           1,000          513,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(64)
        self.residual1 = Residual(64)
        self.residual2 = Residual(64)
        self.residual3 = ResidualWithStride(64, 128, stride=2)
        self.residual4 = Residual(128)
        self.residual5 = ResidualWithStride(128, 256, stride=2)
        self.residual6 = Residual(256)
        self.residual7 = ResidualWithStride(256, 512, stride=2)
        self.residual8 = Residual(512)
        self.linear1 = nn.Linear(512, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.batch_norm1(self.conv1(x)))  # [B, 64, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # [B, 64, 56, 56]
        x = self.residual3(self.residual2(self.residual1(x)))  # [B, 128, 28, 28]
        x = self.residual6(self.residual5(self.residual4(x)))  # [B, 256, 14, 14]
        x = self.residual8(self.residual7(x)).mean((2, 3))  # [B, 512]
        x = self.linear1(x)  # [B, 1000]
        return x

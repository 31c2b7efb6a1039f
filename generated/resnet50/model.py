"""The networks of resnet50.spec, written by specc 0.1.0.

ResNet-50 (He et al. 2015), with the stride in the 3x3 convolution, as torchvision
builds it.

Shapes: B batch, H height, W width.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class BottleneckBlock(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, 4*channels, …, …].

    layer        output                        parameters
    conv1        channels×H×W        channels·in_channels
    batch_norm1  channels×H×W                  2·channels
    conv2        channels×…×…                 9·channels²
    batch_norm2  channels×…×…                  2·channels
    conv3        (4·channels)×…×…             4·channels²
    batch_norm3  (4·channels)×…×…              8·channels
    conv4        (4·channels)×…×…  4·channels·in_channels
    batch_norm4  (4·channels)×…×…              8·channels
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.batch_norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.batch_norm3 = nn.BatchNorm2d(4 * channels)
        self.conv4 = nn.Conv2d(in_channels, 4 * channels, 1, stride=stride, bias=False)
        self.batch_norm4 = nn.BatchNorm2d(4 * channels)

    def forward(self, x: Tensor) -> Tensor:
        main = F.relu(self.batch_norm1(self.conv1(x)))  # [B, channels, H, W]
        main = F.relu(self.batch_norm2(self.conv2(main)))  # [B, channels, …, …]
        main = self.batch_norm3(self.conv3(main))  # [B, 4*channels, …, …]
        skip = self.batch_norm4(self.conv4(x))  # [B, 4*channels, …, …]
        y: Tensor = F.relu(main + skip)  # [B, 4*channels, …, …]
        return y


class BottleneckBlockWithoutStride(nn.Module):
    """Block: [B, 4*channels, H, W] -> [B, 4*channels, H, W].

    layer        output             parameters
    conv1        channels×H×W      4·channels²
    batch_norm1  channels×H×W       2·channels
    conv2        channels×H×W      9·channels²
    batch_norm2  channels×H×W       2·channels
    conv3        (4·channels)×H×W  4·channels²
    batch_norm3  (4·channels)×H×W   8·channels
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4 * channels, channels, 1, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.batch_norm3 = nn.BatchNorm2d(4 * channels)

    def forward(self, x: Tensor) -> Tensor:
        main = F.relu(self.batch_norm1(self.conv1(x)))  # [B, channels, H, W]
        main = F.relu(self.batch_norm2(self.conv2(main)))  # [B, channels, H, W]
        main = self.batch_norm3(self.conv3(main))  # [B, 4*channels, H, W]
        y: Tensor = F.relu(main + x)  # [B, 4*channels, H, W]
        return y


class Stage(nn.Module):
    """Block: [B, in_channels, H, W] -> [B, 4*channels, …, …].

    layer              output, parameters
    bottleneck_block1  (4·channels)×…×…
                       13·channels² + 5·channels·in_channels + 20·channels
    bottleneck_blocks  (4·channels)×…×…
                       17·channels²·depth − 17·channels² + 12·channels·depth − 12·channels
    """

    def __init__(
        self, in_channels: int, channels: int, depth: int, stride: int
    ) -> None:
        super().__init__()
        self.bottleneck_block1 = BottleneckBlock(in_channels, channels, stride=stride)
        self.bottleneck_blocks = nn.ModuleList(
            BottleneckBlockWithoutStride(channels) for _ in range(depth - 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.bottleneck_block1(x)  # [B, 4*channels, …, …]
        for layer in self.bottleneck_blocks:
            x = layer(x)
        return x


class ResNet50(nn.Module):
    """Network: [B, 3, 224, 224] -> [B, 1000].

    layer             output       parameters
    conv1             64×112×112        9,408
    batch_norm1       64×112×112          128
    relu1             64×112×112
    max_pool1         64×56×56
    stage1            256×56×56       215,808
    stage2            512×28×28     1,219,584
    stage3            1,024×14×14   7,098,368
    stage4            2,048×7×7    14,964,736
    global_avg_pool1  2,048
    linear1           1,000         2,049,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.batch_norm1 = nn.BatchNorm2d(64)
        self.stage1 = Stage(64, 64, 3, 1)
        self.stage2 = Stage(256, 128, 4, 2)
        self.stage3 = Stage(512, 256, 6, 2)
        self.stage4 = Stage(1024, 512, 3, 2)
        self.linear1 = nn.Linear(2048, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.batch_norm1(self.conv1(x)))  # [B, 64, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # [B, 64, 56, 56]
        x = self.stage3(self.stage2(self.stage1(x)))  # [B, 1024, 14, 14]
        x = self.stage4(x).mean((2, 3))  # [B, 2048]
        x = self.linear1(x)  # [B, 1000]
        return x

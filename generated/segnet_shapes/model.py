"""The networks of segnet_shapes.spec, written by specc 0.1.0.

A small SegNet on discs and squares.

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
    """Network: [B, 1, 32, 32] -> [B, 3, 32, 32].

    layer    output    parameters
    unit1    16×32×32         192
    unit2    16×32×32       2,352
    pool1    16×16×16
    unit3    32×16×16       4,704
    pool2    32×8×8
    unit4    32×8×8         9,312
    unpool1  32×16×16
    unit5    32×16×16       9,312
    unit6    16×16×16       4,656
    unpool2  16×32×32
    unit7    16×32×32       2,352
    conv1    3×32×32          435
    """

    def __init__(self) -> None:
        super().__init__()
        self.unit1 = Unit(1, 16)  # [B, 16, 32, 32], 192 parameters
        self.unit2 = Unit(16, 16)  # [B, 16, 32, 32], 2,352 parameters
        self.unit3 = Unit(16, 32)  # [B, 32, 16, 16], 4,704 parameters
        self.unit4 = Unit(32, 32)  # [B, 32, 8, 8], 9,312 parameters
        self.unit5 = Unit(32, 32)  # [B, 32, 16, 16], 9,312 parameters
        self.unit6 = Unit(32, 16)  # [B, 16, 16, 16], 4,656 parameters
        self.unit7 = Unit(16, 16)  # [B, 16, 32, 32], 2,352 parameters
        self.conv1 = nn.Conv2d(16, 3, 3, padding=1)  # [B, 3, 32, 32], 435 parameters

    def forward(self, x: Tensor) -> Tensor:
        pool1, pool1_indices = F.max_pool2d(
            self.unit2(self.unit1(x)), 2, return_indices=True
        )
        pool2, pool2_indices = F.max_pool2d(self.unit3(pool1), 2, return_indices=True)
        x = unpool(self.unit4(pool2), pool2_indices, (16, 16))  # [B, 32, 16, 16]
        x = unpool(self.unit6(self.unit5(x)), pool1_indices, (32, 32))
        x = self.conv1(self.unit7(x))  # [B, 3, 32, 32]
        return x

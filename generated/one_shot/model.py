"""The networks of one_shot.spec, written by specc 0.1.0.

The Siamese network of Koch et al. 2015 for characters of 105x105 pixels: two codes,
their distance, one answer.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Embed(nn.Module):
    """Encoder: [B, 1, 105, 105] -> [B, 4096].

    layer      output     parameters
    conv1      64×96×96        6,464
    relu1      64×96×96
    max_pool1  64×48×48
    conv2      128×42×42     401,536
    relu2      128×42×42
    max_pool2  128×21×21
    conv3      128×18×18     262,272
    relu3      128×18×18
    max_pool3  128×9×9
    conv4      256×6×6       524,544
    relu4      256×6×6
    flatten1   9,216
    linear1    4,096      37,752,832
    sigmoid1   4,096
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 10)  # [B, 64, 96, 96], 6,464 parameters
        self.conv2 = nn.Conv2d(64, 128, 7)  # [B, 128, 42, 42], 401,536 parameters
        self.conv3 = nn.Conv2d(128, 128, 4)  # [B, 128, 18, 18], 262,272 parameters
        self.conv4 = nn.Conv2d(128, 256, 4)  # [B, 256, 6, 6], 524,544 parameters
        self.linear1 = nn.Linear(9216, 4096)  # [B, 4096], 37,752,832 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)  # [B, 64, 48, 48]
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # [B, 128, 21, 21]
        x = F.max_pool2d(F.relu(self.conv3(x)), 2)  # [B, 128, 9, 9]
        x = F.relu(self.conv4(x)).flatten(1)  # [B, 9216]
        x = torch.sigmoid(self.linear1(x))  # [B, 4096]
        return x


class Alike(nn.Module):
    """Network: a [B, 1, 105, 105], b [B, 1, 105, 105] -> [B, 1].

    layer      output  parameters
    subtract1  4,096
    abs1       4,096
    answer     1            4,097
    """

    def __init__(self, embed: Embed) -> None:
        super().__init__()
        self.embed = embed
        self.answer = nn.Linear(4096, 1)  # [B, 1], 4,097 parameters

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        x: Tensor = torch.abs(self.embed(a) - self.embed(b))  # [B, 4096]
        x = self.answer(x)  # [B, 1]
        return x

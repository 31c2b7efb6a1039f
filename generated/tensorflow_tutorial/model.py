"""The networks of tensorflow_tutorial.spec, written by specc 0.1.0.

The CNN of the TensorFlow tutorial on images, for 32x32 colour images in ten classes.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Classifier(nn.Module):
    """Network: [B, 3, 32, 32] -> [B, 10].

    layer      output    parameters
    conv2d     32×30×30         896
    relu1      32×30×30
    max_pool1  32×15×15
    conv2d_1   64×13×13      18,496
    relu2      64×13×13
    max_pool2  64×6×6
    conv2d_2   64×4×4        36,928
    relu3      64×4×4
    flatten1   1,024
    dense      64            65,600
    relu4      64
    dense_1    10               650
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(3, 32, 3)  # [B, 32, 30, 30], 896 parameters
        self.conv2d_1 = nn.Conv2d(32, 64, 3)  # [B, 64, 13, 13], 18,496 parameters
        self.conv2d_2 = nn.Conv2d(64, 64, 3)  # [B, 64, 4, 4], 36,928 parameters
        self.dense = nn.Linear(1024, 64)  # [B, 64], 65,600 parameters
        self.dense_1 = nn.Linear(64, 10)  # [B, 10], 650 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv2d(x)), 2)  # [B, 32, 15, 15]
        x = F.max_pool2d(F.relu(self.conv2d_1(x)), 2)  # [B, 64, 6, 6]
        x = F.relu(self.conv2d_2(x)).flatten(1)  # [B, 1024]
        dense_1: Tensor = self.dense_1(F.relu(self.dense(x)))  # [B, 10]
        return dense_1

"""The networks of dcgan_tutorial.spec, written by specc 0.1.0.

DCGAN, layer for layer as in the TensorFlow tutorial, for 28x28 digits.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 100] -> [B, 1, 28, 28].

    layer            output    parameters
    linear1          12,544     1,254,400
    batch_norm1      12,544        25,088
    leaky_relu1      12,544
    reshape1         256×7×7
    conv_transpose1  128×7×7      819,200
    batch_norm2      128×7×7          256
    leaky_relu2      128×7×7
    conv_transpose2  64×14×14     204,800
    batch_norm3      64×14×14         128
    leaky_relu3      64×14×14
    conv_transpose3  1×28×28        1,600
    tanh1            1×28×28
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(100, 12544, bias=False)
        self.batch_norm1 = nn.BatchNorm1d(12544)
        self.conv_transpose1 = nn.ConvTranspose2d(256, 128, 5, padding=2, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(128)
        self.conv_transpose2 = nn.ConvTranspose2d(
            128, 64, 5, stride=2, padding=1, bias=False
        )
        self.batch_norm3 = nn.BatchNorm2d(64)
        self.conv_transpose3 = nn.ConvTranspose2d(
            64, 1, 5, stride=2, padding=1, bias=False
        )

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.leaky_relu(self.batch_norm1(self.linear1(z)), negative_slope=0.3)
        x = self.conv_transpose1(x.reshape(-1, 256, 7, 7))  # [B, 128, 7, 7]
        x = F.leaky_relu(self.batch_norm2(x), negative_slope=0.3)  # [B, 128, 7, 7]
        x = self.batch_norm3(self.conv_transpose2(x)[..., :-1, :-1])  # [B, 64, 14, 14]
        x = self.conv_transpose3(F.leaky_relu(x, negative_slope=0.3))[..., :-1, :-1]
        x = torch.tanh(x)  # [B, 1, 28, 28]
        return x


class D(nn.Module):
    """Discriminator: [B, 1, 28, 28] -> [B, 1].

    layer        output    parameters
    conv1        64×14×14       1,664
    leaky_relu1  64×14×14
    dropout1     64×14×14
    conv2        128×7×7      204,928
    leaky_relu2  128×7×7
    dropout2     128×7×7
    flatten1     6,272
    linear1      1              6,273
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 5, stride=2)  # [B, 64, 14, 14]
        self.dropout1 = nn.Dropout(0.3)  # [B, 64, 14, 14]
        self.conv2 = nn.Conv2d(64, 128, 5, stride=2)  # [B, 128, 7, 7]
        self.dropout2 = nn.Dropout(0.3)  # [B, 128, 7, 7]
        self.linear1 = nn.Linear(6272, 1)  # [B, 1]

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(F.pad(x, (1, 2, 1, 2))), negative_slope=0.3)
        x = self.conv2(F.pad(self.dropout1(x), (1, 2, 1, 2)))  # [B, 128, 7, 7]
        x = self.dropout2(F.leaky_relu(x, negative_slope=0.3))  # [B, 128, 7, 7]
        x = self.linear1(x.flatten(1))  # [B, 1]
        return x

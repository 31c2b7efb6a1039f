"""The networks of dcgan_digits_tutorial.spec, written by specc 0.1.0.

DCGAN in the layout of the TensorFlow tutorial, for 8x8 digits: LeakyReLU(0.3) on both
sides, dropout in D.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 32] -> [B, 1, 8, 8].

    layer            output   parameters
    linear1          512          16,384
    batch_norm1      512           1,024
    leaky_relu1      512
    reshape1         128×2×2
    conv_transpose1  64×2×2      204,800
    batch_norm2      64×2×2          128
    leaky_relu2      64×2×2
    conv_transpose2  32×4×4       51,200
    batch_norm3      32×4×4           64
    leaky_relu3      32×4×4
    conv_transpose3  1×8×8           800
    tanh1            1×8×8
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(32, 512, bias=False)
        self.batch_norm1 = nn.BatchNorm1d(512)
        self.conv_transpose1 = nn.ConvTranspose2d(128, 64, 5, padding=2, bias=False)
        self.batch_norm2 = nn.BatchNorm2d(64)
        self.conv_transpose2 = nn.ConvTranspose2d(
            64, 32, 5, stride=2, padding=1, bias=False
        )
        self.batch_norm3 = nn.BatchNorm2d(32)
        self.conv_transpose3 = nn.ConvTranspose2d(
            32, 1, 5, stride=2, padding=1, bias=False
        )

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = F.leaky_relu(self.batch_norm1(self.linear1(z)), negative_slope=0.3)
        x = self.conv_transpose1(x.reshape(-1, 128, 2, 2))  # [B, 64, 2, 2]
        x = F.leaky_relu(self.batch_norm2(x), negative_slope=0.3)  # [B, 64, 2, 2]
        x = self.batch_norm3(self.conv_transpose2(x)[..., :-1, :-1])  # [B, 32, 4, 4]
        x = self.conv_transpose3(F.leaky_relu(x, negative_slope=0.3))[..., :-1, :-1]
        x = torch.tanh(x)  # [B, 1, 8, 8]
        return x


class D(nn.Module):
    """Discriminator: [B, 1, 8, 8] -> [B, 1].

    layer        output   parameters
    conv1        64×4×4        1,664
    leaky_relu1  64×4×4
    dropout1     64×4×4
    conv2        128×2×2     204,928
    leaky_relu2  128×2×2
    dropout2     128×2×2
    flatten1     512
    linear1      1               513
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 5, stride=2)  # [B, 64, 4, 4]
        self.dropout1 = nn.Dropout(0.3)  # [B, 64, 4, 4]
        self.conv2 = nn.Conv2d(64, 128, 5, stride=2)  # [B, 128, 2, 2]
        self.dropout2 = nn.Dropout(0.3)  # [B, 128, 2, 2]
        self.linear1 = nn.Linear(512, 1)  # [B, 1]

    def forward(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv1(F.pad(x, (1, 2, 1, 2))), negative_slope=0.3)
        x = self.conv2(F.pad(self.dropout1(x), (1, 2, 1, 2)))  # [B, 128, 2, 2]
        x = self.dropout2(F.leaky_relu(x, negative_slope=0.3))  # [B, 128, 2, 2]
        x = self.linear1(x.flatten(1))  # [B, 1]
        return x

"""The networks of ddpm_digits.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def embed_number(x: Tensor, features: int, base: float) -> Tensor:
    """Sines and cosines of a number at falling frequencies: [B] -> [B, features]."""
    half = features // 2
    rate = base ** (-torch.arange(half, device=x.device) / half)
    angle = x.unsqueeze(-1) * rate
    return torch.cat((angle.sin(), angle.cos()), dim=-1)


class Told(nn.Module):
    """A residual block that is told the step and the class by a scale and a shift of
    its normalised input.

    Block: x [B, width], given [B, given_features] -> [B, width].

    layer        output                           parameters
    linear1      (2·width)  2·given_features·width + 2·width
    layer_norm1  width                               2·width
    linear2      (4·width)                4·width² + 4·width
    linear3      width                      4·width² + width
    """

    def __init__(self, given_features: int, width: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(given_features, 2 * width)  # [B, 2*width]
        self.layer_norm1 = nn.LayerNorm(width)  # [B, width]
        self.linear2 = nn.Linear(width, 4 * width)  # [B, 4*width]
        self.linear3 = nn.Linear(4 * width, width)  # [B, width]

    def forward(self, x: Tensor, given: Tensor) -> Tensor:
        scale, shift = torch.chunk(self.linear1(F.silu(given)), 2, 1)
        main = self.layer_norm1(x) * (1 + scale) + shift  # [B, width]
        main = self.linear3(F.silu(self.linear2(main)))  # [B, width]
        y: Tensor = x + main  # [B, width]
        return y


class Denoiser(nn.Module):
    """Says which noise was added to a digit (Ho et al. 2020); class 10 stands for
    none (Ho & Salimans 2022). The widths are our reading of a denoiser of 495,648
    parameters.

    Network: x [B, 64], t [B], class [B] -> [B, 64].

    layer                  output  parameters
    sinusoidal_embedding1  64
    linear1                64           4,160
    silu1                  64
    linear2                64           4,160
    embedding1             32             352
    concat1                96
    linear3                128          8,320
    told1                  128        156,800
    told2                  128        156,800
    told3                  128        156,800
    linear4                64           8,256
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.linear2 = nn.Linear(64, 64)  # [B, 64], 4,160 parameters
        self.embedding1 = nn.Embedding(11, 32)  # [B, 32], 352 parameters
        self.linear3 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.told1 = Told(96, 128)  # [B, 128], 156,800 parameters
        self.told2 = Told(96, 128)  # [B, 128], 156,800 parameters
        self.told3 = Told(96, 128)  # [B, 128], 156,800 parameters
        self.linear4 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor, t: Tensor, class_: Tensor) -> Tensor:
        step = F.silu(self.linear1(embed_number(t, 64, 10000)))  # [B, 64]
        step = self.linear2(step)  # [B, 64]
        given = torch.cat([step, self.embedding1(class_)], 1)  # [B, 96]
        h = self.told2(self.told1(self.linear3(x), given), given)  # [B, 128]
        h = self.told3(h, given)  # [B, 128]
        noise: Tensor = self.linear4(h)  # [B, 64]
        return noise


class Judge(nn.Module):
    """Tells whether generated digits are what was asked for.

    Network: [B, 64] -> [B, 10].

    layer     output  parameters
    linear1   128          8,320
    relu1     128
    dropout1  128
    linear2   10           1,290
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(64, 128)  # [B, 128], 8,320 parameters
        self.dropout1 = nn.Dropout(0.2)  # [B, 128]
        self.linear2 = nn.Linear(128, 10)  # [B, 10], 1,290 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.dropout1(F.relu(self.linear1(x)))  # [B, 128]
        x = self.linear2(x)  # [B, 10]
        return x

"""The networks of goodfellow_mlp.spec, written by specc 0.1.0.

The smallest usual adversarial network of dense layers on 28x28 digits (Goodfellow et
al. 2014).

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class G(nn.Module):
    """Generator: [B, 100] -> [B, 784].

    layer     output  parameters
    linear1   128         12,928
    relu1     128
    linear2   784        101,136
    sigmoid1  784
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(100, 128)  # [B, 128], 12,928 parameters
        self.linear2 = nn.Linear(128, 784)  # [B, 784], 101,136 parameters

    def forward(self, z: Tensor) -> Tensor:
        x: Tensor = torch.sigmoid(self.linear2(F.relu(self.linear1(z))))  # [B, 784]
        return x


class D(nn.Module):
    """Discriminator: [B, 784] -> [B, 1].

    layer    output  parameters
    linear1  128        100,480
    relu1    128
    linear2  1              129
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(784, 128)  # [B, 128], 100,480 parameters
        self.linear2 = nn.Linear(128, 1)  # [B, 1], 129 parameters

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear2(F.relu(self.linear1(x)))  # [B, 1]
        return x

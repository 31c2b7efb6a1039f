"""The networks of imputation.spec, written by specc 0.1.0.

Missing pixels: a network that is told where the holes are fills them in better than the
mean does.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Net(nn.Module):
    """Network: x [B, 64], keep [B, 64] -> [B, 64].

    layer      output  parameters
    multiply1  64
    concat1    128
    linear1    128         16,512
    relu1      128
    code       32           4,128
    relu2      32
    linear2    128          4,224
    relu3      128
    linear3    64           8,256
    sigmoid1   64
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(128, 128)  # [B, 128], 16,512 parameters
        self.code = nn.Linear(128, 32)  # [B, 32], 4,128 parameters
        self.linear2 = nn.Linear(32, 128)  # [B, 128], 4,224 parameters
        self.linear3 = nn.Linear(128, 64)  # [B, 64], 8,256 parameters

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        h = F.relu(self.linear1(torch.cat([x * keep, keep], 1)))  # [B, 128]
        h = F.relu(self.code(h))  # [B, 32]
        y: Tensor = torch.sigmoid(self.linear3(F.relu(self.linear2(h))))  # [B, 64]
        return y

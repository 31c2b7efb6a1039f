"""The networks of alexnet_ungrouped.spec, written by specc 0.1.0.

AlexNet (Krizhevsky et al. 2012) as it is often drawn: every filter spans all channels.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class AlexNet(nn.Module):
    """Network: [B, 3, 227, 227] -> [B, 1000].

    layer      output     parameters
    C1         96×55×55       34,944
    relu1      96×55×55
    max_pool1  96×27×27
    C2         256×27×27     614,656
    relu2      256×27×27
    max_pool2  256×13×13
    C3         384×13×13     885,120
    relu3      384×13×13
    C4         384×13×13   1,327,488
    relu4      384×13×13
    C5         256×13×13     884,992
    relu5      256×13×13
    max_pool3  256×6×6
    flatten1   9,216
    F6         4,096      37,752,832
    relu6      4,096
    F7         4,096      16,781,312
    relu7      4,096
    F8         1,000       4,097,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.C1 = nn.Conv2d(3, 96, 11, stride=4)  # [B, 96, 55, 55]
        self.C2 = nn.Conv2d(96, 256, 5, padding=2)  # [B, 256, 27, 27]
        self.C3 = nn.Conv2d(256, 384, 3, padding=1)  # [B, 384, 13, 13]
        self.C4 = nn.Conv2d(384, 384, 3, padding=1)  # [B, 384, 13, 13]
        self.C5 = nn.Conv2d(384, 256, 3, padding=1)  # [B, 256, 13, 13]
        self.F6 = nn.Linear(9216, 4096)  # [B, 4096]
        self.F7 = nn.Linear(4096, 4096)  # [B, 4096]
        self.F8 = nn.Linear(4096, 1000)  # [B, 1000]

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.C1(x)), 3, stride=2)  # [B, 96, 27, 27]
        x = F.max_pool2d(F.relu(self.C2(x)), 3, stride=2)  # [B, 256, 13, 13]
        x = F.relu(self.C4(F.relu(self.C3(x))))  # [B, 384, 13, 13]
        x = F.max_pool2d(F.relu(self.C5(x)), 3, stride=2)  # [B, 256, 6, 6]
        x = F.relu(self.F6(x.flatten(1)))  # [B, 4096]
        F8: Tensor = self.F8(F.relu(self.F7(x)))  # [B, 1000]
        return F8

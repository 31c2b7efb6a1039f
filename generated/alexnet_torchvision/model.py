"""The networks of alexnet_torchvision.spec, written by specc 0.1.0.

AlexNet as torchvision builds it ("One weird trick", Krizhevsky 2014): no groups, fewer
maps.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class AlexNet(nn.Module):
    """Network: [B, 3, 224, 224] -> [B, 1000].

    layer               output     parameters
    conv1               64×55×55       23,296
    relu1               64×55×55
    max_pool1           64×27×27
    conv2               192×27×27     307,392
    relu2               192×27×27
    max_pool2           192×13×13
    conv3               384×13×13     663,936
    relu3               384×13×13
    conv4               256×13×13     884,992
    relu4               256×13×13
    conv5               256×13×13     590,080
    relu5               256×13×13
    max_pool3           256×6×6
    adaptive_avg_pool1  256×6×6
    flatten1            9,216
    dropout1            9,216
    linear1             4,096      37,752,832
    relu6               4,096
    dropout2            4,096
    linear2             4,096      16,781,312
    relu7               4,096
    linear3             1,000       4,097,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 11, stride=4, padding=2)  # [B, 64, 55, 55]
        self.conv2 = nn.Conv2d(64, 192, 5, padding=2)  # [B, 192, 27, 27]
        self.conv3 = nn.Conv2d(192, 384, 3, padding=1)  # [B, 384, 13, 13]
        self.conv4 = nn.Conv2d(384, 256, 3, padding=1)  # [B, 256, 13, 13]
        self.conv5 = nn.Conv2d(256, 256, 3, padding=1)  # [B, 256, 13, 13]
        self.dropout1 = nn.Dropout(0.5)  # [B, 9216]
        self.linear1 = nn.Linear(9216, 4096)  # [B, 4096]
        self.dropout2 = nn.Dropout(0.5)  # [B, 4096]
        self.linear2 = nn.Linear(4096, 4096)  # [B, 4096]
        self.linear3 = nn.Linear(4096, 1000)  # [B, 1000]

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 3, stride=2)  # [B, 64, 27, 27]
        x = F.max_pool2d(F.relu(self.conv2(x)), 3, stride=2)  # [B, 192, 13, 13]
        x = F.relu(self.conv4(F.relu(self.conv3(x))))  # [B, 256, 13, 13]
        x = F.max_pool2d(F.relu(self.conv5(x)), 3, stride=2)  # [B, 256, 6, 6]
        x = self.dropout1(F.adaptive_avg_pool2d(x, 6).flatten(1))  # [B, 9216]
        x = self.dropout2(F.relu(self.linear1(x)))  # [B, 4096]
        x = self.linear3(F.relu(self.linear2(x)))  # [B, 1000]
        return x

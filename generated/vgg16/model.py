"""The networks of vgg16.spec, written by specc 0.1.0.

VGG-16 (Simonyan & Zisserman 2015), configuration D.

Shapes: B batch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class VGG16(nn.Module):
    """Network: [B, 3, 224, 224] -> [B, 1000].

    layer      output        parameters
    conv1      64×224×224         1,792
    relu1      64×224×224
    conv2      64×224×224        36,928
    relu2      64×224×224
    max_pool1  64×112×112
    conv3      128×112×112       73,856
    relu3      128×112×112
    conv4      128×112×112      147,584
    relu4      128×112×112
    max_pool2  128×56×56
    conv5      256×56×56        295,168
    relu5      256×56×56
    conv6      256×56×56        590,080
    relu6      256×56×56
    conv7      256×56×56        590,080
    relu7      256×56×56
    max_pool3  256×28×28
    conv8      512×28×28      1,180,160
    relu8      512×28×28
    conv9      512×28×28      2,359,808
    relu9      512×28×28
    conv10     512×28×28      2,359,808
    relu10     512×28×28
    max_pool4  512×14×14
    conv11     512×14×14      2,359,808
    relu11     512×14×14
    conv12     512×14×14      2,359,808
    relu12     512×14×14
    conv13     512×14×14      2,359,808
    relu13     512×14×14
    max_pool5  512×7×7
    flatten1   25,088
    linear1    4,096        102,764,544
    relu14     4,096
    dropout1   4,096
    linear2    4,096         16,781,312
    relu15     4,096
    dropout2   4,096
    linear3    1,000          4,097,000
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1)  # [B, 64, 224, 224]
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1)  # [B, 64, 224, 224]
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)  # [B, 128, 112, 112]
        self.conv4 = nn.Conv2d(128, 128, 3, padding=1)  # [B, 128, 112, 112]
        self.conv5 = nn.Conv2d(128, 256, 3, padding=1)  # [B, 256, 56, 56]
        self.conv6 = nn.Conv2d(256, 256, 3, padding=1)  # [B, 256, 56, 56]
        self.conv7 = nn.Conv2d(256, 256, 3, padding=1)  # [B, 256, 56, 56]
        self.conv8 = nn.Conv2d(256, 512, 3, padding=1)  # [B, 512, 28, 28]
        self.conv9 = nn.Conv2d(512, 512, 3, padding=1)  # [B, 512, 28, 28]
        self.conv10 = nn.Conv2d(512, 512, 3, padding=1)  # [B, 512, 28, 28]
        self.conv11 = nn.Conv2d(512, 512, 3, padding=1)  # [B, 512, 14, 14]
        self.conv12 = nn.Conv2d(512, 512, 3, padding=1)  # [B, 512, 14, 14]
        self.conv13 = nn.Conv2d(512, 512, 3, padding=1)  # [B, 512, 14, 14]
        self.linear1 = nn.Linear(25088, 4096)  # [B, 4096]
        self.dropout1 = nn.Dropout(0.5)  # [B, 4096]
        self.linear2 = nn.Linear(4096, 4096)  # [B, 4096]
        self.dropout2 = nn.Dropout(0.5)  # [B, 4096]
        self.linear3 = nn.Linear(4096, 1000)  # [B, 1000]

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv2(F.relu(self.conv1(x))))  # [B, 64, 224, 224]
        x = F.relu(self.conv3(F.max_pool2d(x, 2)))  # [B, 128, 112, 112]
        x = F.max_pool2d(F.relu(self.conv4(x)), 2)  # [B, 128, 56, 56]
        x = F.relu(self.conv6(F.relu(self.conv5(x))))  # [B, 256, 56, 56]
        x = F.max_pool2d(F.relu(self.conv7(x)), 2)  # [B, 256, 28, 28]
        x = F.relu(self.conv9(F.relu(self.conv8(x))))  # [B, 512, 28, 28]
        x = F.max_pool2d(F.relu(self.conv10(x)), 2)  # [B, 512, 14, 14]
        x = F.relu(self.conv12(F.relu(self.conv11(x))))  # [B, 512, 14, 14]
        x = F.max_pool2d(F.relu(self.conv13(x)), 2)  # [B, 512, 7, 7]
        x = self.dropout1(F.relu(self.linear1(x.flatten(1))))  # [B, 4096]
        x = self.dropout2(F.relu(self.linear2(x)))  # [B, 4096]
        x = self.linear3(x)  # [B, 1000]
        return x

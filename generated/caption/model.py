"""The networks of caption.spec, written by specc 0.1.0.

A picture is read once and named letter by letter: one to many. In training a step reads
the true letter before, and afterwards its own.

Shapes: B batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Speller(nn.Module):
    """Cell: letter [B], h [B, units] -> [B, 17], next h [B, units].

    layer       output         parameters
    embedding1  16                    272
    linear1     units   units² + 17·units
    linear2     units   units² + 17·units
    linear3     units   units² + 17·units
    linear4     17          17·units + 17
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.units = units
        self.embedding1 = nn.Embedding(17, 16)  # [B, 16]
        self.linear1 = nn.Linear(units + 16, units)  # [B, units]
        self.linear2 = nn.Linear(units + 16, units)  # [B, units]
        self.linear3 = nn.Linear(units + 16, units)  # [B, units]
        self.linear4 = nn.Linear(units, 17)  # [B, 17]

    def step(self, letter: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """One step, as the equations say."""
        e = self.embedding1(letter)  # [B, 16]
        he = torch.cat([h, e], 1)  # [B, units+16]
        r = torch.sigmoid(self.linear1(he))  # [B, units]
        z = torch.sigmoid(self.linear2(he))  # [B, units]
        n = torch.tanh(self.linear3(torch.cat([r * h, e], 1)))  # [B, units]
        next_h: Tensor = (1 - z) * n + z * h  # [B, units]
        x: Tensor = self.linear4(next_h)  # [B, 17]
        return x, next_h

    def forward(
        self, letter: Tensor, h: Tensor | None = None, free_running: bool = False
    ) -> Tensor:
        """All outputs; every step as `step` says."""
        if h is None:
            h = torch.zeros(letter.shape[0], self.units, device=letter.device)
        outputs: list[Tensor] = []
        for letter_t in letter.unbind(1):
            if free_running and outputs:
                letter_t = outputs[-1].argmax(1)
            output, h = self.step(letter_t, h)
            outputs.append(output)
        return torch.stack(outputs, 1)


class Caption(nn.Module):
    """Network: image [B, 1, 8, 8], before [B, 6] -> [B, 6, 17].

    layer      output  parameters
    conv1      16×8×8         160
    relu1      16×8×8
    max_pool1  16×4×4
    conv2      32×4×4       4,640
    relu2      32×4×4
    flatten1   512
    linear1    64          32,832
    tanh1      64
    speller1   6×17        16,929
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)  # [B, 16, 8, 8], 160 parameters
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)  # [B, 32, 4, 4], 4,640 parameters
        self.linear1 = nn.Linear(512, 64)  # [B, 64], 32,832 parameters
        self.speller1 = Speller(64)  # 16,929 parameters

    def forward(self, image: Tensor, before: Tensor) -> Tensor:
        x: Tensor = F.max_pool2d(F.relu(self.conv1(image)), 2)  # [B, 16, 4, 4]
        code = F.relu(self.conv2(x)).flatten(1)  # [B, 512]
        code = torch.tanh(self.linear1(code))  # [B, 64]
        x = self.speller1(before, h=code, free_running=not self.training)  # [B, 6, 17]
        return x

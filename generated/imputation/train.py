"""Training of Filling as in imputation.spec, written by specc 0.1.0.

Missing pixels: a network that is told where the holes are fills them in better than the
mean does.

Shapes: B batch.
"""

from __future__ import annotations

import math
import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Net
from trainer import Step, Trainer, main


class Filling(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Net()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        keep = (torch.rand_like(x) < 0.7).float()  # [B, 64]
        return {"bce": F.binary_cross_entropy(self.net(x, keep), x)}


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Filling"
    spec = "7256055aa01942b4"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce",)}
    epochs, batch, seed = 150, 64, 0
    model: Filling

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Filling().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)


if __name__ == "__main__":
    sys.exit(main(Training))

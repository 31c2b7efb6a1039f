"""Training of Counting as in anbn_lstm.spec, written by specc 0.1.0.

The words aⁿbⁿ, read symbol by symbol: after the first b, each next symbol follows from
a count. (Gers & Schmidhuber 2001.)

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Counter
from trainer import Promise, Step, Trainer, check, main


class Counting(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.counter = Counter()

    def forward(self, ids: Tensor, y: Tensor, sure: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.counter(ids)  # [B, 21, 4]
        cross_entropy = F.cross_entropy(
            logits[sure], y[sure], reduction="sum"
        ) / sure.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(self, ids: Tensor, y: Tensor, sure: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.counter(ids)  # [B, 21, 4]
        right = torch.logical_or(logits.argmax(2) == y, torch.logical_not(sure))
        return (right.float().amin(1),)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Counting"
    spec = "6a0d530f19df2131"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 10, 64, 0
    model: Counting

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Counting().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
            clip_norm=1.0,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Counting)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (smallest,) = outputs
        return {"min": smallest.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.min >= 0.99", test["min"], ">=", 0.99)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of Bits as in parity.spec, written by specc 0.1.0.

The parity of the bits so far, at every step; tested on sequences twice as long as those
learnt from.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Parity
from trainer import Promise, Step, Trainer, check, main


class Bits(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.parity = Parity()

    def forward(self, x: Tensor, odd: Tensor, valid: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.parity(x)  # [B, 24, 2]
        cross_entropy = F.cross_entropy(
            logits[valid], odd[valid], reduction="sum"
        ) / valid.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(self, x: Tensor, odd: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.parity(x)  # [B, 24, 2]
        return logits, odd


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Bits"
    spec = "ad1a12dc9ab40ae8"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 12, 64, 0
    model: Bits

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Bits().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.005, fused=True),
            clip_norm=1.0,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Bits)
        x, odd, _ = batch
        return model.outputs(x, odd)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, odd = outputs
        return {
            "accuracy": (logits.movedim(-1, 1).argmax(1) == odd).float().mean().item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.98", test["accuracy"], ">=", 0.98)]


if __name__ == "__main__":
    sys.exit(main(Training))

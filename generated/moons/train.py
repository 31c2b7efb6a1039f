"""Training of Moons as in moons.spec, written by specc 0.1.0.

Two half circles that no line parts, told apart by two layers.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Side
from trainer import Promise, Step, Trainer, check, main


class Moons(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.side = Side()

    def forward(self, x: Tensor, side: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.side(x)  # [B, 2]
        return {"cross_entropy": F.cross_entropy(logits, side)}

    def outputs(self, x: Tensor, side: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.side(x)  # [B, 2]
        return logits, side


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Moons"
    spec = "58850b2bf15e005e"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 20, 64, 0
    model: Moons

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Moons().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Moons)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, side = outputs
        return {"accuracy": (logits.argmax(1) == side).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.97", test["accuracy"], ">=", 0.97)]


if __name__ == "__main__":
    sys.exit(main(Training))

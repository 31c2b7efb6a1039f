"""Training of Listening as in echo_4.spec, written by specc 0.1.0.

Bits come back 8 steps later. Gradients end after windows of 4 steps, before a bit has
come back: it cannot be learnt, though the state goes on.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Echo
from trainer import Promise, Step, Trainer, check, main


class Listening(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.echo = Echo()

    def forward(self, x: Tensor, y: Tensor, known: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.echo(x)  # [B, 120, 2]
        cross_entropy = F.cross_entropy(
            logits[known], y[known], reduction="sum"
        ) / known.sum().clamp(1)
        return {"cross_entropy": cross_entropy}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Listening"
    spec = "90bb54f817702941"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 12, 32, 0
    model: Listening

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Listening().to(self.device)
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

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.cross_entropy >= 0.6", test["cross_entropy"], ">=", 0.6)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of Stories as in character_model.spec, written by specc 0.1.0.

A language model of characters: stories of a small grammar that holds 0.29 bits a
character, so that nothing can do better in the mean.

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
from model import Writer
from trainer import Promise, Step, Trainer, check, main


class Stories(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.writer = Writer()

    def forward(self, symbols: Tensor, after: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.writer(symbols)  # [B, 128, 26]
        return {"cross_entropy": F.cross_entropy(logits.transpose(1, 2), after)}

    def outputs(self, symbols: Tensor, after: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.writer(symbols)  # [B, 128, 26]
        return logits, after


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Stories"
    spec = "cf071f635a8df58f"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 8, 32, 0
    model: Stories

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Stories().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.005, fused=True),
            clip_norm=1.0,
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Stories)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, after = outputs
        bits = F.cross_entropy(logits.movedim(-1, 1), after).div(math.log(2))
        return {"bits": bits.item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.bits <= 0.45", test["bits"], "<=", 0.45)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of Reversing as in reversal_attention.spec, written by specc 0.1.0.

A sequence is read both ways and written backwards by a decoder that attends to what was
read (Bahdanau et al. 2015): the symbol before is the true one in training, and the
decoder's own after it.

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
from model import Reverser
from trainer import Promise, Step, Trainer, check, main


class Reversing(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.reverser = Reverser()

    def forward(
        self, source: Tensor, target: Tensor, before: Tensor, valid: Tensor
    ) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.reverser(source, before)  # [B, 8, 12]
        cross_entropy = F.cross_entropy(
            logits[valid], target[valid], reduction="sum"
        ) / valid.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(
        self, source: Tensor, target: Tensor, before: Tensor, valid: Tensor
    ) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.reverser(source, before)  # [B, 8, 12]
        right = torch.logical_or(logits.argmax(2) == target, torch.logical_not(valid))
        return (right.float().amin(1),)


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Reversing"
    spec = "a115dd85983b1d77"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 8, 64, 0
    model: Reversing

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Reversing().to(self.device)
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
        assert isinstance(model, Reversing)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (smallest,) = outputs
        return {"min": smallest.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.min >= 0.95", test["min"], ">=", 0.95)]


if __name__ == "__main__":
    sys.exit(main(Training))

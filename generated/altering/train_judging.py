"""Training of Judging as in altering.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Judge
from trainer import Promise, Step, Trainer, check, main


class Judging(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.judge = Judge()

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        guess = self.judge(x)  # [B, 10]
        return {"cross_entropy": F.cross_entropy(guess, label)}

    def outputs(self, x: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        guess = self.judge(x)  # [B, 10]
        return guess, label


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Judging"
    spec = "f6d8513662bdfb9d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 10, 64, 0
    model: Judging

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Judging().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Judging)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        guess, label = outputs
        return {"accuracy": (guess.argmax(1) == label).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("Judging.test.accuracy >= 0.95", test["accuracy"], ">=", 0.95)]


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

"""Training of FineTuning as in greedy_pretraining.spec, written by specc 0.1.0.

A deep classifier that is pre-trained layer by layer (Hinton & Salakhutdinov 2006), then
fine-tuned.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import First, Head, Second
from trainer import Promise, Step, Trainer, check, main


class FineTuning(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.first = First()
        self.second = Second()
        self.head = Head()

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.head(self.second(self.first(x)))  # [B, 10]
        return {"cross_entropy": F.cross_entropy(logits, label)}

    def outputs(self, x: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.head(self.second(self.first(x)))  # [B, 10]
        return logits, label


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "FineTuning"
    spec = "5454d6dd4c365e4f"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 20, 64, 0
    model: FineTuning

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = FineTuning().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(
                nn.ModuleList([self.model.first, self.model.second]).parameters(),
                lr=0.0002,
                fused=True,
            ),
            torch.optim.Adam(self.model.head.parameters(), lr=0.001, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, FineTuning)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, label = outputs
        return {"accuracy": (logits.argmax(1) == label).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.91", test["accuracy"], ">=", 0.91)]


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

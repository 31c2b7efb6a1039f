"""Training of Digits as in digits.spec, written by specc 0.1.0.

The judge of generated digits: a small convolutional classifier whose last hidden layer
gives the features.
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


class Digits(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.judge = Judge()

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        _, scores = self.judge(x)
        return {"cross_entropy": F.cross_entropy(scores, label)}

    def outputs(self, x: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        _, scores = self.judge(x)
        return scores, label


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Digits"
    spec = "9b9a90d935b58218"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 30, 64, 0
    model: Digits

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Digits().to(self.device)
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
        assert isinstance(model, Digits)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        scores, label = outputs
        return {"accuracy": (scores.argmax(1) == label).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.97", test["accuracy"], ">=", 0.97)]


if __name__ == "__main__":
    sys.exit(main(Training))

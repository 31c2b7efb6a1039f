"""Training of DigitPixels as in digit_pixels.spec, written by specc 0.1.0.

Digits as graphs of pixels: a node is a pixel with its value and place, joined to the
eight around it. Three layers see three pixels far, which is not enough for all digits.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Digit, Graph
from trainer import Promise, Step, Trainer, check, main


class DigitPixels(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.digit = Digit()

    def forward(self, g: Graph, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"cross_entropy": F.cross_entropy(self.digit(g), label)}

    def outputs(self, g: Graph, label: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        return self.digit(g), label


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "DigitPixels"
    spec = "a4a7a051ce943803"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 15, 64, 0
    model: DigitPixels

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = DigitPixels().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.003, fused=True),
        )

    def iteration(self, *batch: Any) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Any) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, DigitPixels)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        digit_output, label = outputs
        return {"accuracy": (digit_output.argmax(1) == label).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.55", test["accuracy"], ">=", 0.55)]


if __name__ == "__main__":
    sys.exit(main(Training))

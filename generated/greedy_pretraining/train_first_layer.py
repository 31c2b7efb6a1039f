"""Training of FirstLayer as in greedy_pretraining.spec, written by specc 0.1.0.

A deep classifier that is pre-trained layer by layer (Hinton & Salakhutdinov 2006), then
fine-tuned.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import First, FirstBack
from trainer import Promise, Step, Trainer, check, main


class FirstLayer(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.first = First()
        self.first_back = FirstBack()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"mse": F.mse_loss(self.first_back(self.first(x)), x)}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "FirstLayer"
    spec = "5454d6dd4c365e4f"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 20, 64, 0
    model: FirstLayer

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = FirstLayer().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("FirstLayer.test.mse <= 0.02", test["mse"], "<=", 0.02)]


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

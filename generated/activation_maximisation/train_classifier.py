"""Training of Classifier as in activation_maximisation.spec, written by specc 0.1.0.

The input that makes a hidden unit answer most: the weights stay, the input learns. It
is W_i / |W_i|.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Net
from trainer import Promise, Step, Trainer, check, main


class Classifier(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Net()

    def forward(self, x: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        net_x, _ = self.net(x)
        return {"cross_entropy": F.cross_entropy(net_x, label)}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Classifier"
    spec = "7f242290f015bc43"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 20, 64, 0
    model: Classifier

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Classifier().to(self.device)
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
        return [
            check(
                "Classifier.test.cross_entropy <= 0.5", test["cross_entropy"], "<=", 0.5
            ),
        ]


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

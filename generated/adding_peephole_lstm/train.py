"""Training of Adder as in adding_peephole_lstm.spec, written by specc 0.1.0.

Peephole LSTM written from its gate equations, on the adding problem over 30 steps
(Hochreiter & Schmidhuber 1997).
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Adder
from trainer import Promise, Step, Trainer, check, main


class Adder2(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.adder = Adder()

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"mse": F.mse_loss(self.adder(x), y)}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Adder"
    spec = "8a4b0eb833324221"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 4, 64, 0
    model: Adder2

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Adder2().to(self.device)
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
        return [check("test.mse <= 0.01", test["mse"], "<=", 0.01)]


if __name__ == "__main__":
    sys.exit(main(Training))

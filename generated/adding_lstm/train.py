"""Training of Adding as in adding_lstm.spec, written by specc 0.1.0.

The adding problem over 50 steps with an LSTM (Hochreiter & Schmidhuber 1997).
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


class Adding(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.adder = Adder()

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mse = F.mse_loss(self.adder(x), y)
        return {"mse": mse}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Adding"
    spec = "7b4e6701cef5231b"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 4, 64, 0
    model: Adding

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Adding().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(
                self.model.parameters(),
                lr=0.01,
                betas=(0.9, 0.999),
                eps=1e-08,
                weight_decay=0.0,
                amsgrad=False,
                decoupled_weight_decay=False,
                fused=True,
            ),
            clip_norm=1.0,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def terms(self, model: nn.Module, *batch: Tensor) -> dict[str, Tensor]:
        """Every term of every step, as means over a batch."""
        terms: dict[str, Tensor] = model(*batch)
        return terms

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.mse <= 0.01", test["mse"], "<=", 0.01),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

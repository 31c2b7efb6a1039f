"""Training of SecondLayer as in greedy_pretraining.spec, written by specc 0.1.0.

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
from model import First, Second, SecondBack
from trainer import Step, Trainer, main


class SecondLayer(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.first = First()
        self.second = Second()
        self.second_back = SecondBack()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        with torch.no_grad():
            h = self.first(x)  # [B, 48]
        return {"mse": F.mse_loss(self.second_back(self.second(h)), h.detach())}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "SecondLayer"
    spec = "5454d6dd4c365e4f"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 20, 64, 0
    model: SecondLayer

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = SecondLayer().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(
                nn.ModuleList([self.model.second, self.model.second_back]).parameters(),
                lr=0.002,
                fused=True,
            ),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

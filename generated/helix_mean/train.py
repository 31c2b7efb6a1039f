"""Training of Helix as in helix_mean.spec, written by specc 0.1.0.

A network that learns by squared error gives the mean of what may follow: of a noisy
helix, the bare curve.

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
from model import Curve
from trainer import Promise, Step, Trainer, check, main


class Helix(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.curve = Curve()

    def forward(self, t: Tensor, point: Tensor, *_: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        guess = self.curve(t)  # [B, 3]
        return {"mse": F.mse_loss(guess, point)}

    def outputs(self, t: Tensor, point: Tensor, centre: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        guess = self.curve(t)  # [B, 3]
        return guess, centre, point


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Helix"
    spec = "4f280d4bd47b4e3e"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 100, 64, 0
    model: Helix

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Helix().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Helix)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        guess, centre, point = outputs
        return {
            "rmse": F.mse_loss(guess, centre).sqrt().item(),
            "rmse_2": F.mse_loss(point, centre).sqrt().item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.rmse <= 0.035", test["rmse"], "<=", 0.035),
            check(
                "test.rmse <= 0.4 * test.rmse_2",
                test["rmse"],
                "<=",
                0.4 * test["rmse_2"],
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

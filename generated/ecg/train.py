"""Training of Anomalies as in ecg.spec, written by specc 0.1.0.

Anomalies: the autoencoder learns healthy heart beats only, so ill ones are rebuilt
badly.

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
from model import Decoder, Encoder
from trainer import Promise, Step, Trainer, check, main


def area_under_roc(score: Tensor, target: Tensor) -> Tensor:
    """Chance that a positive item scores above a negative one; ties count half."""
    positive, negative = score[target > 0.5], score[target <= 0.5].sort().values
    below = torch.searchsorted(negative, positive)
    up_to = torch.searchsorted(negative, positive, right=True)
    return (below + up_to).float().mean() / (2 * len(negative))


class Anomalies(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor, ill: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        x_hat = self.decoder(self.encoder(x))  # [B, 140]
        error = F.mse_loss(x_hat, x, reduction="none").mean(1)  # [B]
        mean = ((ill == 0).float() * error).mean()
        return {"mean_error": mean}

    def outputs(self, x: Tensor, ill: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        x_hat = self.decoder(self.encoder(x))  # [B, 140]
        error = F.mse_loss(x_hat, x, reduction="none").mean(1)  # [B]
        return error, ill


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Anomalies"
    spec = "5663e65b219a9479"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mean_error",)}
    epochs, batch, seed = 300, 32, 0
    model: Anomalies

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Anomalies().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.003, fused=True),
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Anomalies)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        error, ill = outputs
        return {"auc": area_under_roc(error, ill.float()).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.auc >= 0.90", test["auc"], ">=", 0.9)]


if __name__ == "__main__":
    sys.exit(main(Training))

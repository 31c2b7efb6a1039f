"""Training of Linear as in linear_pca.spec, written by specc 0.1.0.

A linear autoencoder spans what principal component analysis spans: its error is as
small.
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


def pca_prediction(known: Tensor, wanted: Tensor, components: int) -> Tensor:
    """Rows rebuilt from the first principal components of the known rows."""
    flat = known.flatten(1).double()
    mean = flat.mean(0)
    axes: Tensor = torch.linalg.svd(flat - mean, full_matrices=False).Vh[:components]
    rebuilt: Tensor = (wanted.flatten(1).double() - mean) @ axes.T @ axes + mean
    return rebuilt.reshape(wanted.shape).to(wanted.dtype)


class Linear(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"mse": F.mse_loss(self.decoder(self.encoder(x)), x)}


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Linear"
    spec = "e7bb4799b0388bf9"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 200, 64, 0
    model: Linear

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Linear().to(self.device)
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

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        train = self.evaluate("train")
        predicted = pca_prediction(self.splits["train"].x, self.splits["train"].x, 8)
        baseline = F.mse_loss(predicted, self.splits["train"].x).item()
        return [
            check(
                "train.mse <= 1.01 * train.mse(pca(code))",
                train["mse"],
                "<=",
                1.01 * baseline,
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

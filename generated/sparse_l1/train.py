"""Training of Sparse as in sparse_l1.spec, written by specc 0.1.0.

A sparse autoencoder: an L1 penalty on the code leaves few of its 128 units active.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Decoder, Encoder
from trainer import Promise, Step, Trainer, check, main


class Sparse(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, weight: float = 0.0003) -> None:
        super().__init__()
        self.weight = weight
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        h = self.encoder(x)  # [B, 128]
        x_hat = self.decoder(h)  # [B, 64]
        return {
            "mse": F.mse_loss(x_hat, x),
            "weighted_mean_sum": self.weight * torch.abs(h).sum(1).mean(),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        h = self.encoder(x)  # [B, 128]
        return ((h > 0.1).float().mean(1),)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Sparse"
    spec = "71804a0a51d4e9f1"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "loss": ("mse", "weighted_mean_sum"),
    }
    epochs, batch, seed = 150, 64, 0
    model: Sparse

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Sparse().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Sparse)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (mean,) = outputs
        return {"mean": mean.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.mse <= 0.005", test["mse"], "<=", 0.005),
            check("test.mean <= 0.25", test["mean"], "<=", 0.25),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of Deep as in deep.spec, written by specc 0.1.0.

A deep autoencoder with a code of eight numbers, against PCA with as many.

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


def pca_prediction(known: Tensor, wanted: Tensor, components: int) -> Tensor:
    """Rows rebuilt from the first principal components of the known rows."""
    flat = known.flatten(1).double()
    mean = flat.mean(0)
    axes: Tensor = torch.linalg.svd(flat - mean, full_matrices=False).Vh[:components]
    rebuilt: Tensor = (wanted.flatten(1).double() - mean) @ axes.T @ axes + mean
    return rebuilt.reshape(wanted.shape).to(wanted.dtype)


class Deep(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        x_hat = self.decoder(self.encoder(x))  # [B, 64]
        return {"mse": F.mse_loss(x_hat, x)}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Deep"
    spec = "34fb50d008a1868d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 150, 64, 0
    model: Deep

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Deep().to(self.device)
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
        predicted = pca_prediction(self.splits["train"].x, self.splits["test"].x, 8)
        baseline = F.mse_loss(predicted, self.splits["test"].x).item()
        return [
            check(
                "test.mse <= 0.6 * test.mse(pca(code))",
                test["mse"],
                "<=",
                0.6 * baseline,
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

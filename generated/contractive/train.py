"""Training of Contractive as in contractive.spec, written by specc 0.1.0.

A contractive autoencoder: the code's derivative by the input is kept small, here in
closed form.

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


class Contractive(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, weight: float = 0.1) -> None:
        super().__init__()
        self.weight = weight
        self.encoder = Encoder()
        self.decoder = Decoder(self.encoder)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        h = self.encoder(x)  # [B, 64]
        logits = self.decoder(h)  # [B, 64]
        jacobian_ = (h * (1 - h)).unsqueeze(-1) * self.encoder.code.weight
        slope = (jacobian_**2).sum((1, 2))  # [B]
        bce_with_logits = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return {
            "bce_with_logits": bce_with_logits / logits.size(0),
            "weighted_mean_slope": self.weight * slope.mean(),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        batch_size = x.shape[0]
        h = self.encoder(x)  # [B, 64]
        logits = self.decoder(h)  # [B, 64]
        jacobian_ = (h * (1 - h)).unsqueeze(-1) * self.encoder.code.weight
        slope = (jacobian_**2).sum((1, 2))  # [B]
        return torch.sigmoid(logits), x, slope.mean().expand(batch_size)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Contractive"
    spec = "d750670d374658e8"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "loss": ("bce_with_logits", "weighted_mean_slope"),
    }
    epochs, batch, seed = 150, 64, 0
    model: Contractive

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Contractive().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
            compiled=False,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Contractive)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        sigmoid, x, mean = outputs
        return {
            "mse": F.mse_loss(sigmoid, x).item(),
            "mean": mean.float().mean().item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.mse <= 0.01", test["mse"], "<=", 0.01),
            check("test.mean <= 20", test["mean"], "<=", 20),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

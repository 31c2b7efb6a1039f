"""Training of Sparse as in sparse_kl_notes.spec, written by specc 0.1.0.

The sparse autoencoder of Ng's lecture notes for patches of 8x8 pixels: 25 units that
are rarely active.

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


def kl_sparsity(h: Tensor, rho: float) -> Tensor:
    """Sum over units of KL(rho || mean activation in the batch): [B, ...] -> []."""
    mean = h.mean(0).clamp(1e-6, 1 - 1e-6)
    active = rho * (math.log(rho) - mean.log())
    return (active + (1 - rho) * (math.log(1 - rho) - (1 - mean).log())).sum()


class Sparse(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        h = self.encoder(x)  # [B, 25]
        decoder_h = self.decoder(h)  # [B, 64]
        mse = F.mse_loss(decoder_h, x, reduction="none").sum(1)  # [B]
        return {
            "weighted_mse": (mse / 2).mean(),
            "weighted_kl_sparsity": 3 * kl_sparsity(h, 0.01),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        h = self.encoder(x)  # [B, 25]
        return (h.mean(1),)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Sparse"
    spec = "555d650989f73117"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "loss": ("weighted_mse", "weighted_kl_sparsity"),
    }
    epochs, batch, seed = 150, 128, 0
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
        return [check("test.mean <= 0.1", test["mean"], "<=", 0.1)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of VAE as in altering.spec, written by specc 0.1.0.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Decoder, Encoder, Latent
from trainer import Step, Trainer, main


def kl_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of a normal distribution from the standard one, element by element."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1)


class VAE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.latent = Latent()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mu, logvar = self.encoder(x)
        logits = self.decoder(self.latent(mu, logvar))  # [B, 64]
        bce_with_logits = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return {
            "bce_with_logits": bce_with_logits / logits.size(0),
            "kl": kl_standard_normal(mu, logvar.clamp(-30, 20)).sum() / mu.size(0),
        }


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "VAE"
    spec = "f6d8513662bdfb9d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_with_logits", "kl")}
    epochs, batch, seed = 150, 64, 0
    model: VAE

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = VAE().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

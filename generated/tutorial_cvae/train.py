"""Training of VAE as in tutorial_cvae.spec, written by specc 0.1.0.

The convolutional variational autoencoder of the TensorFlow tutorial, with a code of two
numbers.

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
from trainer import Step, Trainer, main


def kl_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of a normal distribution from the standard one, element by element."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1)


class VAE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mu, logvar = self.encoder(x)
        z = (
            mu + torch.exp(0.5 * logvar.clamp(-30, 20)) * torch.randn_like(mu)
            if self.training
            else mu
        )
        decoder_z = self.decoder(z)  # [B, 1, 28, 28]
        bce_with_logits = F.binary_cross_entropy_with_logits(
            decoder_z, x, reduction="sum"
        )
        return {
            "bce_with_logits": bce_with_logits / decoder_z.size(0),
            "kl": kl_standard_normal(mu, logvar.clamp(-30, 20)).sum() / mu.size(0),
        }


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "VAE"
    spec = "42b025848fdb908c"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_with_logits", "kl")}
    epochs, batch, seed = 10, 32, 0
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
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of VAE as in digits_vae.spec, written by specc 0.1.0.

Convolutional variational autoencoder on the bundled 8x8 digits.

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
from pictures import save_grid
from trainer import Step, Trainer, main


def kl_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of a normal distribution from the standard one, element by element."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1)


class VAE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = beta
        self.encoder = Encoder()
        self.latent = Latent()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mu, logvar = self.encoder(x)
        logits = self.decoder(self.latent(mu, logvar))  # [B, 1, 8, 8]
        bce_with_logits = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = kl_standard_normal(mu, logvar.clamp(-30, 20)).sum()
        return {
            "bce_with_logits": bce_with_logits / logits.size(0),
            "weighted_kl": self.beta * kl / mu.size(0),
        }

    def values_of_grid(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        mu, logvar = self.encoder(x)
        logits = self.decoder(self.latent(mu, logvar))  # [B, 1, 8, 8]
        return x, torch.sigmoid(logits)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "VAE"
    spec = "7f2d1ee4a498a97d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "loss": ("bce_with_logits", "weighted_kl"),
    }
    epochs, batch, seed = 30, 64, 0
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

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 5 == 0 or self.step == self.total:
            self.show_grid(epoch)

    @torch.inference_mode()
    def show_grid(self, epoch: int) -> None:
        """Draw grid pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 8))
        part = test.at(spread[:8])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = self.model.values_of_grid(part.x)
        self.model.train()
        save_grid(rows, 0.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of GAN as in goodfellow_mlp.spec, written by specc 0.1.0.

The smallest usual adversarial network of dense layers on 28x28 digits (Goodfellow et
al. 2014).

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import D, G
from pictures import save_grid
from trainer import Step, Trainer, main


class GAN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, real: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(real.shape[0], 100, device=real.device)  # [B, 100]
        fake: Tensor = self.g(z)  # [B, 784]
        return fake

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over D."""
        d_real = self.d(real)  # [B, 1]
        d_fake = self.d(fake)  # [B, 1]
        bce_with_logits_real = F.binary_cross_entropy_with_logits(
            d_real, torch.ones_like(d_real)
        )
        bce_with_logits_fake = F.binary_cross_entropy_with_logits(
            d_fake, torch.zeros_like(d_fake)
        )
        return {
            "bce_with_logits_real": bce_with_logits_real,
            "bce_with_logits_fake": bce_with_logits_fake,
        }

    def generator_loss(self, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over G."""
        d_fake = self.d(fake)  # [B, 1]
        bce_with_logits = F.binary_cross_entropy_with_logits(
            d_fake, torch.ones_like(d_fake)
        )
        return {"bce_with_logits": bce_with_logits}

    def forward(self, real: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        fake = self.shared(real)
        return self.discriminator_loss(real, fake) | self.generator_loss(fake)

    def values_of_grid(self, real: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        z = torch.randn(real.shape[0], 100, device=real.device)  # [B, 100]
        fake = self.g(z)  # [B, 784]
        return (fake.reshape(-1, 1, 28, 28),)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "GAN"
    spec = "c97ae542f6e4a544"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_real", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 50, 128, 0
    model: GAN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.real,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = GAN().to(self.device)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(self.model.d.parameters(), lr=0.001, fused=True),
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(self.model.g.parameters(), lr=0.001, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        (real,) = batch
        with self.autocast():
            fake = self.model.shared(real)
        self.discriminator_step(real, fake.detach())
        self.generator_step(fake)

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 10 == 0 or self.step == self.total:
            self.show_grid(epoch)

    @torch.inference_mode()
    def show_grid(self, epoch: int) -> None:
        """Draw grid pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 64))
        part = test.at(spread[:64])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = self.model.values_of_grid(part.real)
        self.model.train()
        save_grid(rows, 0.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

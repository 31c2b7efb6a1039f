"""Training of GAN as in transfer.spec, written by specc 0.1.0.

What a discriminator has learnt without labels serves a classifier: its features stay, a
new head learns.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data_gan import Split, load
from model import D, Features, G
from trainer import Step, Trainer, main


class GAN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.features = Features()
        self.d = D(self.features)

    def shared(self, real: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(real.shape[0], 32, device=real.device)  # [B, 32]
        fake: Tensor = self.g(z)  # [B, 64]
        return fake

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over D, Features."""
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


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "GAN"
    spec = "3a3be292dff79eaa"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_real", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 30, 64, 0
    splits: dict[str, Split]
    model: GAN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Any) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.real,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = GAN().to(self.device)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(
                nn.ModuleList([self.model.d, self.model.features]).parameters(),
                lr=0.0005,
                betas=(0.5, 0.999),
                fused=True,
            ),
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(
                self.model.g.parameters(), lr=0.0005, betas=(0.5, 0.999), fused=True
            ),
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        (real,) = batch
        with self.autocast():
            fake = self.model.shared(real)
        self.discriminator_step(real, fake.detach())
        self.generator_step(fake)


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

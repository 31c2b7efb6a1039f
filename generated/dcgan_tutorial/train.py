"""Training of DCGAN as in dcgan_tutorial.spec, written by specc 0.1.0.

DCGAN, layer for layer as in the TensorFlow tutorial, for 28x28 digits.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import DataError, Split, load
from model import D, G
from pictures import save_grid
from trainer import Step, Trainer, main


class DCGAN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, real: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(real.shape[0], 100, device=real.device)  # [B, 100]
        fake: Tensor = self.g(z)  # [B, 1, 28, 28]
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
        fake = self.g(z)  # [B, 1, 28, 28]
        return (fake,)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "DCGAN"
    spec = "783e450b12b80b89"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_real", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 50, 256, 0
    checkpoint_epochs = 15
    model: DCGAN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        splits = load()
        size = self.args.batch
        if (len(splits["train"]) - 1) % size == 0:
            raise DataError(
                "the last batch would have one row, and batch normalisation needs two; "
                f"choose another --batch than {size}"
            )
        return splits

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.real,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = DCGAN().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(self.model.d.parameters(), lr=0.0001, fused=True),
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(self.model.g.parameters(), lr=0.0001, fused=True),
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
        save_grid(rows, -1.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

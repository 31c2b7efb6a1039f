"""Training of Helix as in helix_gan.spec, written by specc 0.1.0.

A conditional generator draws a noisy helix, where a network trained by squared error
gives only its curve.

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
from model import D, G
from pictures import save_scatter
from trainer import Promise, Step, Trainer, check, main


class Helix(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, t: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(t.shape[0], 8, device=t.device)  # [B, 8]
        fake: Tensor = self.g(z, t)  # [B, 3]
        return fake

    def discriminator_loss(
        self, t: Tensor, point: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        """Minimized over D."""
        d_point_t = self.d(point, t)  # [B, 1]
        d_fake_t = self.d(fake, t)  # [B, 1]
        bce_with_logits_point = F.binary_cross_entropy_with_logits(
            d_point_t, torch.ones_like(d_point_t)
        )
        bce_with_logits_fake = F.binary_cross_entropy_with_logits(
            d_fake_t, torch.zeros_like(d_fake_t)
        )
        return {
            "bce_with_logits_point": bce_with_logits_point,
            "bce_with_logits_fake": bce_with_logits_fake,
        }

    def generator_loss(self, t: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over G."""
        d_fake_t = self.d(fake, t)  # [B, 1]
        bce_with_logits = F.binary_cross_entropy_with_logits(
            d_fake_t, torch.ones_like(d_fake_t)
        )
        return {"bce_with_logits": bce_with_logits}

    def forward(self, t: Tensor, point: Tensor, *_: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        fake = self.shared(t)
        return self.discriminator_loss(t, point, fake) | self.generator_loss(t, fake)

    def outputs(self, t: Tensor, centre: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        batch_size = t.shape[0]
        device = t.device
        z = torch.randn(batch_size, 8, device=device)  # [B, 8]
        w = torch.randn(batch_size, 8, device=device)  # [B, 8]
        fake = self.g(z, t)  # [B, 3]
        again = self.g(w, t)  # [B, 3]
        return fake, centre, again

    def values_of_scatter(self, t: Tensor, point: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        z = torch.randn(t.shape[0], 8, device=t.device)  # [B, 8]
        fake = self.g(z, t)  # [B, 3]
        return point, fake


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Helix"
    spec = "753feca58ecd52d9"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_point", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 500, 128, 0
    model: Helix

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Helix().to(self.device)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(
                self.model.d.parameters(), lr=0.002, betas=(0.5, 0.9), fused=True
            ),
            schedule=factor,
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(
                self.model.g.parameters(), lr=0.002, betas=(0.5, 0.9), fused=True
            ),
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        t, point, _ = batch
        with self.autocast():
            fake = self.model.shared(t)
        self.discriminator_step(t, point, fake.detach())
        self.generator_step(t, fake)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Helix)
        t, _, centre = batch
        return model.outputs(t, centre)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        fake, centre, again = outputs
        return {
            "rmse": F.mse_loss(fake, centre).sqrt().item(),
            "rmse_2": F.mse_loss(fake, again).sqrt().item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.rmse <= 0.15", test["rmse"], "<=", 0.15),
            check("test.rmse_2 >= 0.05", test["rmse_2"], ">=", 0.05),
        ]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 100 == 0 or self.step == self.total:
            self.show_scatter(epoch)

    @torch.inference_mode()
    def show_scatter(self, epoch: int) -> None:
        """Draw scatter pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 1000))
        part = test.at(spread[:1000])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = self.model.values_of_scatter(part.t, part.point)
        self.model.train()
        save_scatter(rows, self.args.out / f"scatter_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

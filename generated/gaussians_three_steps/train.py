"""Training of GAN as in gaussians_three_steps.spec, written by specc 0.1.0.

A generative adversarial network on a ring of eight clouds, with three steps of the
discriminator for one of the generator.

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
from pictures import save_scatter
from trainer import Step, Trainer, main


def mode_coverage(generated: Tensor, real: Tensor, label: Tensor) -> Tensor:
    """Classes whose cloud, of 3 deviations, holds at least 1 % of the generated rows."""
    covered = real.new_zeros(())
    for c in sorted(set(label.tolist())):
        cloud = real[label == c].flatten(1)
        reach = 3 * cloud.var(0, correction=0).mean().sqrt()
        near = (generated.flatten(1) - cloud.mean(0)).norm(dim=1) <= reach
        covered += near.float().mean() >= 0.01
    return covered


def mode_precision(generated: Tensor, real: Tensor, label: Tensor) -> Tensor:
    """Share of the generated rows within 3 deviations of the centre of a class."""
    good = torch.zeros(len(generated), dtype=torch.bool, device=generated.device)
    for c in sorted(set(label.tolist())):
        cloud = real[label == c].flatten(1)
        reach = 3 * cloud.var(0, correction=0).mean().sqrt()
        good |= (generated.flatten(1) - cloud.mean(0)).norm(dim=1) <= reach
    return good.float().mean()


class GAN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, real: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(real.shape[0], 16, device=real.device)  # [B, 16]
        fake: Tensor = self.g(z)  # [B, 2]
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

    def forward(self, real: Tensor, *_: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        fake = self.shared(real)
        return self.discriminator_loss(real, fake) | self.generator_loss(fake)

    def outputs(self, real: Tensor, mode: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        z = torch.randn(real.shape[0], 16, device=real.device)  # [B, 16]
        fake = self.g(z)  # [B, 2]
        return fake, real, mode

    def values_of_scatter(self, real: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        z = torch.randn(real.shape[0], 16, device=real.device)  # [B, 16]
        fake = self.g(z)  # [B, 2]
        return (fake,)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "GAN"
    spec = "f8daa57f551b9cc8"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_real", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 10, 256, 0
    steps = 9000
    model: GAN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = GAN().to(self.device)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(
                self.model.d.parameters(), lr=0.001, betas=(0.5, 0.999), fused=True
            ),
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(
                self.model.g.parameters(), lr=0.001, betas=(0.5, 0.999), fused=True
            ),
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        real, _ = batch
        with self.autocast():
            fake = self.model.shared(real)
        self.discriminator_step(real, fake.detach())
        if self.step % 3 == 0:
            self.generator_step(fake)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, GAN)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        fake, real, mode = outputs
        return {
            "mode_coverage": mode_coverage(fake, real, mode).item(),
            "mode_precision": mode_precision(fake, real, mode).item(),
        }

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
            rows = self.model.values_of_scatter(part.real)
        self.model.train()
        save_scatter(rows, self.args.out / f"scatter_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of Pix2pix as in pix2pix_digits.spec, written by specc 0.1.0.

Image-to-image translation (Isola et al. 2017) on digits: from edges to images, a small
U-Net against patches.

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
from trainer import Promise, Step, Trainer, check, main


class Pix2pix(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, edges: Tensor) -> Tensor:
        """What several steps read."""
        fake: Tensor = self.g(edges)  # [B, 1, 16, 16]
        return fake

    def discriminator_loss(
        self, edges: Tensor, image: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        """Minimized over D."""
        d_edges_image = self.d(edges, image)  # [B, 1, 4, 4]
        d_edges_fake = self.d(edges, fake)  # [B, 1, 4, 4]
        bce_with_logits_edges = F.binary_cross_entropy_with_logits(
            d_edges_image, torch.ones_like(d_edges_image)
        )
        bce_with_logits_edges_2 = F.binary_cross_entropy_with_logits(
            d_edges_fake, torch.zeros_like(d_edges_fake)
        )
        return {
            "bce_with_logits_edges": bce_with_logits_edges,
            "bce_with_logits_edges_2": bce_with_logits_edges_2,
        }

    def generator_loss(
        self, edges: Tensor, image: Tensor, fake: Tensor
    ) -> dict[str, Tensor]:
        """Minimized over G."""
        d_edges_fake = self.d(edges, fake)  # [B, 1, 4, 4]
        bce_with_logits = F.binary_cross_entropy_with_logits(
            d_edges_fake, torch.ones_like(d_edges_fake)
        )
        return {
            "bce_with_logits": bce_with_logits,
            "weighted_l1": 100 * F.l1_loss(fake, image),
        }

    def forward(self, edges: Tensor, image: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        fake = self.shared(edges)
        terms: dict[str, Tensor] = {}
        terms |= self.discriminator_loss(edges, image, fake)
        terms |= self.generator_loss(edges, image, fake)
        return terms

    def outputs(self, edges: Tensor, image: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        fake = self.g(edges)  # [B, 1, 16, 16]
        return fake, image

    def values_of_grid(self, edges: Tensor, image: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        fake = self.g(edges)  # [B, 1, 16, 16]
        return edges, fake, image


def initialize(model: nn.Module) -> None:
    """Draw the weights of two axes and more; biases begin at 0."""
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, mean=0.0, std=0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Pix2pix"
    spec = "07d9b303cf645ec4"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_edges", "bce_with_logits_edges_2"),
        "generator": ("bce_with_logits", "weighted_l1"),
    }
    epochs, batch, seed = 10, 32, 0
    model: Pix2pix

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Pix2pix()
        initialize(self.model)
        self.model.to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(
                self.model.d.parameters(), lr=0.0002, betas=(0.5, 0.999), fused=True
            ),
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(
                self.model.g.parameters(), lr=0.0002, betas=(0.5, 0.999), fused=True
            ),
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        edges, image = batch
        with self.autocast():
            fake = self.model.shared(edges)
        self.discriminator_step(edges, image, fake.detach())
        self.generator_step(edges, image, fake)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Pix2pix)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        fake, image = outputs
        return {"mae": F.l1_loss(fake, image).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.mae <= 0.1", test["mae"], "<=", 0.1)]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 10 == 0 or self.step == self.total:
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
            rows = self.model.values_of_grid(part.edges, part.image)
        self.model.train()
        save_grid(rows, -1.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of DCGAN as in dcgan_digits.spec, written by specc 0.1.0.

DCGAN by the paper's rules on 8x8 digits: no pooling, batch normalisation, ReLU and tanh
in the generator.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from judge import judged, judged_frechet
from model import D, G
from pictures import save_grid
from trainer import Promise, Step, Trainer, check, main


def class_coverage(scores: Tensor) -> Tensor:
    """Exponential of the entropy of the chosen classes; scores [N, classes]."""
    chosen = scores.argmax(1).bincount(minlength=scores.shape[1])
    share: Tensor = chosen / len(scores)
    entropy: Tensor = -share.xlogy(share).sum()
    return entropy.exp()


def gaussian_fit(known: Tensor, wanted: Tensor) -> Tensor:
    """As many rows as wanted with the mean and covariance of the known, within their range."""
    flat = known.flatten(1).double().cpu()
    values, vectors = torch.linalg.eigh(torch.cov(flat.T).reshape(2 * flat.shape[1:]))
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(len(wanted), flat.shape[1], generator=generator)
    drawn = flat.mean(0) + noise.double() * values.clamp(min=0).sqrt() @ vectors.T
    drawn = drawn.clamp(flat.min(), flat.max())
    rows: Tensor = drawn.reshape(wanted.shape).to(wanted)
    return rows


def inception_score(scores: Tensor) -> Tensor:
    """Exponential of the mean divergence of the classes from their mean; scores [N, classes]."""
    logs = scores.log_softmax(1)
    mean = logs.exp().mean(0)
    return (logs.exp() * (logs - mean.log())).sum(1).mean().exp()


class DCGAN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.g = G()
        self.d = D()

    def shared(self, real: Tensor) -> Tensor:
        """What several steps read."""
        z = torch.randn(real.shape[0], 32, device=real.device)  # [B, 32]
        fake: Tensor = self.g(z)  # [B, 1, 8, 8]
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

    def outputs(self, real: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        z = torch.randn(real.shape[0], 32, device=real.device)  # [B, 32]
        fake = self.g(z)  # [B, 1, 8, 8]
        return fake, real

    def values_of_grid(self, real: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        z = torch.randn(real.shape[0], 32, device=real.device)  # [B, 32]
        fake = self.g(z)  # [B, 1, 8, 8]
        return (fake,)


def initialize(model: nn.Module) -> None:
    """Draw the weights of two axes and more; biases begin at 0."""
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, mean=0.0, std=0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "DCGAN"
    spec = "cca4bb38c9c73de6"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "discriminator": ("bce_with_logits_real", "bce_with_logits_fake"),
        "generator": ("bce_with_logits",),
    }
    epochs, batch, seed = 120, 64, 0
    checkpoint_epochs = 15
    model: DCGAN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.real,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = DCGAN()
        initialize(self.model)
        self.model.to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.discriminator_step = Step(
            self,
            "discriminator",
            self.model.discriminator_loss,
            torch.optim.Adam(
                self.model.d.parameters(), lr=0.0005, betas=(0.5, 0.999), fused=True
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

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, DCGAN)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        fake, real = outputs
        return {
            "frechet": judged_frechet(fake, real, -1.0, 1.0).item(),
            "inception_score": inception_score(judged(fake, -1.0, 1.0)[1]).item(),
            "class_coverage": class_coverage(judged(fake, -1.0, 1.0)[1]).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        train = self.evaluate("train")
        predicted = gaussian_fit(self.splits["train"].real, self.splits["train"].real)
        wanted = self.splits["train"].real
        baseline = judged_frechet(predicted, wanted, -1.0, 1.0).item()
        return [
            check("train.frechet <= 45", train["frechet"], "<=", 45),
            check(
                "train.frechet <= train.frechet(gaussian_fit)",
                train["frechet"],
                "<=",
                baseline,
            ),
            check("train.inception_score >= 7.5", train["inception_score"], ">=", 7.5),
            check("train.class_coverage >= 9", train["class_coverage"], ">=", 9),
        ]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 15 == 0 or self.step == self.total:
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

"""Training of Critic as in gradient_penalty.spec, written by specc 0.1.0.

A critic with gradient penalty (Gulrajani et al. 2017) on 8x8 digits: linear scores, no
normalisation in D.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
from torch import Tensor, nn

from data import Split, load
from judge import judged, judged_frechet
from model import D, G
from trainer import Promise, Step, Trainer, check, main


def gradient(y: Tensor, x: Tensor) -> Tensor:
    """The derivative of each item's number by its x, [B, ...]; a further one can be taken."""
    [found] = torch.autograd.grad(y.sum(), x, create_graph=True)
    return found


def inception_score(scores: Tensor) -> Tensor:
    """Exponential of the mean divergence of the classes from their mean; scores [N, classes]."""
    logs = scores.log_softmax(1)
    mean = logs.exp().mean(0)
    return (logs.exp() * (logs - mean.log())).sum(1).mean().exp()


class Critic(nn.Module):
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

    def critic_loss(self, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over D."""
        u = torch.rand(real.shape[0], 1, 1, 1, device=real.device)  # [B, 1, 1, 1]
        mixed = u * real + (1 - u) * fake  # [B, 1, 8, 8]
        mixed.requires_grad_()
        norm = (gradient(self.d(mixed), mixed) ** 2).sum((1, 2, 3))  # [B]
        norm = torch.sqrt(norm + 1e-12)  # [B]
        return {
            "mean_d_fake": self.d(fake).mean(1).mean(),
            "minus_mean_d_real": -self.d(real).mean(1).mean(),
            "weighted_mean": 10 * ((norm - 1) ** 2).mean(),
        }

    def generator_loss(self, fake: Tensor) -> dict[str, Tensor]:
        """Minimized over G."""
        return {"minus_mean_d": -self.d(fake).mean(1).mean()}

    def forward(self, real: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        fake = self.shared(real)
        return self.critic_loss(real, fake) | self.generator_loss(fake)

    def outputs(self, real: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        z = torch.randn(real.shape[0], 32, device=real.device)  # [B, 32]
        fake = self.g(z)  # [B, 1, 8, 8]
        return fake, real


def initialize(model: nn.Module) -> None:
    """Draw the weights of two axes and more; biases begin at 0."""
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, mean=0.0, std=0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Critic"
    spec = "bb5bf0f764c7b8ea"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "critic": ("mean_d_fake", "minus_mean_d_real", "weighted_mean"),
        "generator": ("minus_mean_d",),
    }
    epochs, batch, seed = 150, 64, 0
    model: Critic

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.real,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Critic()
        initialize(self.model)
        self.model.to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.critic_step = Step(
            self,
            "critic",
            self.model.critic_loss,
            torch.optim.Adam(
                self.model.d.parameters(), lr=0.0005, betas=(0.5, 0.9), fused=True
            ),
            compiled=False,
        )
        self.generator_step = Step(
            self,
            "generator",
            self.model.generator_loss,
            torch.optim.Adam(
                self.model.g.parameters(), lr=0.0005, betas=(0.5, 0.9), fused=True
            ),
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        (real,) = batch
        with self.autocast():
            fake = self.model.shared(real)
        self.critic_step(real, fake.detach())
        if self.step % 3 == 0:
            self.generator_step(fake)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Critic)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        fake, real = outputs
        return {
            "frechet": judged_frechet(fake, real, -1.0, 1.0).item(),
            "inception_score": inception_score(judged(fake, -1.0, 1.0)[1]).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        train = self.evaluate("train")
        return [check("train.frechet <= 70", train["frechet"], "<=", 70)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of AAE as in adversarial_autoencoder.spec, written by specc 0.1.0.

Adversarial autoencoder (Makhzani et al. 2015): a critic of codes draws them to the
prior.

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
from judge import judged_frechet
from model import Critic, Decoder, Encoder
from pictures import save_grid
from trainer import Promise, Step, Trainer, check, main


def frechet(generated: Tensor, real: Tensor) -> Tensor:
    """Fréchet distance of normal distributions fitted to rows (Dowson & Landau 1982)."""
    a, b = generated.flatten(1).double(), real.flatten(1).double()
    if not (a.isfinite().all() and b.isfinite().all()):
        return a.new_tensor(math.nan)
    gap = a.mean(0) - b.mean(0)
    first, second = (torch.cov(x.T).reshape(2 * gap.shape) for x in (a, b))
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    distance: Tensor = gap @ gap + first.trace() + second.trace() - 2 * cross
    return distance


class AAE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.critic = Critic()

    def reconstruction_loss(self, x: Tensor) -> dict[str, Tensor]:
        """Minimized over Encoder, Decoder."""
        code = self.encoder(x)  # [B, 8]
        return {"mse": F.mse_loss(self.decoder(code), x)}

    def criticism_loss(self, x: Tensor) -> dict[str, Tensor]:
        """Minimized over Critic."""
        with torch.no_grad():
            code = self.encoder(x)  # [B, 8]
        prior = torch.randn(x.shape[0], 8, device=x.device)  # [B, 8]
        critic_prior = self.critic(prior)  # [B, 1]
        critic_code = self.critic(code)  # [B, 1]
        bce_with_logits_prior = F.binary_cross_entropy_with_logits(
            critic_prior, torch.ones_like(critic_prior)
        )
        bce_with_logits_code = F.binary_cross_entropy_with_logits(
            critic_code, torch.zeros_like(critic_code)
        )
        return {
            "bce_with_logits_prior": bce_with_logits_prior,
            "bce_with_logits_code": bce_with_logits_code,
        }

    def regularisation_loss(self, x: Tensor) -> dict[str, Tensor]:
        """Minimized over Encoder."""
        code = self.encoder(x)  # [B, 8]
        critic_code = self.critic(code)  # [B, 1]
        bce_with_logits = F.binary_cross_entropy_with_logits(
            critic_code, torch.ones_like(critic_code)
        )
        return {"bce_with_logits": bce_with_logits}

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """The terms of all steps, with nothing learnt between them."""
        terms: dict[str, Tensor] = {}
        terms |= self.reconstruction_loss(x)
        terms |= self.criticism_loss(x)
        terms |= self.regularisation_loss(x)
        return terms

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        code = self.encoder(x)  # [B, 8]
        prior = torch.randn(x.shape[0], 8, device=x.device)  # [B, 8]
        return code, prior, self.decoder(prior), x

    def values_of_grid(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        code = self.encoder(x)  # [B, 8]
        return x.reshape(-1, 1, 8, 8), self.decoder(code).reshape(-1, 1, 8, 8)


def factor(step: int, steps: int) -> float:
    """The learning rate at a step, as a share of its start."""
    return 0.5 * (1 + math.cos(math.pi * step / steps))


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "AAE"
    spec = "461490a9244f1b83"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {
        "reconstruction": ("mse",),
        "criticism": ("bce_with_logits_prior", "bce_with_logits_code"),
        "regularisation": ("bce_with_logits",),
    }
    epochs, batch, seed = 200, 64, 0
    model: AAE

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = AAE().to(self.device)
        self.reconstruction_step = Step(
            self,
            "reconstruction",
            self.model.reconstruction_loss,
            torch.optim.Adam(
                nn.ModuleList([self.model.encoder, self.model.decoder]).parameters(),
                lr=0.001,
                fused=True,
            ),
            schedule=factor,
        )
        self.criticism_step = Step(
            self,
            "criticism",
            self.model.criticism_loss,
            torch.optim.Adam(
                self.model.critic.parameters(), lr=0.002, betas=(0.5, 0.999), fused=True
            ),
            schedule=factor,
        )
        self.regularisation_step = Step(
            self,
            "regularisation",
            self.model.regularisation_loss,
            torch.optim.Adam(
                self.model.encoder.parameters(),
                lr=0.001,
                betas=(0.5, 0.999),
                fused=True,
            ),
            schedule=factor,
        )

    def iteration(self, *batch: Tensor) -> None:
        """The steps on one batch, in order."""
        (x,) = batch
        self.reconstruction_step(x)
        self.criticism_step(x)
        self.regularisation_step(x)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, AAE)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        code, prior, decoder_output, x = outputs
        return {
            "frechet": frechet(code, prior).item(),
            "frechet_2": judged_frechet(decoder_output, x, 0.0, 1.0).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        train = self.evaluate("train")
        return [
            check("train.frechet <= 1", train["frechet"], "<=", 1),
            check("train.frechet_2 <= 80", train["frechet_2"], "<=", 80),
        ]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 50 == 0 or self.step == self.total:
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

"""Training of VAE as in gaussian_vae.spec, written by specc 0.1.0.

A variational autoencoder with a Gaussian decoder: the objective is the negative
evidence bound in nats.

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
from judge import judged, judged_frechet
from model import Decoder, Encoder, Latent
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


def kl_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of a normal distribution from the standard one, element by element."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1)


def nearest_neighbour(generated: Tensor, real: Tensor) -> Tensor:
    """Share of rows whose nearest other row is of their kind, of as many of both kinds."""
    count = min(len(generated), len(real))
    rows = torch.cat((generated[:count].flatten(1), real[:count].flatten(1)))
    kind = torch.arange(2 * count, device=rows.device) < count
    right = rows.new_zeros(())
    for start in range(0, 2 * count, 1000):
        part = rows[start : start + 1000]
        gap = torch.cdist(part, rows, compute_mode="donot_use_mm_for_euclid_dist")
        gap[:, start : start + len(part)].fill_diagonal_(math.inf)
        right += (kind[gap.argmin(1)] == kind[start : start + len(part)]).sum()
    return right / (2 * count)


class VAE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, sigma: float = 0.15) -> None:
        super().__init__()
        self.sigma = sigma
        self.encoder = Encoder()
        self.latent = Latent()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mu, logvar = self.encoder(x)
        x_hat = self.decoder(self.latent(mu, logvar))  # [B, 64]
        log_prob = (-22.22222222222222 * (x - x_hat) ** 2 - -0.9781814516812086).sum(1)
        return {
            "minus_log_prob": (-log_prob).mean(),
            "kl": kl_standard_normal(mu, logvar.clamp(-30, 20)).sum() / mu.size(0),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        mu, logvar = self.encoder(x)
        x_hat = self.decoder(self.latent(mu, logvar))  # [B, 64]
        w = torch.randn(x.shape[0], 8, device=x.device)  # [B, 8]
        drawn = self.decoder(w)  # [B, 64]
        return x_hat, x, drawn


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "VAE"
    spec = "e7597c7377ae3db0"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("minus_log_prob", "kl")}
    epochs, batch, seed = 150, 64, 0
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
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, VAE)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        x_hat, x, drawn = outputs
        return {
            "mse": F.mse_loss(x_hat, x).item(),
            "frechet": judged_frechet(drawn, x, 0.0, 1.0).item(),
            "nearest_neighbour": nearest_neighbour(drawn, x).item(),
            "class_coverage": class_coverage(judged(drawn, 0.0, 1.0)[1]).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        train = self.evaluate("train")
        predicted = gaussian_fit(self.splits["train"].x, self.splits["train"].x)
        wanted = self.splits["train"].x
        baseline = judged_frechet(predicted, wanted, 0.0, 1.0).item()
        predicted2 = gaussian_fit(self.splits["train"].x, self.splits["test"].x)
        baseline2 = nearest_neighbour(predicted2, self.splits["test"].x).item()
        return [
            check("test.loss <= -26", test["loss"], "<=", -26),
            check("test.mse <= 0.015", test["mse"], "<=", 0.015),
            check(
                "train.frechet <= train.frechet(gaussian_fit)",
                train["frechet"],
                "<=",
                baseline,
            ),
            check(
                "test.nearest_neighbour <= test.nearest_neighbour(gaussian_fit)",
                test["nearest_neighbour"],
                "<=",
                baseline2,
            ),
            check("test.class_coverage >= 9", test["class_coverage"], ">=", 9),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

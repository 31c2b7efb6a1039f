"""Training of Plain as in plain_samples.spec, written by specc 0.1.0.

A plain autoencoder is no generator: its decoder knows the codes of digits, and not what
lies between them.

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
from model import Decoder, Encoder
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


def mean_prediction(known: Tensor, wanted: Tensor) -> Tensor:
    """The mean of the known rows as the prediction of every row."""
    return known.float().mean(0, keepdim=True).expand_as(wanted)


class Plain(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        z = self.encoder(x)  # [B, 8]
        x_hat = self.decoder(z)  # [B, 64]
        return {"bce": F.binary_cross_entropy(x_hat, x)}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        z = self.encoder(x)  # [B, 8]
        x_hat = self.decoder(z)  # [B, 64]
        w = torch.randn(x.shape[0], 8, device=x.device)  # [B, 8]
        return x_hat, x, self.decoder(w), z, w


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Plain"
    spec = "370fd2ab23f146d9"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce",)}
    epochs, batch, seed = 60, 64, 0
    model: Plain

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Plain().to(self.device)
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
        assert isinstance(model, Plain)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        x_hat, x, decoder_output, z, w = outputs
        return {
            "mse": F.mse_loss(x_hat, x).item(),
            "frechet": judged_frechet(decoder_output, x, 0.0, 1.0).item(),
            "frechet_2": frechet(z, w).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        train = self.evaluate("train")
        predicted = mean_prediction(self.splits["train"].x, self.splits["test"].x)
        baseline = F.mse_loss(predicted, self.splits["test"].x).item()
        predicted2 = gaussian_fit(self.splits["train"].x, self.splits["train"].x)
        wanted2 = self.splits["train"].x
        baseline2 = judged_frechet(predicted2, wanted2, 0.0, 1.0).item()
        return [
            check(
                "test.mse <= 0.4 * test.mse(mean_image)",
                test["mse"],
                "<=",
                0.4 * baseline,
            ),
            check(
                "train.frechet >= 4 * train.frechet(gaussian_fit)",
                train["frechet"],
                ">=",
                4 * baseline2,
            ),
            check("train.frechet_2 >= 10", train["frechet_2"], ">=", 10),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

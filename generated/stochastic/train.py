"""Training of Stochastic as in stochastic.spec, written by specc 0.1.0.

Encoder and decoder are distributions; the divergence is estimated from the one code
that is drawn.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Decoder, Encoder
from trainer import Promise, Step, Trainer, check, main


def kl_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL of a normal distribution from the standard one, element by element."""
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1)


class Stochastic(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        mu, logvar = self.encoder(x)
        z = (
            mu + torch.exp(0.5 * logvar.clamp(-30, 20)) * torch.randn_like(mu)
            if self.training
            else mu
        )
        decoder_z = self.decoder(z)  # [B, 64]
        log_prob = (
            -F.binary_cross_entropy_with_logits(decoder_z, x, reduction="none")
        ).sum(1)
        log_prob2 = (
            -0.5 * (logvar.clamp(-30, 20) + (z - mu) ** 2 / logvar.clamp(-30, 20).exp())
            - 0.9189385332046727
        ).sum(1)
        log_prob2 = log_prob2 - (-0.5 * z**2 - 0.9189385332046727).sum(1)  # [B]
        return {"minus_log_prob": (-log_prob).mean(), "term2": log_prob2.mean()}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        mu, logvar = self.encoder(x)
        kl = kl_standard_normal(mu, logvar.clamp(-30, 20)).sum(1)  # [B]
        return (kl,)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Stochastic"
    spec = "a91122548d166753"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("minus_log_prob", "term2")}
    epochs, batch, seed = 150, 64, 0
    model: Stochastic

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Stochastic().to(self.device)
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
        assert isinstance(model, Stochastic)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (kl,) = outputs
        return {"kl": kl.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.minus_log_prob <= 14", test["minus_log_prob"], "<=", 14),
            check("test.kl >= 4", test["kl"], ">=", 4),
            check("test.kl <= 9", test["kl"], "<=", 9),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

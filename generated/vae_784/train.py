"""Training of VAE as in vae_784.spec, written by specc 0.1.0.

The variational autoencoder of the PyTorch examples: 784-400-20-400-784.

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


def mean_prediction(known: Tensor, wanted: Tensor) -> Tensor:
    """The mean of the known rows as the prediction of every row."""
    return known.float().mean(0, keepdim=True).expand_as(wanted)


class VAE(nn.Module):
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
        logits = self.decoder(z)  # [B, 784]
        bce_with_logits = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return {
            "bce_with_logits": bce_with_logits / logits.size(0),
            "kl": kl_standard_normal(mu, logvar.clamp(-30, 20)).sum() / mu.size(0),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        mu, logvar = self.encoder(x)
        z = (
            mu + torch.exp(0.5 * logvar.clamp(-30, 20)) * torch.randn_like(mu)
            if self.training
            else mu
        )
        logits = self.decoder(z)  # [B, 784]
        return torch.sigmoid(logits), x


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "VAE"
    spec = "2c8e075702de29bb"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_with_logits", "kl")}
    epochs, batch, seed = 30, 64, 0
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
            torch.optim.Adam(self.model.parameters(), lr=0.001, fused=True),
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
        sigmoid, x = outputs
        return {"mse": F.mse_loss(sigmoid, x).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        predicted = mean_prediction(self.splits["train"].x, self.splits["test"].x)
        baseline = F.mse_loss(predicted, self.splits["test"].x).item()
        return [
            check(
                "test.mse <= 0.5 * test.mse(mean_image)",
                test["mse"],
                "<=",
                0.5 * baseline,
            ),
            check("test.kl >= 4", test["kl"], ">=", 4),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

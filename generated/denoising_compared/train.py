"""Training of Compared as in denoising_compared.spec, written by specc 0.1.0.

Only an autoencoder that saw noise removes it: two of the same shape learn side by side,
one from noisy images.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Denoising, Plain
from trainer import Promise, Step, Trainer, check, main


class Compared(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self, noise: float = 0.2) -> None:
        super().__init__()
        self.noise = noise
        self.denoising = Denoising()
        self.plain = Plain()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        e = torch.randn_like(x)  # [B, 64]
        noisy = (x + self.noise * e).clamp(0, 1)  # [B, 64]
        return {
            "bce_noisy": F.binary_cross_entropy(self.denoising(noisy), x),
            "bce_x": F.binary_cross_entropy(self.plain(x), x),
        }

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        e = torch.randn_like(x)  # [B, 64]
        noisy = (x + self.noise * e).clamp(0, 1)  # [B, 64]
        return self.denoising(noisy), x, self.plain(noisy)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Compared"
    spec = "4cb189829c832acd"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_noisy", "bce_x")}
    epochs, batch, seed = 200, 64, 0
    model: Compared

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Compared().to(self.device)
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
        assert isinstance(model, Compared)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        denoising_output, x, plain_output = outputs
        return {
            "mse": F.mse_loss(denoising_output, x).item(),
            "mse_2": F.mse_loss(plain_output, x).item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check(
                "test.mse_2 >= 1.5 * test.mse", test["mse_2"], ">=", 1.5 * test["mse"]
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

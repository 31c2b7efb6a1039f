"""Training of Autoencoder as in codes.spec, written by specc 0.1.0.

What the codes of an autoencoder are good for: neighbours, pictures of the plane, and an
encoder to keep.

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
from pictures import save_grid
from trainer import Step, Trainer, main


class Autoencoder(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        y = self.decoder(self.encoder(x))  # [B, 64]
        return {"mse": F.mse_loss(y, x)}

    def values_of_grid(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        y = self.decoder(self.encoder(x))  # [B, 64]
        return x, y


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Autoencoder"
    spec = "03c56676f47f69e1"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 60, 64, 0
    model: Autoencoder

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Autoencoder().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

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
            rows = self.model.values_of_grid(part.x)
        self.model.train()
        save_grid(rows, 0.0, 1.0, self.args.out / f"grid_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

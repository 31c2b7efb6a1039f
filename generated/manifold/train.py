"""Training of Autoencoder as in manifold.spec, written by specc 0.1.0.

A code of two numbers: the whole plane of codes as one picture.

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
from pictures import save_scatter
from trainer import Promise, Step, Trainer, check, main


class Autoencoder(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        code = self.encoder(x)  # [B, 2]
        y = self.decoder(code)  # [B, 64]
        return {"bce": F.binary_cross_entropy(y, x)}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        code = self.encoder(x)  # [B, 2]
        y = self.decoder(code)  # [B, 64]
        return y, x

    def values_of_scatter(self, x: Tensor, label: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        code = self.encoder(x)  # [B, 2]
        return code, label


def initialize(model: nn.Module) -> None:
    """Draw the weights of two axes and more; biases begin at 0."""
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            nn.init.xavier_uniform_(weight, gain=1.0)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Autoencoder"
    spec = "22aa890e940a206d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce",)}
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
        self.model = Autoencoder()
        initialize(self.model)
        self.model.to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.005, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Autoencoder)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        y, x = outputs
        return {"mse": F.mse_loss(y, x).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.mse <= 0.045", test["mse"], "<=", 0.045)]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 60 == 0 or self.step == self.total:
            self.show_scatter(epoch)

    @torch.inference_mode()
    def show_scatter(self, epoch: int) -> None:
        """Draw scatter pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 1000))
        part = test.at(spread[:1000])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = self.model.values_of_scatter(part.x, part.label)
        self.model.train()
        save_scatter(rows, self.args.out / f"scatter_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

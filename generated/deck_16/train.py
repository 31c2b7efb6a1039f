"""Training of Deck as in deck_16.spec, written by specc 0.1.0.

The lecture's deeper autoencoder: the code has 16 numbers.

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
from trainer import Promise, Step, Trainer, check, main


def mean_prediction(known: Tensor, wanted: Tensor) -> Tensor:
    """The mean of the known rows as the prediction of every row."""
    return known.float().mean(0, keepdim=True).expand_as(wanted)


class Deck(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.decoder(self.encoder(x))  # [B, 784]
        return {"bce_with_logits": F.binary_cross_entropy_with_logits(logits, x)}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.decoder(self.encoder(x))  # [B, 784]
        return torch.sigmoid(logits), x

    def values_of_grid(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        logits = self.decoder(self.encoder(x))  # [B, 784]
        return x, torch.sigmoid(logits)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Deck"
    spec = "7db9e0093a20da36"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_with_logits",)}
    epochs, batch, seed = 200, 100, 0
    model: Deck

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Deck().to(self.device)
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
        assert isinstance(model, Deck)
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
                "test.mse <= 0.25 * test.mse(mean_image)",
                test["mse"],
                "<=",
                0.25 * baseline,
            ),
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

"""Training of Adding as in adding_lstm.spec, written by specc 0.1.0.

The adding problem over 50 steps with an LSTM (Hochreiter & Schmidhuber 1997).

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Adder
from pictures import save_curve
from trainer import Promise, Step, Trainer, check, main


def gradient(y: Tensor, x: Tensor) -> Tensor:
    """The derivative of each item's number by its x, [B, ...]; a further one can be taken."""
    [found] = torch.autograd.grad(y.sum(), x, create_graph=True)
    return found


class Adding(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.adder = Adder()

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        p = self.adder(x)  # [B, 1]
        return {"mse": F.mse_loss(p, y)}

    def outputs(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        batch_size = x.shape[0]
        x.requires_grad_()
        p = self.adder(x)  # [B, 1]
        reach = torch.linalg.vector_norm(gradient(p.sum(1), x), dim=2)  # [B, 50]
        kept = reach[:, 0].mean() / reach[:, 49].mean()
        return (kept.expand(batch_size),)

    def values_of_curve(self, x: Tensor) -> tuple[Tensor, ...]:
        """What the picture shows."""
        x.requires_grad_()
        p = self.adder(x)  # [B, 1]
        reach = torch.linalg.vector_norm(gradient(p.sum(1), x), dim=2)  # [B, 50]
        return (reach,)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Adding"
    spec = "b1622257ea526009"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 4, 64, 0
    model: Adding

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Adding().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
            clip_norm=1.0,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Adding)
        x, _ = batch
        return model.outputs(x)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (kept,) = outputs
        return {"kept": kept.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.mse <= 0.01", test["mse"], "<=", 0.01),
            check("test.kept >= 0.1", test["kept"], ">=", 0.1),
        ]

    def show(self, epoch: int) -> None:
        """The pictures of an epoch."""
        if epoch % 4 == 0 or self.step == self.total:
            self.show_curve(epoch)

    def show_curve(self, epoch: int) -> None:
        """Draw curve pictures of test rows."""
        test = self.splits["test"]
        spread = torch.arange(0, len(test), max(1, len(test) // 1000))
        part = test.at(spread[:1000])
        self.model.eval()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            rows = tuple(v.detach() for v in self.model.values_of_curve(part.x))
        self.model.train()
        save_curve(rows, self.args.out / f"curve_{epoch:04d}.png")


if __name__ == "__main__":
    sys.exit(main(Training))

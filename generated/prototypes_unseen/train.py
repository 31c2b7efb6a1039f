"""Training of Unseen as in prototypes_unseen.spec, written by specc 0.1.0.

Prototypical networks (Snell, Swersky & Zemel 2017) asked about digits they never saw,
one item of each. Seven classes are too few to learn from: the nearest pixels are right
in .75, and the codes more seldom.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Embed
from trainer import Promise, Step, Trainer, check, main


class Unseen(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = Embed()

    def forward(self, x: Tensor, query: Tensor, answer: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        prototype = self.embed(x).reshape(-1, 3, 1, 64).mean(2)  # [B, 3, 64]
        gap = self.embed(query).unsqueeze(2) - prototype.unsqueeze(1)  # [B, 15, 3, 64]
        logits = -(gap**2).sum(3)  # [B, 15, 3]
        return {"cross_entropy": F.cross_entropy(logits.transpose(1, 2), answer)}

    def outputs(self, x: Tensor, query: Tensor, answer: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        prototype = self.embed(x).reshape(-1, 3, 1, 64).mean(2)  # [B, 3, 64]
        gap = self.embed(query).unsqueeze(2) - prototype.unsqueeze(1)  # [B, 15, 3, 64]
        logits = -(gap**2).sum(3)  # [B, 15, 3]
        return logits, answer


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Unseen"
    spec = "94382bc29da316cb"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 10, 8, 0
    model: Unseen

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return rows.x, rows.query, rows.answer

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Unseen().to(self.device)
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
        assert isinstance(model, Unseen)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, answer = outputs
        accuracy = (logits.movedim(-1, 1).argmax(1) == answer).float().mean()
        return {"accuracy": accuracy.item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [
            check("test.accuracy >= 0.55", test["accuracy"], ">=", 0.55),
            check("test.accuracy <= 0.75", test["accuracy"], "<=", 0.75),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

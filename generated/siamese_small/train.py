"""Training of Verification as in siamese_small.spec, written by specc 0.1.0.

The stand-in for Koch et al. (2015) on digits: a tower of two convolutions, called
twice, with the margin loss of Hadsell et al. (2006).

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Tower
from trainer import Promise, Step, Trainer, check, main


def area_under_roc(score: Tensor, target: Tensor) -> Tensor:
    """Chance that a positive item scores above a negative one; ties count half."""
    positive, negative = score[target > 0.5], score[target <= 0.5].sort().values
    below = torch.searchsorted(negative, positive)
    up_to = torch.searchsorted(negative, positive, right=True)
    return (below + up_to).float().mean() / (2 * len(negative))


class Verification(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.tower = Tower()

    def forward(self, a: Tensor, b: Tensor, same: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        d = F.pairwise_distance(self.tower(a), self.tower(b))  # [B]
        total = same * d**2 / 2 + (1 - same) * (1.0 - d).clamp(min=0) ** 2 / 2  # [B]
        return {"mean": total.mean()}

    def outputs(self, a: Tensor, b: Tensor, same: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        d = F.pairwise_distance(self.tower(a), self.tower(b))  # [B]
        return -d, same


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Verification"
    spec = "c8703e789d4e5511"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mean",)}
    epochs, batch, seed = 10, 128, 0
    model: Verification

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Verification().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
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
        assert isinstance(model, Verification)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        negated, same = outputs
        return {"auc": area_under_roc(negated, same).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.auc >= 0.99", test["auc"], ">=", 0.99)]


if __name__ == "__main__":
    sys.exit(main(Training))

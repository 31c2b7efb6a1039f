"""Training of Logic as in boolean_plain.spec, written by specc 0.1.0.

Boolean expressions evaluated from the leaves to the root (Socher et al. 2011), with a
loss at each node.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Judge
from trainer import Promise, Step, Trainer, check, main


class Logic(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.judge = Judge()

    def forward(self, t: Tensor, value: Tensor, there: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.judge(t)  # [B, 63, 2]
        cross_entropy = F.cross_entropy(
            logits[there], value[there], reduction="sum"
        ) / there.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(self, t: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.judge(t)  # [B, 63, 2]
        right = logits.argmax(2) == value  # [B, 63]
        root = right[:, 0]  # [B]
        return (root,)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Logic"
    spec = "1ee2e592a958e815"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 12, 32, 0
    model: Logic

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Logic().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Logic)
        t, value, _ = batch
        return model.outputs(t, value)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (root,) = outputs
        return {"root": root.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.root >= 0.98", test["root"], ">=", 0.98)]


if __name__ == "__main__":
    sys.exit(main(Training))

"""Training of KarateGCN as in karate_gcn.spec, written by specc 0.1.0.

Two-layer graph convolution, semi-supervised on Zachary's karate club: of each faction
only the member with the most friends is known (Kipf & Welling 2017).

Shapes: N nodes.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Graph, Members
from trainer import Promise, Step, Trainer, check, main


class KarateGCN(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.members = Members()

    def forward(
        self, g: Graph, faction: Tensor, labelled: Tensor, *_: Tensor
    ) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        members_g = self.members(g)  # [N, 2]
        cross_entropy = F.cross_entropy(
            members_g[labelled], faction[labelled], reduction="sum"
        ) / labelled.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(
        self, g: Graph, faction: Tensor, held_out: Tensor
    ) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        return self.members(g)[held_out], faction[held_out]


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "KarateGCN"
    spec = "fc80927bc2f2268a"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 200, 64, 0
    checkpoint_epochs = 50
    model: KarateGCN

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = KarateGCN().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(
                self.model.parameters(), lr=0.01, weight_decay=0.0005, fused=True
            ),
        )

    def iteration(self, *batch: Any) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Any) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, KarateGCN)
        g, faction, _, held_out = batch
        return model.outputs(g, faction, held_out)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        members_output, faction = outputs
        return {"accuracy": (members_output.argmax(1) == faction).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.96", test["accuracy"], ">=", 0.96)]


if __name__ == "__main__":
    sys.exit(main(Training))

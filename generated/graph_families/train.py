"""Training of GraphFamilies as in graph_families.spec, written by specc 0.1.0.

Which family a random graph is of, from its shape alone: three layers that sum over the
neighbours, and the mean and maximum of the nodes.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Family, Graph
from trainer import Promise, Step, Trainer, check, main


class GraphFamilies(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.family = Family()

    def forward(self, g: Graph, family: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"cross_entropy": F.cross_entropy(self.family(g), family)}

    def outputs(self, g: Graph, family: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        return self.family(g), family


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "GraphFamilies"
    spec = "4a7050ac2b53208d"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 40, 64, 0
    checkpoint_epochs = 10
    model: GraphFamilies

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = GraphFamilies().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.003, fused=True),
        )

    def iteration(self, *batch: Any) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Any) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, GraphFamilies)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        family_output, family = outputs
        return {"accuracy": (family_output.argmax(1) == family).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.97", test["accuracy"], ">=", 0.97)]


if __name__ == "__main__":
    sys.exit(main(Training))

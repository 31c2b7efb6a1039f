"""Training of BlocksSAGE as in blocks_sage.spec, written by specc 0.1.0.

GraphSAGE on sampled neighbourhoods (Hamilton, Ying & Leskovec 2017): a batch holds some
nodes, ten neighbours of each and five of theirs, never the whole graph.

Shapes: N nodes.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Graph, Groups
from trainer import Promise, Step, Trainer, check, main


class BlocksSAGE(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = Groups()

    def forward(
        self, g: Graph, block: Tensor, labelled: Tensor, *_: Tensor
    ) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        groups_g = self.groups(g)  # [N, 4]
        cross_entropy = F.cross_entropy(
            groups_g[labelled], block[labelled], reduction="sum"
        ) / labelled.sum().clamp(1)
        return {"cross_entropy": cross_entropy}

    def outputs(self, g: Graph, block: Tensor, held_out: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        return self.groups(g)[held_out], block[held_out]


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "BlocksSAGE"
    spec = "cad8ed74f769c761"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 40, 20, 0
    checkpoint_epochs = 10
    model: BlocksSAGE

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = BlocksSAGE().to(self.device)
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
        assert isinstance(model, BlocksSAGE)
        g, block, _, held_out = batch
        return model.outputs(g, block, held_out)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        groups_output, block = outputs
        return {"accuracy": (groups_output.argmax(1) == block).float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.accuracy >= 0.9", test["accuracy"], ">=", 0.9)]


if __name__ == "__main__":
    sys.exit(main(Training))

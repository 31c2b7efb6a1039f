"""Training of GraphAutoencoder as in link_prediction.spec, written by specc 0.1.0.

Graph autoencoder (Kipf & Welling 2016): nodes are joined as often as their codes agree,
on a random graph of four groups with a fifth of the edges hidden.

Shapes: N nodes, P pairs.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Encoder, Graph
from trainer import Promise, Step, Trainer, check, main


def area_under_roc(score: Tensor, target: Tensor) -> Tensor:
    """Chance that a positive item scores above a negative one; ties count half."""
    positive, negative = score[target > 0.5], score[target <= 0.5].sort().values
    below = torch.searchsorted(negative, positive)
    up_to = torch.searchsorted(negative, positive, right=True)
    return (below + up_to).float().mean() / (2 * len(negative))


class GraphAutoencoder(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()

    def forward(self, g: Graph, pairs: Tensor, linked: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        z = self.encoder(g)  # [N, 16]
        ends = z[pairs]  # [P, 2, 16]
        score = (ends[:, 0] * ends[:, 1]).sum(1)  # [P]
        bce_with_logits = F.binary_cross_entropy_with_logits(score, linked.float())
        return {"bce_with_logits": bce_with_logits}

    def outputs(self, g: Graph, pairs: Tensor, linked: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        z = self.encoder(g)  # [N, 16]
        ends = z[pairs]  # [P, 2, 16]
        score = (ends[:, 0] * ends[:, 1]).sum(1)  # [P]
        return score, linked


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "GraphAutoencoder"
    spec = "55f9691fe96c6b64"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("bce_with_logits",)}
    epochs, batch, seed = 200, 64, 0
    checkpoint_epochs = 50
    model: GraphAutoencoder

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = GraphAutoencoder().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.01, fused=True),
        )

    def iteration(self, *batch: Any) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Any) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, GraphAutoencoder)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        score, linked = outputs
        return {"auc": area_under_roc(score, linked.float()).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.auc >= 0.80", test["auc"], ">=", 0.8)]


if __name__ == "__main__":
    sys.exit(main(Training))

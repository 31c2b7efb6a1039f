"""Training of Excite as in activation_maximisation.spec, written by specc 0.1.0.

The input that makes a hidden unit answer most: the weights stay, the input learns. It
is W_i / |W_i|.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
from torch import Tensor, nn

from data import Split, load
from model import Net
from trainer import Step, Trainer, main


class Excite(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Net()
        self.pattern = nn.Parameter(torch.full((64,), 0.1))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        ratio = self.pattern / torch.linalg.vector_norm(self.pattern)  # [64]
        _, hidden = self.net(ratio.unsqueeze(0))
        return {"select": hidden.select(1, 3).mean()}


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Excite"
    spec = "7f242290f015bc43"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("select",)}
    epochs, batch, seed = 10, 64, 0
    steps = 300
    model: Excite

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def fields(self, rows: Split) -> tuple[Tensor, ...]:
        """What a batch is made of."""
        return (rows.x,)

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Excite().to(self.device)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam([self.model.pattern], lr=0.01, fused=True),
            sign=-1,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)


def run(arguments: list[str] | None = None) -> int:
    """Train with the arguments of a command line; the exit status."""
    return main(Training, arguments)


if __name__ == "__main__":
    sys.exit(run())

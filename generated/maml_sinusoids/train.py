"""Training of MAML as in maml_sinusoids.spec, written by specc 0.1.0.

Model-agnostic meta-learning (Finn et al. 2017): weights from which one step of descent
fits a new sine curve.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Net
from trainer import Promise, Step, Trainer, check, main


class MAML(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Net()

    def forward(
        self, x: Tensor, y: Tensor, query: Tensor, answer: Tensor
    ) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        guess = self.adapted_net(x, y, query)  # [B, 10, 1]
        return {"mse": F.mse_loss(guess, answer)}

    def adapted_net(self, x: Tensor, y: Tensor, x2: Tensor) -> Tensor:
        """Net with weights of its own for each item, one step of descent away."""

        def loss(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
            def net(*inputs: Tensor) -> Tensor:
                found: Tensor = torch.func.functional_call(self.net, weights, inputs)
                return found

            return F.mse_loss(net(x), y)

        def one(x: Tensor, y: Tensor, x2: Tensor) -> Tensor:
            weights: dict[str, Tensor] = dict(self.net.named_parameters())
            task = (x.unsqueeze(0), y.unsqueeze(0))
            slopes = torch.func.grad(loss)(weights, *task)
            weights = {n: w - 0.01 * slopes[n] for n, w in weights.items()}
            found: Tensor = torch.func.functional_call(
                self.net, weights, (x2.unsqueeze(0),)
            )
            return found.squeeze(0)

        each: Tensor = torch.func.vmap(one, randomness="different")(x, y, x2)
        return each

    def outputs(
        self, x: Tensor, y: Tensor, query: Tensor, answer: Tensor
    ) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        guess = self.adapted_net(x, y, query)  # [B, 10, 1]
        return guess, answer


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "MAML"
    spec = "91f4c0e9c49e54df"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 10, 25, 0
    steps = 5000
    model: MAML

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = MAML().to(self.device)
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
        assert isinstance(model, MAML)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        guess, answer = outputs
        return {"mse": F.mse_loss(guess, answer).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.mse <= 0.9", test["mse"], "<=", 0.9)]


if __name__ == "__main__":
    sys.exit(main(Training))

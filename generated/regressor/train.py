"""Training of Regression as in regressor.spec, written by specc 0.1.0.

The regressor of the lecture, 10-10-1 with relu, for a table of n columns: 10·n + 131
parameters.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Regressor
from trainer import Promise, Step, Trainer, check, main


def mean_prediction(known: Tensor, wanted: Tensor) -> Tensor:
    """The mean of the known rows as the prediction of every row."""
    return known.float().mean(0, keepdim=True).expand_as(wanted)


class Regression(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.regressor = Regressor()

    def forward(self, x: Tensor, progression: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        return {"mse": F.mse_loss(self.regressor(x).squeeze(1), progression)}

    def outputs(self, x: Tensor, progression: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        return self.regressor(x), progression


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Regression"
    spec = "9e48e80058f8b202"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("mse",)}
    epochs, batch, seed = 60, 64, 0
    model: Regression

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Regression().to(self.device)
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
        assert isinstance(model, Regression)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        regressor_output, progression = outputs
        return {
            "rmse": F.mse_loss(regressor_output.squeeze(1), progression).sqrt().item(),
        }

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        predicted = mean_prediction(
            self.splits["train"].progression, self.splits["test"].progression
        )
        baseline = F.mse_loss(predicted, self.splits["test"].progression).item()
        return [
            check(
                "test.mse <= 0.75 * test.mse(mean_target)",
                test["mse"],
                "<=",
                0.75 * baseline,
            ),
        ]


if __name__ == "__main__":
    sys.exit(main(Training))

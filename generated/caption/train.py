"""Training of Naming as in caption.spec, written by specc 0.1.0.

A picture is read once and named letter by letter: one to many. In training a step reads
the true letter before, and afterwards its own.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import Caption
from trainer import Promise, Step, Trainer, check, main


class Naming(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.caption = Caption()

    def forward(self, image: Tensor, name: Tensor, before: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.caption(image, before)  # [B, 6, 17]
        return {"cross_entropy": F.cross_entropy(logits.transpose(1, 2), name)}

    def outputs(
        self, image: Tensor, name: Tensor, before: Tensor
    ) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.caption(image, before)  # [B, 6, 17]
        right = logits.argmax(2) == name  # [B, 6]
        return (right.float().amin(1),)


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Naming"
    spec = "e350f31452562c4c"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 40, 64, 0
    model: Naming

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Naming().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.003, fused=True),
            clip_norm=1.0,
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Naming)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        (smallest,) = outputs
        return {"min": smallest.float().mean().item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.min >= 0.95", test["min"], ">=", 0.95)]


if __name__ == "__main__":
    sys.exit(main(Training))

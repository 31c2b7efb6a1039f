"""Training of Segmentation as in segnet_shapes.spec, written by specc 0.1.0.

A small SegNet on discs and squares.

Shapes: B batch.
"""

from __future__ import annotations

import sys
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data import Split, load
from model import SegNet
from trainer import Promise, Step, Trainer, check, main


def mean_iou(prediction: Tensor, target: Tensor) -> Tensor:
    """Intersection over union of each class that occurs, averaged; scores [N, classes, ...]."""
    chosen = prediction.argmax(1)
    values = []
    for c in range(prediction.shape[1]):
        union = ((chosen == c) | (target == c)).sum()
        if union:
            values.append(((chosen == c) & (target == c)).sum() / union)
    return torch.stack(values).mean()


class Segmentation(nn.Module):
    """The networks that learn together, and the terms of their objective."""

    def __init__(self) -> None:
        super().__init__()
        self.seg_net = SegNet()

    def forward(self, x: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Every term as its mean over the batch; their sum is the objective."""
        logits = self.seg_net(x)  # [B, 3, 32, 32]
        return {"cross_entropy": F.cross_entropy(logits, mask)}

    def outputs(self, x: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        logits = self.seg_net(x)  # [B, 3, 32, 32]
        return logits, mask


class Training(Trainer):
    """One run; the numbers are the spec's, and the command line can change them."""

    title = "Segmentation"
    spec = "8ea64c17704cbd63"
    losses: ClassVar[dict[str, tuple[str, ...]]] = {"loss": ("cross_entropy",)}
    epochs, batch, seed = 30, 32, 0
    model: Segmentation

    def load(self) -> dict[str, Split]:
        """The splits of the data."""
        return load()

    def build(self) -> None:
        """The networks, and who learns what from which step."""
        self.model = Segmentation().to(self.device)
        nn.utils.convert_conv2d_weight_memory_format(self.model, torch.channels_last)
        self.learn = Step(
            self,
            "loss",
            self.model,
            torch.optim.Adam(self.model.parameters(), lr=0.002, fused=True),
        )

    def iteration(self, *batch: Tensor) -> None:
        """Learn from one batch."""
        self.learn(*batch)

    def outputs(self, model: nn.Module, *batch: Tensor) -> tuple[Tensor, ...]:
        """What the metrics compare."""
        assert isinstance(model, Segmentation)
        return model.outputs(*batch)

    def metrics(self, *outputs: Tensor) -> dict[str, float]:
        """The metrics of a whole split."""
        logits, mask = outputs
        return {"mean_iou": mean_iou(logits, mask).item()}

    def promises(self) -> list[Promise]:
        """What the spec promises of the trained model."""
        test = self.evaluate("test")
        return [check("test.mean_iou >= 0.72", test["mean_iou"], ">=", 0.72)]


if __name__ == "__main__":
    sys.exit(main(Training))

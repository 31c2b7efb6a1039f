"""The networks of sparsely_connected.spec, written by specc 0.1.0.

A perceptron that is sparsely connected: each of three units reads two of four inputs.
Of 12 weights, 6 are kept; `specc count --convention textbook` counts these alone.

Shapes: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class _Mask(nn.Module):
    """A weight with the entries that are kept, the others 0."""

    keep: Tensor

    def __init__(self, keep: object) -> None:
        super().__init__()
        self.register_buffer("keep", torch.tensor(keep, dtype=torch.float32))

    def forward(self, weight: Tensor) -> Tensor:
        return weight * self.keep


def masked(layer: nn.Module, keep: object) -> nn.Module:
    """The layer, using the weights where `keep` is 1; the others are stored and never learnt."""
    nn.utils.parametrize.register_parametrization(layer, "weight", _Mask(keep))
    return layer


class Sparse(nn.Module):
    """Network: [B, 4] -> [B, 1].

    layer     output  parameters
    hidden    3               15
    sigmoid1  3
    output    1                4
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = masked(
            nn.Linear(4, 3), [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
        )
        self.output = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.output(torch.sigmoid(self.hidden(x)))  # [B, 1]
        return output

"""The data of GAN: A mixture of round clouds at equal distances on a ring."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    real: Tensor  # [N, 2]
    mode: Tensor  # [N]

    def __len__(self) -> int:
        return len(self.real)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.real, self.mode

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


def read() -> tuple[Tensor, ...]:
    """Round clouds at equal distances on a ring."""
    generator = torch.Generator().manual_seed(0)
    label = torch.randint(8, (8000,), generator=generator)
    angle = 2 * math.pi * label / 8
    points = 2.0 * torch.stack((angle.cos(), angle.sin()), 1)
    points += 0.05 * torch.randn(8000, 2, generator=generator)
    return points, label


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}

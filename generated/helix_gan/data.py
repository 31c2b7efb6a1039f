"""The data of Helix: Points around a helix."""

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

    t: Tensor  # [N, 1]
    point: Tensor  # [N, 3]
    centre: Tensor  # [N, 3]

    def __len__(self) -> int:
        return len(self.t)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.t, self.point, self.centre

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
    """Points around a helix of radius 1 and height 2."""
    generator = torch.Generator().manual_seed(0)
    t = torch.rand(2000, 1, generator=generator)
    angle = 2 * math.pi * 2.0 * t
    centre = torch.cat((angle.cos(), angle.sin(), 2 * t - 1), 1)
    points = centre + 0.1 * torch.randn(2000, 3, generator=generator)
    return t, points, centre


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

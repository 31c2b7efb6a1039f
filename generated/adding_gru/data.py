"""The data of Adding: Numbers of which two are marked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 50, 2]
    y: Tensor  # [N, 1]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.y

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
    """Numbers from 0 to 1, a mark at one place in each half, and the sum of the marked ones."""
    generator = torch.Generator().manual_seed(0)
    numbers = torch.rand(40000, 50, generator=generator)
    first = torch.randint(25, (40000, 1), generator=generator)
    second = torch.randint(25, 50, (40000, 1), generator=generator)
    places = torch.cat((first, second), 1)
    marks = torch.zeros_like(numbers).scatter(1, places, 1.0)
    total = (numbers * marks).sum(1, keepdim=True)
    return torch.stack((numbers, marks), 2), total


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

"""The data of Regression: 442 patients, 10 measures, progression."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from sklearn.datasets import load_diabetes
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 10]
    progression: Tensor  # [N]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.progression

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
    """All rows of the table and their targets."""
    bunch = load_diabetes()
    rows = torch.tensor(bunch.data, dtype=torch.float32)
    return rows, torch.tensor(bunch.target, dtype=torch.float32)


class Transform:
    """Columns brought to mean 0 and deviation 1 by the rows that it is fitted on."""

    def __init__(self, rows: Tensor) -> None:
        low, high = rows.amin(0), rows.amax(0)
        self.shift, scale = rows.mean(0), rows.std(0, correction=0)
        self.scale = scale.masked_fill(low == high, 1.0)  # constant columns too

    def apply(self, rows: Tensor) -> Tensor:
        """Rows in the units of the model."""
        return (rows - self.shift) / self.scale

    def invert(self, rows: Tensor) -> Tensor:
        """Rows in the units of the data again."""
        return rows * self.scale + self.shift


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    fitted = Transform(rows.x[splits["train"]])
    rows = replace(rows, x=fitted.apply(rows.x))
    return {name: rows.at(chosen) for name, chosen in splits.items()}


def transform() -> Transform:
    """What `load` applies, fitted again: its `invert` leads back to the units of the data."""
    rows = read()[0]
    splits = divide(len(rows))
    return Transform(rows[splits["train"]])

"""The data of MAML: Sine curves to learn from few points (Finn et al. 2017, section 5.1)."""

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

    x: Tensor  # [N, 10, 1]
    y: Tensor  # [N, 10, 1]
    query: Tensor  # [N, 10, 1]
    answer: Tensor  # [N, 10, 1]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.y, self.query, self.answer

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
    """Points of sine curves with amplitudes of 0.1 to 5 and phases of 0 to pi."""
    generator = torch.Generator().manual_seed(0)
    amplitude = 0.1 + 4.9 * torch.rand(10000, 1, 1, generator=generator)
    phase = math.pi * torch.rand(10000, 1, 1, generator=generator)
    x = 10 * torch.rand(10000, 20, 1, generator=generator) - 5
    y = amplitude * torch.sin(x + phase)
    known, asked = slice(0, 10), slice(10, None)
    return x[:, known], y[:, known], x[:, asked], y[:, asked]


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

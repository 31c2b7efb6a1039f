"""The data of Anomalies: Synthetic heart beats, some with an inverted or missing wave."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 140]
    ill: Tensor  # [N]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.ill

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


# Place, width (as shares of a beat) and height of the waves P, Q, R, S and T.
WAVES = torch.tensor(
    [
        [0.20, 0.025, 0.15],
        [0.37, 0.010, -0.12],
        [0.40, 0.012, 1.00],
        [0.43, 0.010, -0.25],
        [0.65, 0.045, 0.30],
    ]
)


def read() -> tuple[Tensor, ...]:
    """Heart beats as sums of five waves; of the ill ones, T is inverted or P is missing."""
    generator = torch.Generator().manual_seed(0)
    ill = torch.rand(2000, generator=generator) < 0.1
    waves = WAVES * (1 + 0.08 * torch.randn(2000, 5, 3, generator=generator))
    inverted = torch.rand(2000, generator=generator) < 0.5
    waves[ill & inverted, 4, 2] *= -1
    waves[ill & ~inverted, 0, 2] = 0
    time = torch.linspace(0, 1, 140)
    place, width, height = waves.unsqueeze(-1).unbind(2)  # [N, 5, 1] each
    signals = (height * torch.exp(-(((time - place) / width) ** 2) / 2)).sum(1)
    signals += 0.02 * torch.randn(2000, 140, generator=generator)
    return signals, ill.long()


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

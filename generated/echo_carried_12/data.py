"""The data of Listening: Windows of sequences. Made of: Long streams of bits, the same bits some steps later, and the mask of those."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 12, 1]
    y: Tensor  # [N, 12]
    known: Tensor  # [N, 12]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.y, self.known

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
    """Bits, and at every position the one 8 steps before it."""
    generator = torch.Generator().manual_seed(0)
    bits = torch.randint(2, (2000, 120), generator=generator)
    echo = torch.zeros_like(bits)
    echo[:, 8:] = bits[:, :-8]
    mask = (torch.arange(120) >= 8).repeat(2000, 1)
    return bits.float().unsqueeze(2), echo, mask


def windows(rows: Split) -> Split:
    """Each sequence as 10 windows of 12 steps, one row after the other."""
    return Split(
        rows.x.reshape(-1, 12, *rows.x.shape[2:]),
        rows.y.reshape(-1, 12, *rows.y.shape[2:]),
        rows.known.reshape(-1, 12, *rows.known.shape[2:]),
    )


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: windows(rows.at(chosen)) for name, chosen in splits.items()}

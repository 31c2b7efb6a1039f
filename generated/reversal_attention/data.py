"""The data of Reversing: Symbols, the same backwards, these one later behind a start symbol, and the mask."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    source: Tensor  # [N, 8]
    target: Tensor  # [N, 8]
    before: Tensor  # [N, 8]
    valid: Tensor  # [N, 8]

    def __len__(self) -> int:
        return len(self.source)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.source, self.target, self.before, self.valid

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


def lengths(generator: torch.Generator) -> Tensor:
    """The length of each sequence: [N, 1]."""
    return torch.randint(3, 9, (20000, 1), generator=generator)


def read() -> tuple[Tensor, ...]:
    """Symbols from 1, the same backwards, and these one place later behind the start symbol."""
    generator = torch.Generator().manual_seed(0)
    place, length = torch.arange(8), lengths(generator)
    mask = place < length
    symbols = torch.randint(1, 11, (20000, 8), generator=generator)
    symbols *= mask
    backwards = symbols.gather(1, (length - 1 - place).clamp(min=0)) * mask
    start = torch.full_like(backwards[:, :1], 11)
    before = torch.cat((start, backwards[:, :-1]), 1) * mask
    return symbols, backwards, before, mask


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

"""The data of Bits: Bits, whether their sum so far is odd, and the mask of each length."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    x: Tensor  # [N, 24, 1]
    odd: Tensor  # [N, 24]
    valid: Tensor  # [N, 24]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.odd, self.valid

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
    """The length of each sequence: [N, 1]. Every fifth, which is for testing, is longer."""
    drawn = torch.randint(1, 13, (10000, 1), generator=generator)
    longer = torch.randint(13, 25, (10000, 1), generator=generator)
    tested = torch.arange(10000) % 5 == 0
    return torch.where(tested[:, None], longer, drawn)


def read() -> tuple[Tensor, ...]:
    """Bits, and at every position whether their sum so far is odd."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.arange(24) < lengths(generator)
    bits = torch.randint(2, (10000, 24), generator=generator) * mask
    return bits.float().unsqueeze(2), bits.cumsum(1) % 2, mask


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

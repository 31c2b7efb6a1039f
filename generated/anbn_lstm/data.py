"""The data of Counting: Words aⁿbⁿ."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    ids: Tensor  # [N, 21]
    y: Tensor  # [N, 21]
    sure: Tensor  # [N, 21]

    def __len__(self) -> int:
        return len(self.ids)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.ids, self.y, self.sure

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
    return torch.randint(1, 11, (5000, 1), generator=generator)


def read() -> tuple[Tensor, ...]:
    """A start symbol, n times a, n times b; behind each symbol stands the next one."""
    n = lengths(torch.Generator().manual_seed(0))
    place = torch.arange(22)
    word = torch.where(place <= n, 1, 2) * (place <= 2 * n)
    word = torch.where((place == 0) | (place == 2 * n + 1), 3, word)
    symbols, following = word[:, :-1] * (place[:-1] <= 2 * n), word[:, 1:]
    mask = (place[:-1] > n) & (place[:-1] <= 2 * n)
    return symbols, following, mask


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

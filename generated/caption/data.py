"""The data of Naming: Handwritten digits, their names letter by letter (0 behind the end), and these one later."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sklearn.datasets import load_digits
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    image: Tensor  # [N, 1, 8, 8]
    name: Tensor  # [N, 6]
    before: Tensor  # [N, 6]

    def __len__(self) -> int:
        return len(self.image)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.image, self.name, self.before

    def rows(self, start: int, stop: int) -> Split:
        """Some rows."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The rows with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same rows on a device."""
        return Split(*(field.to(device) for field in self.fields()))


NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LETTERS = " efghinorstuvwxz"


def read() -> tuple[Tensor, ...]:
    """All 1,797 digits and their names; the name of each is padded to six letters."""
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32) / 16
    numbers = [[LETTERS.index(letter) for letter in f"{n:6}"] for n in NAMES]
    names = torch.tensor(numbers)[torch.tensor(bunch.target)]
    before = torch.cat((torch.full_like(names[:, :1], 16), names[:, :-1]), 1)
    return images.unsqueeze(1), names, before


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

"""The data of Verification: Pairs of items of one split, half of one class. Made of: 1,797 handwritten digits of 8x8 pixels, bundled with scikit-learn."""

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

    a: Tensor  # [N, 1, 8, 8]
    b: Tensor  # [N, 1, 8, 8]
    same: Tensor  # [N]

    def __len__(self) -> int:
        return len(self.a)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.a, self.b, self.same

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
    """All 1,797 digits and their classes."""
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32) / 16
    images = images.unsqueeze(1)  # [N, 1, 8, 8]
    return images, torch.tensor(bunch.target)


def paired(items: Tensor, label: Tensor) -> Split:
    """Each item with 4 of its class, not itself, and with 4 of other classes."""
    generator = torch.Generator().manual_seed(0)
    pairs = []  # row of a, row of b, and whether they are alike
    for c in sorted(set(label.tolist())):
        rows = (label == c).nonzero().flatten()
        others = (label != c).nonzero().flatten()
        place = torch.arange(len(rows)).repeat(4)
        if len(rows) > 1:
            step = torch.randint(1, len(rows), (len(place),), generator=generator)
            alike = rows[(place + step) % len(rows)]
            pairs.append(torch.stack((rows[place], alike, torch.ones_like(place))))
        if len(others) > 0:
            chosen = torch.randint(len(others), (len(place),), generator=generator)
            pairs.append(
                torch.stack((rows[place], others[chosen], torch.zeros_like(place)))
            )
    if not pairs:
        raise DataError(f"{len(items)} items make no pairs")
    a, b, same = torch.cat(pairs, 1)
    return Split(items[a], items[b], same.float())


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    items, label = read()
    splits = divide(len(items))
    return {
        name: paired(items[chosen], label[chosen]) for name, chosen in splits.items()
    }

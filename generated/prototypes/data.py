"""The data of Prototypes: Tasks of some classes of a source, with few items of each (Vinyals et al. 2016). Made of: 1,797 handwritten digits of 8x8 pixels, bundled with scikit-learn."""

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

    x: Tensor  # [N, 10, 64]
    label: Tensor  # [N, 10]
    query: Tensor  # [N, 50, 64]
    answer: Tensor  # [N, 50]

    def __len__(self) -> int:
        return len(self.x)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.x, self.label, self.query, self.answer

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
    images = torch.tensor(bunch.data, dtype=torch.float32) / 16  # [N, 64]
    return images, torch.tensor(bunch.target)


def episodes(items: Tensor, label: Tensor, tasks: int) -> Split:
    """Tasks of some classes: of each, 1 to learn from and 5 asked."""
    generator = torch.Generator().manual_seed(0)
    rows = [(label == c).nonzero().flatten() for c in sorted(set(label.tolist()))]
    rows = [found for found in rows if len(found) >= 6]
    if len(rows) < 10:
        found = f"{len(rows)} classes with 6 items or more"
        raise DataError(f"a task needs 10 classes, and a split has {found}")
    drawn = torch.empty(tasks, 10, 6, dtype=torch.int64)
    for task in range(tasks):
        classes = torch.randperm(len(rows), generator=generator)[:10]
        for way, c in enumerate(classes.tolist()):
            mixed = torch.randperm(len(rows[c]), generator=generator)
            drawn[task, way] = rows[c][mixed[:6]]
    known, asked = drawn[:, :, :1], drawn[:, :, 1:]
    return Split(
        items[known.flatten(1)],
        ways(known),
        items[asked.flatten(1)],
        ways(asked),
    )


def ways(rows: Tensor) -> Tensor:
    """The number of its class within the task, for each item."""
    return torch.arange(10)[:, None].expand_as(rows).flatten(1)


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    return {"train": index[~test], "test": index[test]}


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    items, label = read()
    splits = divide(len(items))
    tasks = dict.fromkeys(splits, 200) | {"train": 1000}
    return {
        n: episodes(items[rows], label[rows], tasks[n]) for n, rows in splits.items()
    }

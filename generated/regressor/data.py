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
        return (self.x, self.progression)

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
    """Columns brought to mean 0 and deviation 1, by the rows that it is fitted on."""

    def __init__(self, rows: Tensor) -> None:
        self.shift = rows.mean(0)
        self.scale = rows.std(0).clamp(min=1e-12)

    def apply(self, rows: Tensor) -> Tensor:
        """Rows in the units of the model."""
        return (rows - self.shift) / self.scale

    def invert(self, rows: Tensor) -> Tensor:
        """Rows in the units of the table again."""
        return rows * self.scale + self.shift


def load(validation: float = 0.0, seed: int = 0) -> dict[str, Split]:
    """The splits: train and test, and validation where a share of the training rows is kept for it."""
    rows = Split(*read())
    if len(rows) < 5:
        raise DataError(f"{len(rows)} rows are too few to split")
    index = torch.arange(len(rows))
    test = index % 5 == 0
    splits = {"train": index[~test], "test": index[test]}
    if validation:
        known = splits["train"]
        order = torch.randperm(
            len(known), generator=torch.Generator().manual_seed(seed)
        )
        cut = round(validation * len(known))
        splits["validation"], splits["train"] = known[order[:cut]], known[order[cut:]]
    fitted = Transform(rows.x[splits["train"]])
    rows = replace(rows, x=fitted.apply(rows.x))
    return {name: rows.at(chosen) for name, chosen in splits.items()}

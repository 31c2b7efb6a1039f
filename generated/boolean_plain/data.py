"""The data of Logic: Boolean expressions (0 false, 1 true, 2 and, 3 or, 4 xor)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


class DataError(Exception):
    """The data is not what the spec says; the text names the file and the row."""


@dataclass(frozen=True)
class Split:
    """Rows as one tensor for each field, items first."""

    t: Tensor  # [N, 63, 3]
    value: Tensor  # [N, 63]
    there: Tensor  # [N, 63]

    def __len__(self) -> int:
        return len(self.t)

    def fields(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return self.t, self.value, self.there

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
    """Trees level by level from the root: the children of node i are 2i + 1 and 2i + 2, if any."""
    generator = torch.Generator().manual_seed(0)
    levels = torch.arange(6)
    level = levels.repeat_interleave(2**levels)
    nodes = torch.arange(len(level))
    deepest = torch.full((2000, 1), 4)
    deepest[::5] = 5
    inner = torch.rand(2000, len(nodes), generator=generator) < 0.7
    inner = (inner | (nodes == 0)) & (level < deepest)
    there = torch.ones_like(inner)
    for node in range(1, len(nodes)):
        above = (node - 1) // 2
        there[:, node] = inner[:, above] & there[:, above]
    inner &= there
    leaf = torch.randint(2, inner.shape, generator=generator)
    operator = torch.randint(2, 5, inner.shape, generator=generator)
    symbol = torch.where(inner, operator, leaf * there)
    value = symbol.clone()
    child = 2 * nodes[:, None] + torch.arange(1, 3)
    for node in reversed(range(len(nodes) // 2)):
        below, here = value[:, child[node]], there[:, child[node]]
        kind = symbol[:, node]
        both, one = (below | ~here).amin(1) & 1, below.amax(1)
        found = torch.where(
            kind == 2, both, torch.where(kind == 3, one, below.sum(1) % 2)
        )
        value[:, node] = torch.where(inner[:, node], found, value[:, node])
    known = inner[..., None] & there[:, child.clamp(max=len(nodes) - 1)]
    tree = torch.cat((symbol[..., None], (child + 1) * known), 2)
    return tree, value, there


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

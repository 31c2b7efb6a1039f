"""The data of DigitPixels: The 1,797 digits as graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import Tensor

from model import Graph


class DataError(Exception):
    """The data is not what the spec says."""


def chosen(owner: Tensor, rows: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Which of what graphs own belongs to some rows, in their order, and to which of them."""
    place = torch.full((count,), -1, device=owner.device)
    place[rows] = torch.arange(len(rows), device=owner.device)
    kept = (place[owner] >= 0).nonzero().squeeze(1)
    order = kept[place[owner[kept]].argsort(stable=True)]
    return order, place[owner[order]]


class Graphs:
    """Graphs; a slice of them is one graph of several parts, as a network takes it."""

    def __init__(self, whole: Graph) -> None:
        self.whole = whole

    def __len__(self) -> int:
        return self.whole.count

    def __getitem__(self, rows: Tensor | slice) -> Graphs | Graph:
        if isinstance(rows, Tensor):
            return Graphs(self.taken(rows))
        return self.taken(torch.arange(len(self), device=self.whole.owner.device)[rows])

    def taken(self, rows: Tensor) -> Graph:
        """Some of the graphs side by side."""
        whole = self.whole
        nodes, owner = chosen(whole.owner, rows, whole.count)
        edges, _ = chosen(whole.edge_owner, rows, whole.count)
        number = torch.full((whole.nodes,), -1, device=owner.device)
        number[nodes] = torch.arange(len(nodes), device=owner.device)
        return Graph(
            node=whole.node[nodes],
            source=number[whole.source[edges]],
            target=number[whole.target[edges]],
            owner=owner,
            count=len(rows),
            edge=whole.edge[edges],
            whole=whole.whole[rows],
        )

    def to(self, device: torch.device) -> Graphs:
        """The same graphs on a device."""
        whole = self.whole
        return Graphs(
            Graph(
                node=whole.node.to(device),
                source=whole.source.to(device),
                target=whole.target.to(device),
                owner=whole.owner.to(device),
                count=whole.count,
                edge=whole.edge.to(device),
                whole=whole.whole.to(device),
            )
        )


class Owned:
    """Values of the nodes of graphs; a slice has those of some graphs."""

    def __init__(self, values: Tensor, owner: Tensor, count: int) -> None:
        self.values, self.owner, self.count = values, owner, count

    def __getitem__(self, rows: Tensor | slice) -> Owned | Tensor:
        device = self.owner.device
        wanted = torch.arange(self.count, device=device)[rows]
        at, owner = chosen(self.owner, wanted, self.count)
        if isinstance(rows, slice):
            return self.values[at]
        return Owned(self.values[at], owner, len(wanted))

    def to(self, device: torch.device) -> Owned:
        """The same values on a device."""
        return Owned(self.values.to(device), self.owner.to(device), self.count)


@dataclass(frozen=True)
class Split:
    """Graphs and what belongs to them."""

    g: Any  # graphs with [N, 3]
    label: Any  # [B]

    def __len__(self) -> int:
        return len(self.g)

    def fields(self) -> tuple[Any, ...]:
        """All fields in order."""
        return self.g, self.label

    def rows(self, start: int, stop: int) -> Split:
        """Some graphs."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The graphs with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same on a device."""
        return Split(*(field.to(device) for field in self.fields()))


def read() -> tuple[Any, ...]:
    """A graph for each digit: all have the same edges, between pixels that touch."""
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32) / 16
    count = len(images)
    row, column = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    place = torch.stack((row.flatten(), column.flatten()), 1)
    apart = (place[:, None] - place).abs()
    source, target = (apart.amax(2) == 1).nonzero(as_tuple=True)
    first = 64 * torch.arange(count)[:, None]
    places = (place / 7).expand(count, 64, 2)
    whole = Graph(
        node=torch.cat((images.reshape(count, 64, 1), places), 2).flatten(0, 1),
        source=(first + source).flatten(),
        target=(first + target).flatten(),
        owner=torch.arange(count).repeat_interleave(64),
        count=count,
        edge=torch.zeros(count * len(source), 0),
        whole=torch.zeros(count, 0),
    )
    return Graphs(whole), torch.tensor(bunch.target)


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    index = torch.arange(count)
    test = index % 5 == 0
    splits = {"train": index[~test], "test": index[test]}
    for name, rows in splits.items():
        if len(rows) == 0:
            raise DataError(f"{count} rows leave none for {name}")
    return splits


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}

"""The data of GraphAutoencoder: A random graph of groups, more edges inside than between, one-hot features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
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
    """Values of the nodes of graphs, or of pairs of nodes; a slice has those of some graphs."""

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

    g: Any  # graphs with [N, 100]
    pairs: Any  # [P, 2]
    linked: Any  # [P]

    def __len__(self) -> int:
        return len(self.g)

    def fields(self) -> tuple[Any, ...]:
        """All fields in order."""
        return self.g, self.pairs, self.linked

    def rows(self, start: int, stop: int) -> Split:
        """Some graphs."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The graphs with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same on a device."""
        return Split(*(field.to(device) for field in self.fields()))


def one(edges: Tensor, nodes: int) -> Graph:
    """A graph with each of these edges in both directions, and one-hot features."""
    ends = torch.cat((edges, edges.flip(1)))
    return Graph(
        node=torch.eye(nodes),
        source=ends[:, 0],
        target=ends[:, 1],
        owner=torch.zeros(nodes, dtype=torch.int64),
        count=1,
        edge=torch.zeros(len(ends), 0),
        whole=torch.zeros(1, 0),
    )


def read() -> tuple[Tensor, Tensor]:
    """Edges drawn between all pairs of nodes, and the group of each node."""
    generator = torch.Generator().manual_seed(0)
    block = torch.arange(4).repeat_interleave(25)
    pairs = torch.combinations(torch.arange(len(block)))
    same = block[pairs[:, 0]] == block[pairs[:, 1]]
    chance = torch.where(same, 0.5, 0.05)
    return pairs[torch.rand(len(pairs), generator=generator) < chance], block


class Sampled:
    """Joined pairs, and as many others as are wanted, drawn anew for every batch."""

    def __init__(self, joined: Tensor, others: Tensor, count: int) -> None:
        self.joined, self.others, self.count = joined, others, count

    def __getitem__(self, rows: Tensor | slice) -> Sampled | Tensor:
        if isinstance(rows, Tensor):
            return self
        drawn = torch.randint(
            len(self.others), (self.count,), device=self.others.device
        )
        return torch.cat((self.joined, self.others[drawn]))

    def to(self, device: torch.device) -> Sampled:
        """The same pairs on a device."""
        return Sampled(self.joined.to(device), self.others.to(device), self.count)


def load() -> dict[str, Split]:
    """Edges that are learnt from beside random pairs, and the hidden ones beside as many without."""
    edges, label = read()
    generator = torch.Generator().manual_seed(0)
    edges = edges[torch.randperm(len(edges), generator=generator)]
    hidden = round(0.2 * len(edges))
    tested, known = edges[:hidden], edges[hidden:]
    apart = without(edges, len(label))
    apart = apart[torch.randperm(len(apart), generator=generator)[:hidden]]
    graph = one(known, len(label))
    count = len(known)
    sampled = Sampled(known, without(known, len(label)), count)
    zeros = torch.zeros(hidden, dtype=torch.int64)
    pairs = Owned(torch.cat((tested, apart)), torch.cat((zeros, zeros)), 1)
    train = (sampled, linked(len(known), count))
    test = (pairs, linked(hidden, hidden))
    splits = {"train": train, "test": test}
    return {name: Split(Graphs(graph), *fields) for name, fields in splits.items()}


def without(edges: Tensor, nodes: int) -> Tensor:
    """All pairs of nodes that these edges do not join."""
    every = torch.combinations(torch.arange(nodes))
    joined = torch.zeros(nodes, nodes, dtype=torch.bool)
    joined[edges[:, 0], edges[:, 1]] = True
    return every[~joined[every[:, 0], every[:, 1]]]


def linked(joined: int, apart: int) -> Owned:
    """1 for pairs that are joined, then 0 for those that are not."""
    values = torch.cat((torch.ones(joined), torch.zeros(apart))).long()
    return Owned(values, torch.zeros(joined + apart, dtype=torch.int64), 1)

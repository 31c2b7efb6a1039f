"""The data of GraphFamilies: Random graphs of three families with equally many edges (Erdős-Rényi, Barabási-Albert, Watts-Strogatz), every node with the one feature 1."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
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

    g: Any  # graphs with [N, 1]
    family: Any  # [B]

    def __len__(self) -> int:
        return len(self.g)

    def fields(self) -> tuple[Any, ...]:
        """All fields in order."""
        return self.g, self.family

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


def read() -> tuple[Any, ...]:
    """Graphs of the three families in turn, with about two edges for each node."""
    draw = random.Random(0)
    owners: list[int] = []
    edges: list[tuple[int, int]] = []
    sizes: list[int] = []
    for number in range(800):
        nodes, seed = draw.randint(20, 40), draw.randrange(2**32)
        graph = (
            nx.gnm_random_graph(nodes, 2 * nodes - 4, seed),
            nx.barabasi_albert_graph(nodes, 2, seed),
            nx.watts_strogatz_graph(nodes, 4, 0.2, seed),
        )[number % 3]
        first = sum(sizes)
        edges += [(first + a, first + b) for a, b in sorted(graph.edges)]
        owners += [number] * nodes
        sizes.append(nodes)
    whole = one(torch.tensor(edges), len(owners))
    owner = torch.tensor(owners)
    whole = replace(
        whole,
        node=torch.ones(len(owners), 1),
        owner=owner,
        count=len(sizes),
        whole=torch.zeros(len(sizes), 0),
    )
    family = torch.arange(len(sizes)) % 3
    return Graphs(whole), family


def divide(count: int) -> dict[str, Tensor]:
    """The numbers of the rows for each use."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    cut = round(0.25 * count)
    splits = {"train": order[cut:].sort().values, "test": order[:cut].sort().values}
    for name, rows in splits.items():
        if len(rows) == 0:
            raise DataError(f"{count} rows leave none for {name}")
    return splits


def load() -> dict[str, Split]:
    """The splits by their name: train and test."""
    rows = Split(*read())
    splits = divide(len(rows))
    return {name: rows.at(chosen) for name, chosen in splits.items()}

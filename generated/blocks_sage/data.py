"""The data of BlocksSAGE: A random graph of groups, more edges inside than between, one-hot features."""

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

    g: Any  # graphs with [N, 400]
    block: Any  # [N]
    labelled: Any  # [N]
    held_out: Any  # [N]

    def __len__(self) -> int:
        if isinstance(self.labelled, Tensor):
            return int(self.labelled.sum())
        return len(self.g)

    def fields(self) -> tuple[Any, ...]:
        """All fields in order."""
        return self.g, self.block, self.labelled, self.held_out

    def rows(self, start: int, stop: int) -> Split:
        """Some graphs."""
        return Split(*(field[start:stop] for field in self.fields()))

    def at(self, rows: Tensor) -> Split:
        """The graphs with these numbers."""
        return Split(*(field[rows] for field in self.fields()))

    def to(self, device: torch.device) -> Split:
        """The same on a device."""
        around = self.g.of.to(device)
        return Split(*(Part(around, field.name) for field in self.fields()))


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
    block = torch.arange(4).repeat_interleave(100)
    pairs = torch.combinations(torch.arange(len(block)))
    same = block[pairs[:, 0]] == block[pairs[:, 1]]
    chance = torch.where(same, 0.2, 0.02)
    return pairs[torch.rand(len(pairs), generator=generator) < chance], block


Batch = dict[str, Any]


class Neighbourhoods:
    """Nodes with a random part of what surrounds them, so that a step needs no whole graph.

    At each hop the edges into a node are drawn, at most so many as `counts` says.
    """

    counts = (10, 5)

    def __init__(self, graph: Graph, label: Tensor, seeds: Tensor) -> None:
        self.graph, self.label, self.seeds = graph, label, seeds
        self.order = graph.target.argsort(stable=True)
        self.degree = graph.degree(graph.target).long()
        self.begins = self.degree.cumsum(0) - self.degree
        self.batch: Batch = {}
        self.moved: tuple[Tensor, Neighbourhoods] | None = None

    def at(self, rows: Tensor) -> Neighbourhoods:
        """The same around other nodes; all fields of a split share the answer."""
        if self.moved is None or self.moved[0] is not rows:
            seeds = self.seeds[rows]
            self.moved = rows, Neighbourhoods(self.graph, self.label, seeds)
        return self.moved[1]

    def into(self, nodes: Tensor, count: int) -> Tensor:
        """Edges into these nodes, at most so many for each."""
        degree = self.degree[nodes]
        number = torch.arange(len(nodes), device=nodes.device)
        owner = number.repeat_interleave(degree)
        first = (degree.cumsum(0) - degree)[owner]
        place = torch.arange(len(owner), device=nodes.device) - first
        edges = self.order[self.begins[nodes][owner] + place]
        mixed = torch.rand(len(owner), device=nodes.device).argsort()
        mixed = mixed[owner[mixed].argsort(stable=True)]
        return edges[mixed][place < count]

    def draw(self, seeds: Tensor) -> Batch:
        """The part of the graph around some nodes, which come first in it."""
        graph = self.graph
        number = torch.full((graph.nodes,), -1, device=seeds.device)
        nodes, edges, ahead = seeds, [seeds[:0]], seeds
        for count in self.counts:
            number[nodes] = torch.arange(len(nodes), device=seeds.device)
            edges.append(self.into(ahead, count))
            found = torch.unique(graph.source[edges[-1]])
            ahead = found[number[found] < 0]
            nodes = torch.cat((nodes, ahead))
        number[nodes] = torch.arange(len(nodes), device=seeds.device)
        drawn = torch.cat(edges)
        part = Graph(
            node=graph.node[nodes],
            source=number[graph.source[drawn]],
            target=number[graph.target[drawn]],
            owner=torch.zeros_like(nodes),
            count=1,
            edge=graph.edge[drawn],
            whole=graph.whole,
        )
        counts = torch.arange(len(nodes), device=seeds.device) < len(seeds)
        return {"graph": part, "label": self.label[nodes], "mask": counts}

    def to(self, device: torch.device) -> Neighbourhoods:
        """The same on a device."""
        graph = Graphs(self.graph).to(device).whole
        return Neighbourhoods(graph, self.label.to(device), self.seeds.to(device))


class Part:
    """One field of a split: a slice draws neighbourhoods, and the other fields have the same ones."""

    def __init__(self, of: Neighbourhoods, name: str) -> None:
        self.of, self.name = of, name

    def __len__(self) -> int:
        return len(self.of.seeds)

    def __getitem__(self, rows: Tensor | slice) -> Any:
        if isinstance(rows, Tensor):
            return Part(self.of.at(rows), self.name)
        if self.name == "graph":
            self.of.batch = self.of.draw(self.of.seeds[rows])
        return self.of.batch[self.name]


def load() -> dict[str, Split]:
    """The nodes whose label is known, and the others, each with what surrounds it."""
    edges, label = read()
    graph = one(edges, len(label))
    edge_count = graph.degree(graph.target)
    labelled = torch.zeros(len(label), dtype=torch.bool)
    for kind in range(int(label.max()) + 1):
        score = torch.where(label == kind, edge_count, -1.0)
        labelled[score.argsort(descending=True, stable=True)[:20]] = True
    return {
        "train": split(graph, label, labelled),
        "test": split(graph, label, ~labelled),
    }


def split(graph: Graph, label: Tensor, mask: Tensor) -> Split:
    """The nodes where a mask holds; both masks of a batch mark them."""
    around = Neighbourhoods(graph, label, mask.nonzero().squeeze(1))
    return Split(*(Part(around, name) for name in ("graph", "label", "mask", "mask")))

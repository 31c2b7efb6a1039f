"""The data of KarateGCN: Zachary's karate club, 34 members, 78 friendships, one-hot features."""

from __future__ import annotations

from dataclasses import dataclass
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

    g: Any  # graphs with [N, 34]
    faction: Any  # [N]
    labelled: Any  # [N]
    held_out: Any  # [N]

    def __len__(self) -> int:
        return len(self.g)

    def fields(self) -> tuple[Any, ...]:
        """All fields in order."""
        return self.g, self.faction, self.labelled, self.held_out

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
    """The friendships, and who went with whom."""
    graph = nx.karate_club_graph()
    officer = [graph.nodes[n]["club"] == "Officer" for n in sorted(graph)]
    return torch.tensor(sorted(graph.edges)), torch.tensor(officer).long()


def load() -> dict[str, Split]:
    """The whole graph for every use: masks say which of its nodes count."""
    edges, label = read()
    graph = one(edges, len(label))
    edge_count = graph.degree(graph.target)
    labelled = torch.zeros(len(label), dtype=torch.bool)
    for kind in range(int(label.max()) + 1):
        score = torch.where(label == kind, edge_count, -1.0)
        labelled[score.argsort(descending=True, stable=True)[:1]] = True
    values: tuple[Tensor, ...] = (label, labelled, ~labelled)
    split = Split(Graphs(graph), *(Owned(v, graph.owner, 1) for v in values))
    return dict.fromkeys(("train", "test"), split)

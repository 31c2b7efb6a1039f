"""The networks of graph_families.spec, written by specc 0.1.0.

Which family a random graph is of, from its shape alone: three layers that sum over the
neighbours, and the mean and maximum of the nodes.

Shapes: N nodes, E edges, B batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Graph:
    """Graphs side by side as one: edge e goes from node source[e] to node target[e].

    node [N, features], edge [E, features] and whole [B, features] are empty where there are none;
    owner [N] is the graph of each node, count the number of graphs.
    """

    node: Tensor
    source: Tensor
    target: Tensor
    owner: Tensor
    count: int
    edge: Tensor
    whole: Tensor

    def __len__(self) -> int:
        return self.count

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return self.owner.shape[0]

    @property
    def edge_owner(self) -> Tensor:
        """The graph of each edge."""
        return self.owner[self.source]


def max_at(values: Tensor, index: Tensor, count: int) -> Tensor:
    """The largest of the rows that share an index; 0 where there are none."""
    rows = index.reshape(-1, *(1 for _ in values.shape[1:])).expand_as(values)
    empty = values.new_zeros(count, *values.shape[1:])
    return empty.scatter_reduce(0, rows, values, "amax", include_self=False)


def mean_at(values: Tensor, index: Tensor, count: int) -> Tensor:
    """Means of the rows that share an index; 0 where there are none."""
    values = values.to(torch.promote_types(values.dtype, torch.float))  # for sums
    empty = values.new_zeros(count, *values.shape[1:])
    ones = torch.ones(index.shape, device=values.device)
    rows = torch.zeros(count, device=values.device).index_add(0, index, ones)
    rows = rows.clamp(min=1).reshape(-1, *(1 for _ in values.shape[1:]))
    return empty.index_add(0, index, values) / rows


def neighbour_sum(values: Tensor, graph: Graph) -> Tensor:
    """At each node the sum over the nodes with an edge to it, as a sparse product."""
    values = values.to(torch.promote_types(values.dtype, torch.float))  # for sums
    weight = values.new_ones(graph.source.shape)
    ends = torch.stack((graph.target, graph.source))
    size = (graph.nodes, graph.nodes)
    matrix = torch.sparse_coo_tensor(ends, weight, size, check_invariants=False)
    with torch.autocast(values.device.type, enabled=False):
        flat: Tensor = torch.sparse.mm(matrix, values.flatten(1))
    return flat.reshape(-1, *values.shape[1:])


class Layer(nn.Module):
    """Message passing: [N, in_features] -> [N, features].

    layer    output                         parameters
    linear1  features  features·in_features + features
    linear2  features  features·in_features + features
    """

    def __init__(self, in_features: int, features: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(in_features, features)  # [N, features]
        self.linear2 = nn.Linear(in_features, features)  # [N, features]

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        a = neighbour_sum(x, graph)  # [N, in_features]
        y: Tensor = F.relu(self.linear1(x) + self.linear2(a))  # [N, features]
        return y


class Family(nn.Module):
    """Network: [N, 1] -> [B, 3].

    layer    output       parameters
    layer1   32 per node         128
    layer2   32 per node       2,112
    layer3   32 per node       2,112
    mean1    32
    max1     32
    concat1  64
    linear1  32                2,080
    relu1    32
    linear2  3                    99
    """

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = Layer(1, 32)  # [N, 32], 128 parameters
        self.layer2 = Layer(32, 32)  # [N, 32], 2,112 parameters
        self.layer3 = Layer(32, 32)  # [N, 32], 2,112 parameters
        self.linear1 = nn.Linear(64, 32)  # [B, 32], 2,080 parameters
        self.linear2 = nn.Linear(32, 3)  # [B, 3], 99 parameters

    def forward(self, g: Graph) -> Tensor:
        h = self.layer2(self.layer1(g.node, g), g)  # [N, 32]
        h = self.layer3(h, g)  # [N, 32]
        x: Tensor = torch.cat(
            [mean_at(h, g.owner, g.count), max_at(h, g.owner, g.count)], 1
        )
        x = self.linear2(F.relu(self.linear1(x)))  # [B, 3]
        return x

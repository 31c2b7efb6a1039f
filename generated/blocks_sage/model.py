"""The networks of blocks_sage.spec, written by specc 0.1.0.

GraphSAGE on sampled neighbourhoods (Hamilton, Ying & Leskovec 2017): a batch holds some
nodes, ten neighbours of each and five of theirs, never the whole graph.

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

    def degree(self, end: Tensor) -> Tensor:
        """How many edges have each node at that end."""
        ones = torch.ones(end.shape, device=end.device)
        return torch.zeros(self.nodes, device=end.device).index_add(0, end, ones)


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


class Sage(nn.Module):
    """GraphSAGE with the mean of the neighbours (Hamilton, Ying & Leskovec 2017).

    Message passing: [N, in_features] -> [N, features].

    layer    output                           parameters
    linear1  features  2·features·in_features + features
    """

    def __init__(self, in_features: int, features: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(2 * in_features, features)  # [N, features]

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        a = neighbour_sum(x, graph) / graph.degree(graph.target).clamp(min=1)[:, None]
        y: Tensor = self.linear1(torch.cat([x, a], 1))  # [N, features]
        return y


class Groups(nn.Module):
    """Network: [N, 400] -> [N, 4].

    layer  output       parameters
    sage1  32 per node      25,632
    relu1  32 per node
    sage2  4 per node          260
    """

    def __init__(self) -> None:
        super().__init__()
        self.sage1 = Sage(400, 32)  # [N, 32], 25,632 parameters
        self.sage2 = Sage(32, 4)  # [N, 4], 260 parameters

    def forward(self, g: Graph) -> Tensor:
        x: Tensor = self.sage2(F.relu(self.sage1(g.node, g)), g)  # [N, 4]
        return x

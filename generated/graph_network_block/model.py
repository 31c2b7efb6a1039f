"""The networks of graph_network_block.spec, written by specc 0.1.0.

One full graph-network block (Battaglia et al. 2018) with 16 features on nodes, edges
and the whole.

Shapes: N nodes, E edges, B batch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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


def sum_at(values: Tensor, index: Tensor, count: int) -> Tensor:
    """Sums of the rows that share an index: [M, ...] to [count, ...]."""
    values = values.to(torch.promote_types(values.dtype, torch.float))  # for sums
    return values.new_zeros(count, *values.shape[1:]).index_add(0, index, values)


class GraphNetwork(nn.Module):
    """A full graph-network block (Battaglia et al. 2018): edges, then nodes, then
    the whole graph.

    Message passing: x [N, x_features], e [E, e_features], u [B, u_features] ->
    m [E, features], y [N, features], r [B, features].

    layer    output, parameters
    linear1  features
             e_features·features + features·u_features + 2·features·x_features + features
    linear2  features
             features² + features·u_features + features·x_features + features
    linear3  features
             2·features² + features·u_features + features
    """

    def __init__(
        self, x_features: int, e_features: int, u_features: int, features: int
    ) -> None:
        super().__init__()
        self.linear1 = nn.Linear(e_features + u_features + 2 * x_features, features)
        self.linear2 = nn.Linear(features + u_features + x_features, features)
        self.linear3 = nn.Linear(2 * features + u_features, features)

    def forward(
        self, x: Tensor, e: Tensor, u: Tensor, graph: Graph
    ) -> tuple[Tensor, Tensor, Tensor]:
        m: Tensor = torch.cat(
            [e, x[graph.source], x[graph.target], u[graph.edge_owner]], 1
        )
        m = F.relu(self.linear1(m))  # [E, features]
        a = sum_at(m, graph.target, graph.nodes)  # [N, features]
        y: Tensor = self.linear2(torch.cat([a, x, u[graph.owner]], 1))  # [N, features]
        y = F.relu(y)  # [N, features]
        r: Tensor = sum_at(m, graph.edge_owner, graph.count)  # [B, features]
        r = torch.cat([r, sum_at(y, graph.owner, graph.count), u], 1)  # [B, …]
        r = F.relu(self.linear3(r))  # [B, features]
        return m, y, r


class Block(nn.Module):
    """Network: g [N, 16], g [E, 16], g [B, 16] -> node [N, 16], edge [E, 16],
    whole [B, 16].

    layer           output       parameters
    graph_network1  16 per edge       2,608
    """

    def __init__(self) -> None:
        super().__init__()
        self.graph_network1 = GraphNetwork(16, 16, 16, 16)  # 2,608 parameters

    def forward(self, g: Graph) -> tuple[Tensor, Tensor, Tensor]:
        m, y, r = self.graph_network1(g.node, g.edge, g.whole, g)
        g = replace(g, edge=m, whole=r)
        edge: Tensor = g.edge  # [E, 16]
        whole: Tensor = g.whole  # [B, 16]
        return y, edge, whole

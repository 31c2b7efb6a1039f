"""The networks of les_miserables.spec, written by specc 0.1.0.

Who else meets whom in Les Misérables, by a graph autoencoder (Kipf & Welling 2016).
Counting common neighbours finds a little more (area .87): with 254 meetings there is
little to learn from.

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

    def degree(self, end: Tensor) -> Tensor:
        """How many edges have each node at that end."""
        ones = torch.ones(end.shape, device=end.device)
        return torch.zeros(self.nodes, device=end.device).index_add(0, end, ones)

    def with_self_loops(self) -> Graph:
        """One more edge from every node to itself, with features 0."""
        own = torch.arange(self.nodes, device=self.owner.device)
        ends = [torch.cat((end, own)) for end in (self.source, self.target)]
        nothing = self.edge.new_zeros(self.nodes, *self.edge.shape[1:])
        edge = torch.cat((self.edge, nothing))
        return replace(self, source=ends[0], target=ends[1], edge=edge)


def neighbour_sum(values: Tensor, graph: Graph, weight: Tensor) -> Tensor:
    """At each node the weighted sum over the nodes with an edge to it, as a sparse product."""
    values = values.to(torch.promote_types(values.dtype, torch.float))  # for sums
    ends = torch.stack((graph.target, graph.source))
    size = (graph.nodes, graph.nodes)
    weight = weight.to(values.dtype)
    matrix = torch.sparse_coo_tensor(ends, weight, size, check_invariants=False)
    with torch.autocast(values.device.type, enabled=False):
        flat: Tensor = torch.sparse.mm(matrix, values.flatten(1))
    return flat.reshape(-1, *values.shape[1:])


class Gcn(nn.Module):
    """Graph convolution (Kipf & Welling 2017); `self_loops` comes before it. A node
    where no edge arrives sends nothing.

    Message passing: [N, in_features] -> [N, features].

    layer    output              parameters
    b        features              features
    linear1  features  features·in_features
    """

    def __init__(self, in_features: int, features: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(in_features, features, bias=False)  # [N, features]
        self.b = nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        degree = graph.degree(graph.target)  # [N]
        root = torch.sqrt(degree[graph.source] * degree[graph.target])  # [E]
        w = torch.where((degree > 0)[graph.source], 1 / root, 0)  # [E]
        a = neighbour_sum(self.linear1(x), graph, w)  # [N, features]
        y: Tensor = a + self.b  # [N, features]
        return y


class Encoder(nn.Module):
    """Encoder: [N, 77] -> [N, 16].

    layer  output       parameters
    gcn1   32 per node       2,496
    relu1  32 per node
    gcn2   16 per node         528
    """

    def __init__(self) -> None:
        super().__init__()
        self.gcn1 = Gcn(77, 32)  # [N, 32], 2,496 parameters
        self.gcn2 = Gcn(32, 16)  # [N, 16], 528 parameters

    def forward(self, g: Graph) -> Tensor:
        g = g.with_self_loops()
        x: Tensor = self.gcn2(F.relu(self.gcn1(g.node, g)), g)  # [N, 16]
        return x

"""The networks of cora_gcn_original.spec, written by specc 0.1.0.

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


class Convolution(nn.Module):
    """The layer of the authors' own code, which has no bias.

    Message passing: [N, in_features] -> [N, features].

    layer    output              parameters
    linear1  features  features·in_features
    """

    def __init__(self, in_features: int, features: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(in_features, features, bias=False)  # [N, features]

    def forward(self, x: Tensor, graph: Graph) -> Tensor:
        degree = graph.degree(graph.target)  # [N]
        root = torch.sqrt(degree[graph.source] * degree[graph.target])  # [E]
        a: Tensor = neighbour_sum(self.linear1(x), graph, 1 / root)  # [N, features]
        return a


class CoraGCN(nn.Module):
    """Two-layer graph convolution at the sizes of Cora (Kipf & Welling 2017), as the
    authors published it.

    Network: [N, 1433] -> [N, 7].

    layer         output       parameters
    convolution1  16 per node      22,928
    relu1         16 per node
    dropout1      16 per node
    convolution2  7 per node          112
    """

    def __init__(self) -> None:
        super().__init__()
        self.convolution1 = Convolution(1433, 16)  # [N, 16], 22,928 parameters
        self.dropout1 = nn.Dropout(0.5)  # [N, 16]
        self.convolution2 = Convolution(16, 7)  # [N, 7], 112 parameters

    def forward(self, g: Graph) -> Tensor:
        g = g.with_self_loops()
        x: Tensor = self.dropout1(F.relu(self.convolution1(g.node, g)))  # [N, 16]
        x = self.convolution2(x, g)  # [N, 7]
        return x

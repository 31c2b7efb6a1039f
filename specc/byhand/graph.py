"""One graph by hand: features of nodes and edges, who is joined to whom, and sums over neighbours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from specc.byhand import scalar as s
from specc.byhand.activations import softmax
from specc.byhand.array import Array, each, joined, picked, reshaped
from specc.byhand.notes import note
from specc.byhand.scalar import Scalar, constant


class Places(tuple[int, ...]):
    """Whole numbers that pick rows."""

    __slots__ = ()


class HandGraph(Struct, frozen=True, eq=False):
    """Edge e goes from node source[e] to node target[e]; node [N, …], edge [E, …], whole [1, …].

    The names are those of the graph in generated code.
    """

    node: Array
    source: Places
    target: Places
    edge: Array
    whole: Array

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return self.node.sizes[0]

    @property
    def count(self) -> int:
        """The number of graphs."""
        return 1

    @property
    def owner(self) -> Places:
        """The graph of each node."""
        return Places((0,) * self.nodes)

    @property
    def edge_owner(self) -> Places:
        """The graph of each edge."""
        return Places((0,) * len(self.source))

    def degree(self, end: Places) -> Array:
        """How many edges have each node at that end."""
        return Array((self.nodes,), tuple(constant(end.count(n)) for n in range(self.nodes)))

    def with_self_loops(self) -> HandGraph:
        """One more edge from every node to itself, with features 0."""
        own = Places(range(self.nodes))
        size = (self.nodes, *self.edge.sizes[1:])
        width = len(self.edge.items) // max(len(self.source), 1)
        nothing = Array(size, (s.ZERO,) * (self.nodes * width))
        return replace(
            self,
            source=Places((*self.source, *own)),
            target=Places((*self.target, *own)),
            edge=joined([self.edge, nothing], 0),
        )

    def undirected(self) -> HandGraph:
        """The reverse of every edge beside it."""
        return replace(
            self,
            source=Places((*self.source, *self.target)),
            target=Places((*self.target, *self.source)),
            edge=joined([self.edge, self.edge], 0),
        )


def rows(x: Array, places: Places) -> Array:
    """The rows that places name."""
    return picked(x, 0, places)


def _gathered(rule: Callable[[Sequence[Scalar]], Scalar]) -> Callable[..., Array]:
    """A rule for the numbers that share a place, column by column; 0 where there are none."""

    def gather(values: Array, index: Places, count: int) -> Array:
        width = len(values.items) // max(len(index), 1)
        items: list[Scalar] = []
        for place in range(count):
            met = [i for i, p in enumerate(index) if p == place]
            for column in range(width):
                column_of = [values.items[i * width + column] for i in met]
                items.append(rule(column_of) if column_of else s.ZERO)
        return Array((count, *values.sizes[1:]), tuple(items))

    return gather


def _std(values: Sequence[Scalar]) -> Scalar:
    centre = s.mean(values)
    gaps = [s.subtract(a, centre) for a in values]
    squares = s.mean([s.multiply(g, g) for g in gaps])
    return s.sqrt(squares if squares.value > Fraction(1, 10**12) else constant(1e-12))


def _softmax_at(values: Array, index: Places, count: int) -> Array:
    """Softmax over the rows that share an index, each column for itself."""
    width = len(values.items) // max(len(index), 1)
    items = list(values.items)
    for place in range(count):
        met = [i for i, p in enumerate(index) if p == place]
        for column in range(width if met else 0):
            at = [i * width + column for i in met]
            shares = softmax(Array((len(at),), tuple(values.items[a] for a in at)), 0)
            for a, share in zip(at, shares.items, strict=True):
                items[a] = share
    return Array(values.sizes, tuple(items))


def _neighbour_sum(values: Array, graph: HandGraph, weight: Array | None = None) -> Array:
    """At each node the (weighted) sum over the nodes with an edge to it; what an edge brings is noted."""
    sent = rows(values, graph.source)
    if weight is not None:
        sent = each(s.multiply, sent, reshaped(weight, (-1, *(1 for _ in values.sizes[1:]))))
    return GRAPHS["sum_at"](note("message", sent), graph.target, graph.nodes)  # type: ignore[no-any-return]


def _replaced(graph: HandGraph, **features: Any) -> HandGraph:
    return replace(graph, **features)


def built(
    node: Array, ends: Sequence[tuple[int, int]], edge: Array | None, whole: Array | None
) -> HandGraph:
    """A graph from the features of its nodes and the pairs of joined nodes."""
    source, target = (Places(pair[k] for pair in ends) for k in (0, 1))
    empty = Array((len(ends), 0), ())
    return HandGraph(node, source, target, edge or empty, whole or Array((1, 0), ()))


def edge_names(graph: HandGraph) -> tuple[str, ...]:
    """`0→1` for every edge."""
    return tuple(f"{a}→{b}" for a, b in zip(graph.source, graph.target, strict=True))


GRAPHS: dict[str, Callable[..., Any]] = {
    "sum_at": _gathered(lambda values: s.add(*values)),
    "mean_at": _gathered(s.mean),
    "max_at": _gathered(lambda values: s.largest(values)[0]),
    "min_at": _gathered(lambda values: s.largest(values, least=True)[0]),
    "std_at": _gathered(_std),
    "softmax_at": _softmax_at,
    "neighbour_sum": _neighbour_sum,
    "replace": _replaced,
}
"""Functions of what stands on a graph, by their name in generated code."""

"""`given g: graph[edges=[[0, 1]]] = [[1], [0]]`: features of the nodes, and who is joined to whom."""

from __future__ import annotations

from collections.abc import Mapping

from specc.program import GivenGraph
from specc.resolve.context import Scope
from specc.resolve.literal import Literal, LiteralError, literal
from specc.syntax import tree
from specc.types import Graph, Tensor, default_axes

_PARTS = ("edges", "edge", "global")


def graph_port(
    scope: Scope, statement: tree.Given, nodes: Literal, names: Mapping[str, Literal]
) -> tuple[GivenGraph, Graph] | None:
    """What a given graph holds, and its type; None after a diagnostic."""
    written = statement.type.arguments if isinstance(statement.type, tree.Index) else ()
    parts = {a.name.id if a.name is not None else "": a.value for a in written}
    unknown = next((name for name in parts if name not in _PARTS), None)
    if unknown is not None or "edges" not in parts or not nodes.sizes:
        scope.context.report(
            "E701",
            "a given graph says its edges, and its value holds the features of its nodes",
            statement.span,
            helps=("given g: graph[edges=[[0, 1], [1, 2]]] = [[1], [0], [2]]",),
        )
        return None
    try:
        found = {name: literal(value, names) for name, value in parts.items()}
    except LiteralError as problem:
        scope.context.report("E701", problem.message, problem.span)
        return None
    ends = _ends(scope, parts["edges"], found["edges"], nodes.sizes[0])
    edge, whole = found.get("edge"), found.get("global")
    if ends is None or not _as_many(scope, statement, edge, len(ends)):
        return None
    type = Graph(
        Tensor(nodes.sizes[1:], default_axes(len(nodes.sizes) - 1), over="nodes"),
        None
        if edge is None
        else Tensor(edge.sizes[1:], default_axes(len(edge.sizes) - 1), over="edges"),
        None if whole is None else Tensor(whole.sizes, default_axes(len(whole.sizes))),
        nodes.sizes[0],
        len(ends),
    )
    return GivenGraph(
        ends,
        None if edge is None else (edge.sizes, edge.items),
        None if whole is None else ((1, *whole.sizes), whole.items),
    ), type


def _ends(
    scope: Scope, written: tree.Expr, pairs: Literal, nodes: int
) -> tuple[tuple[int, int], ...] | None:
    fits = len(pairs.sizes) == 2 and pairs.sizes[1] == 2
    if not fits or any(v != int(v) or not 0 <= v < nodes for v in pairs.items):
        scope.context.report(
            "E701",
            f"edges are pairs of nodes, each from 0 to {nodes - 1}: from, to",
            written.span,
            helps=("edges=[[0, 1], [1, 2]]",),
        )
        return None
    numbers = [int(v) for v in pairs.items]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _as_many(scope: Scope, statement: tree.Given, edge: Literal | None, edges: int) -> bool:
    if edge is None or (edge.sizes and edge.sizes[0] == edges):
        return True
    rows = edge.sizes[0] if edge.sizes else 0
    scope.context.report("E701", f"{edges} edges have features, not {rows}", statement.span)
    return False

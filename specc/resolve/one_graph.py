"""Values of two graphs are kept apart: nodes and edges are numbered graph by graph."""

from __future__ import annotations

from collections.abc import Sequence

from specc.program import Apply, Invoke, ReadPort, Ref
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.source import Span
from specc.types import Graph, Over, Tensor

_SAME_NODES = frozenset(("self_loops", "undirected"))
"""What adds edges to a graph and keeps its nodes."""


def of_one_graph(
    scope: Scope, word: str, flows: Sequence[Flow | None], over: Over, span: Span
) -> bool:
    """Whether all values of nodes, or of edges, belong to the same ones; else it is reported (E306)."""
    if over not in ("nodes", "edges"):
        return True
    found: dict[str, None] = {}
    for flow in flows:
        if flow is not None and isinstance(flow.type, Tensor) and flow.type.over == over:
            found |= dict.fromkeys(_numbered(scope, flow.graph, over))
    if len(found) < 2:
        return True
    scope.context.report(
        "E306",
        f"{word} meets {over} of two graphs: {' and '.join(found)}",
        span,
        notes=(f"the {over} of each graph are numbered for themselves",),
        helps=(f"first bring each to one value of its graph: mean(…, axis={over})",),
    )
    return False


def _numbered(scope: Scope, graph: Flow | None, over: Over) -> tuple[str, ...]:
    """The graph by which the nodes or edges of a value are numbered, in words; empty where not known."""
    if graph is None or graph.ref.node < 0:
        return ()
    node = scope.nodes[graph.ref.node]
    operation = node.operation
    if isinstance(operation, ReadPort):
        return (operation.name,)
    before = _before(scope, node.operands)
    if before is None:
        return ()
    if isinstance(operation, Invoke):
        return _numbered(scope, before, over) if over == "nodes" else ()
    inner = _numbered(scope, before, over)
    word = operation.layer.word if isinstance(operation, Apply) else ""
    if over == "edges" and word in _SAME_NODES:
        return tuple(f"{name} -> {word}" for name in inner)
    return inner


def _before(scope: Scope, operands: Sequence[Ref | None]) -> Flow | None:
    """The one graph among operands."""
    refs = [r for r in operands if r is not None]
    found = [(r, t) for r in refs if isinstance(t := scope.nodes[r.node].type(r.port), Graph)]
    return Flow((("output", *found[0]),)) if len(found) == 1 else None

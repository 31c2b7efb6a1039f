"""Sums over neighbours as sparse products.

`sum(h.source * w)`, with one number w for each edge, is the product of a sparse matrix with h: no value
of an edge is ever written down. `tests/emit/test_graphs.py` holds that both forms give the same.
"""

from __future__ import annotations

from msgspec import Struct

from specc.layers.graphs import Ends, NeighbourSum
from specc.program import Apply, Node, Ref
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.types import Tensor


class Weighted(Struct, frozen=True):
    """A message that is a value of the sending node, times or over one number for each edge."""

    value: Ref
    weight: Ref | None = None
    inverse: bool = False


def lowered(
    scope: Scope, message: Flow, graph: Flow, how: str
) -> tuple[NeighbourSum, list[Flow | None]] | None:
    """The sparse product for a sum or mean of a message, or None where it has not that form."""
    found = _weighted(scope, message.ref) if how in ("sum", "mean") else None
    if found is None:
        return None
    layer = NeighbourSum(mean=how == "mean", inverse=found.inverse)
    weight = None if found.weight is None else _flow(scope, found.weight, graph)
    return layer, [_flow(scope, found.value, graph), graph, weight]


def _flow(scope: Scope, ref: Ref, graph: Flow) -> Flow:
    return Flow((("output", ref, scope.nodes[ref.node].type(ref.port)),), graph=graph)


def _weighted(scope: Scope, ref: Ref) -> Weighted | None:
    node = scope.nodes[ref.node]
    if _word(node) == "ends":
        return _sent(node)
    if _word(node) not in ("multiply", "divide"):
        return None
    left, right = node.operands
    assert left is not None
    assert right is not None
    pairs = ((left, right),) if _word(node) == "divide" else ((left, right), (right, left))
    for value, weight in pairs:
        sent = _sent(scope.nodes[value.node])
        if sent is not None and _is_number(scope, weight):
            return Weighted(sent.value, weight, _word(node) == "divide")
    return None


def _sent(node: Node) -> Weighted | None:
    """A value gathered at the nodes that edges come from, with axes to sum over."""
    operation, source = node.operation, node.operands[0] if node.operands else None
    if not isinstance(operation, Apply) or not isinstance(operation.layer, Ends) or source is None:
        return None
    type = node.types[0][1]
    wide = isinstance(type, Tensor) and type.rank > 0
    return Weighted(source) if operation.layer.end == "source" and wide else None


def _is_number(scope: Scope, ref: Ref) -> bool:
    """Whether a value is one number for each edge."""
    type = scope.nodes[ref.node].type(ref.port)
    return isinstance(type, Tensor) and type.over == "edges" and type.batched and not type.rank


def _word(node: Node) -> str:
    return node.operation.layer.word if isinstance(node.operation, Apply) else ""

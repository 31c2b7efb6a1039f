"""The work of a sum of products: one multiply-accumulate for each product.

A product that is not summed counts none, nor does a sum of what was not multiplied: `sum(a * b)` works,
`a * b` and `sum(a)` do not. A number that scales everything is no factor.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from specc.formula import Formula, product, var
from specc.layers.base import Inference, Layer
from specc.program import Apply, Node, Ref
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.sizes import Size, symbol
from specc.types import Graph, Tensor

_SUMS = frozenset(("sum", "mean"))


def accumulated(
    scope: Scope, layer: Layer, flows: Sequence[Flow | None], inference: Inference
) -> Inference:
    """What a layer says, with the work of the products that it sums."""
    first = flows[0] if flows else None
    if layer.shown not in _SUMS or inference.macs is not None or first is None:
        return inference
    if first.ref.node < 0 or not _multiplies(scope, scope.nodes[first.ref.node]):
        return inference
    assert isinstance(first.type, Tensor)
    return replace(inference, macs=_each(layer, first.type, flows))


def _multiplies(scope: Scope, node: Node) -> bool:
    operation = node.operation
    if not isinstance(operation, Apply) or operation.layer.word != "multiply":
        return False
    return all(_is_factor(scope, ref) for ref in node.operands)


def _is_factor(scope: Scope, ref: Ref | None) -> bool:
    """Whether an operand is more than one number for everything."""
    type = None if ref is None else scope.nodes[ref.node].type(ref.port)
    return isinstance(type, Tensor) and (type.rank > 0 or type.over in ("nodes", "edges"))


def _each(layer: Layer, summed: Tensor, flows: Sequence[Flow | None]) -> Formula:
    sizes: list[Formula] = [var(f"n_{i}", s) for i, s in enumerate(summed.sizes, 1)]
    graph = flows[1].type if layer.word == "gathered" and flows[1] is not None else None
    if isinstance(graph, Graph):
        sizes.insert(0, var(summed.over, _number(graph, summed.over)))
    return product(sizes)


def _number(graph: Graph, over: str) -> Size:
    match over:
        case "nodes":
            return graph.nodes
        case "edges":
            return graph.edges
        case _:
            return symbol(over)

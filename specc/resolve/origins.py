"""Where a value comes from, in training and use: what a person would mend where its shape is wrong.

Two values that do not fit are one fault however often they meet, and two faults where others meet.
"""

from __future__ import annotations

from collections.abc import Iterable

from specc.program import Apply, Invoke, Node
from specc.resolve.context import Scope
from specc.resolve.values import Flow


def origins(scope: Scope, flows: Iterable[Flow | None]) -> tuple[str, ...]:
    """The networks, the layers with weights and the rows that values are made of."""
    ahead = [f.ref.node for f in flows if f is not None]
    seen: set[int] = set()
    found: dict[str, None] = {}
    while ahead:
        number = ahead.pop()
        if number < 0 or number in seen:
            continue
        seen.add(number)
        node = scope.nodes[number]
        operands = [r.node for r in node.operands if r is not None]
        if not operands or _decides(node):
            found[_name(scope, node)] = None
        else:
            ahead += operands
    return tuple(found)


def _decides(node: Node) -> bool:
    """Whether a node says itself what shape it gives."""
    operation = node.operation
    return isinstance(operation, Invoke) or (
        isinstance(operation, Apply) and operation.stage is not None
    )


def _name(scope: Scope, node: Node) -> str:
    """A network is the same wherever it is called; a value of a training is that training's."""
    operation = node.operation
    if isinstance(operation, Invoke) and operation.stage[0] in scope.uses:
        return operation.stage[0]
    return f"{scope.name}.{node.called or node.name}"

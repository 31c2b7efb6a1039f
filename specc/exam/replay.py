"""A body of layers once more, with other shapes at some of its nodes."""

from __future__ import annotations

from collections.abc import Mapping

from specc.claims.again import asked
from specc.layers.base import Inference, Operand
from specc.program import Apply, Body, Node
from specc.types import Tensor, Unknown, ValueType


def replayed(body: Body, shapes: Mapping[int, tuple[int, ...]]) -> dict[int, Inference | None]:
    """What every layer says when some outputs are others; nodes are told by `id`.

    None stands where a layer does not fit the shapes, and behind what cannot be worked out again.
    """
    types: list[dict[str, ValueType] | None] = []
    found: dict[int, Inference | None] = {}
    for node in body.nodes:
        own, inference = _node(node, types, body)
        found[id(node)] = inference
        types.append(_replaced(own, shapes.get(id(node))))
    return found


def _node(
    node: Node, types: list[dict[str, ValueType] | None], body: Body
) -> tuple[dict[str, ValueType] | None, Inference | None]:
    operation = node.operation
    refs = [r for r in node.operands if r is not None]
    same = all(types[r.node] == dict(body.nodes[r.node].types) for r in refs)
    if not isinstance(operation, Apply) or same:
        inference = operation.inference if isinstance(operation, Apply) else None
        return (dict(node.types) if same else None), inference
    operands: list[Operand | None] = []
    for ref in node.operands:
        before = types[ref.node] if ref is not None else None
        if ref is not None and before is None:
            return None, None
        kind = None if ref is None or before is None else before.get(ref.port)
        operands.append(None if isinstance(kind, Unknown) else kind)
    inference = asked(operation.layer, tuple(operands))
    return (None if inference is None else dict(inference.outputs)), inference


def _replaced(
    own: dict[str, ValueType] | None, sizes: tuple[int, ...] | None
) -> dict[str, ValueType] | None:
    """The main output with the student's sizes, where it has as many axes."""
    if sizes is None or own is None:
        return own
    name, kind = next(iter(own.items()))
    if not isinstance(kind, Tensor) or kind.rank != len(sizes):
        return own
    return {**own, name: kind.with_sizes(sizes)}

"""Asking a layer again with something changed: what a figure would be after a slip, or after a remedy."""

from __future__ import annotations

from msgspec import Struct

from specc.claims.subjects import Subject
from specc.count.rows import Entry
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.program import Apply, Body, Node, ReadPort, Ref
from specc.sizes import Size, SizeLimit
from specc.types import Tensor, Unknown, ValueType


class Case(Struct, frozen=True):
    """One layer in its place: itself, what it gives, and the types of its operands."""

    entry: Entry
    layer: Layer
    inference: Inference
    operands: tuple[Operand | None, ...]

    def again(self, **changes: object) -> Inference | None:
        """The layer with other hyperparameters; None where it lacks them or they do not fit."""
        fields = type(self.layer).model_fields
        if all(name in fields and getattr(self.layer, name) == v for name, v in changes.items()):
            return None
        if any(name not in fields for name in changes):
            return None
        return asked(self.layer.model_copy(update=changes), self.operands)

    def with_input(self, sizes: tuple[Size, ...]) -> Inference | None:
        """The layer on a first operand of other sizes."""
        first, *rest = self.operands
        if not isinstance(first, Tensor):
            return None
        return asked(self.layer, (first.with_sizes(sizes), *rest))

    @property
    def input(self) -> Tensor | None:
        """The first operand."""
        first = self.operands[0] if self.operands else None
        return first if isinstance(first, Tensor) else None


def case_of(subject: Subject) -> Case | None:
    """The layer that a subject is, None where it is a block, a network or a bare tensor."""
    if subject.totals is not None or len(subject.entries) != 1:
        return None
    entry = subject.entries[0]
    operation = entry.node.operation if entry.node is not None else None
    if entry.node is None or not isinstance(operation, Apply):
        return None
    operands = tuple(_operand(_type(entry.body, ref)) for ref in entry.node.operands)
    return Case(entry, operation.layer, operation.inference, operands)


def asked(layer: Layer, operands: tuple[Operand | None, ...]) -> Inference | None:
    """What a layer says of its operands, None where they do not fit."""
    try:
        return layer.infer(*operands)
    except (LayerError, SizeLimit, ArithmeticError, TypeError, ValueError):
        return None


def counted_with(body: Body, changed: Node, layer: Layer) -> Size | None:
    """The learnable parameters of a body of layers when one of them is another; None where it breaks.

    Only a body without blocks, repetitions and ties is read.
    """
    if any(s.ties or not isinstance(s.unit, Inference) for s in body.stages):
        return None
    types: list[dict[str, ValueType]] = []
    total: Size = 0
    seen = set[tuple[str, ...]]()
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, ReadPort):
            types.append(dict(node.types))
            continue
        if not isinstance(operation, Apply):
            return None
        operands = tuple(
            _operand(None if r is None else types[r.node].get(r.port)) for r in node.operands
        )
        found = asked(layer if node is changed else operation.layer, operands)
        if found is None:
            return None
        if operation.stage is not None and operation.stage not in seen and found.count is not None:
            total = total + found.count.value
            seen.add(operation.stage)
        types.append(dict(found.outputs))
    return total


def _type(body: Body, ref: Ref | None) -> ValueType | None:
    return None if ref is None else body.nodes[ref.node].type(ref.port)


def _operand(kind: ValueType | None) -> Operand | None:
    return None if isinstance(kind, Unknown) else kind

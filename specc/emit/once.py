"""A value that a spec writes twice, `[h, x]` in every gate of a cell, is computed once."""

from __future__ import annotations

from collections.abc import Container

from msgspec.structs import replace

from specc.layers.code import Fn, Method
from specc.program import Apply, Body, Constant, Node, ReadTensor, Ref

_VIEWS = frozenset(
    "detach expand flatten movedim permute reshape size squeeze transpose unflatten unsqueeze".split()
)
"""Methods that compute nothing: a name of its own for what they give would say less than the call."""


def once(body: Body, given: Container[Ref]) -> Body:
    """The body whose nodes read the first of several equal calls; `given` values stay as they are."""
    first: dict[tuple[Ref | None, ...], list[int]] = {}
    equal: dict[Ref | None, Ref] = {}
    read: dict[Ref | None, Ref] = {}
    for number, node in enumerate(body.nodes):
        ref = Ref(number, node.types[0][0])
        if not _is_pure(node) or ref in given:
            continue
        known = first.setdefault(tuple(equal.get(r, r) for r in node.operands), [])
        before = next((n for n in known if _code(body.nodes[n]) == _code(node)), None)
        if before is None:
            known.append(number)
            continue
        equal[ref] = Ref(before, ref.port)
        if node.variable is None and _computes(node):
            read[ref] = equal[ref]
    if not read:
        return body
    nodes = (replace(n, operands=tuple(read.get(r, r) for r in n.operands)) for n in body.nodes)
    return replace(body, nodes=tuple(nodes))


def _code(node: Node) -> object:
    return node.operation.inference.forward if isinstance(node.operation, Apply) else node.operation


def _is_pure(node: Node) -> bool:
    """Whether a node gives the same each time, and no module of its own makes it."""
    operation = node.operation
    if isinstance(operation, (Constant, ReadTensor)):
        return True
    if not isinstance(operation, Apply) or operation.stage is not None or len(node.types) > 1:
        return False
    return operation.inference.in_eval is None


def _computes(node: Node) -> bool:
    """Whether a call stands for a node, and no other view of a value."""
    code = _code(node)
    return isinstance(code, Fn) or (isinstance(code, Method) and code.name not in _VIEWS)

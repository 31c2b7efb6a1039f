"""Which rows the values of a program have, so that those of two sets are not put together by mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from specc.program import Apply, Generated, Node, ReadPort, Ref, Sample
from specc.resolve.context import Scope
from specc.source import Span
from specc.types import Distribution, Graph, Tensor

RowSet: TypeAlias = str | None
"""The rows in words, equal for values that can be put together; None where they are not known."""

Given: TypeAlias = Mapping[str, RowSet]
ONE = "one row"
DRAWN = "as many rows as the program draws"
_OWN = frozenset(("rows", "append", "each"))


def row_sets(scope: Scope, given: Given) -> list[RowSet]:
    """The rows of every node; two sets that meet in one are reported (E302)."""
    found: list[RowSet] = []
    for node in scope.nodes:
        found.append(_of(scope, node, found, given))
    return found


def _of(scope: Scope, node: Node, found: list[RowSet], given: Given) -> RowSet:
    operation = node.operation
    if isinstance(operation, ReadPort):
        return given.get(operation.name)
    if isinstance(operation, Apply) and operation.layer.word in _OWN:
        return _chosen(scope, operation, node, found)
    read = node.operands
    if isinstance(operation, Apply) and operation.layer.word == "nearest":
        read = read[:1]
    sets = _sets(scope, read, found)
    if len(sets) > 1:
        _report(scope, node.span, sets)
        return None
    if isinstance(operation, (Generated, Sample)) and not sets:
        return DRAWN
    return next(iter(sets), None)


def paired(scope: Scope, refs: Sequence[Ref], found: Sequence[RowSet], place: Span) -> bool:
    """Whether values that a picture takes row by row have the same rows; else it is reported."""
    sets = _sets(scope, refs, found)
    if len(sets) > 1:
        _report(scope, place, sets)
    return len(sets) < 2


def _sets(scope: Scope, refs: Sequence[Ref | None], found: Sequence[RowSet]) -> set[str]:
    sets = {found[r.node] for r in refs if r is not None and _has_rows(scope, r)}
    sets -= {None, ONE} if len(sets) > 1 else {None}
    return {s for s in sets if s is not None}


def _has_rows(scope: Scope, ref: Ref) -> bool:
    if ref.node < 0:
        return False
    type = scope.nodes[ref.node].type(ref.port)
    return isinstance(type, (Distribution, Graph)) or (isinstance(type, Tensor) and type.batched)


def _chosen(scope: Scope, operation: Apply, node: Node, found: list[RowSet]) -> RowSet:
    """The rows of `rows`, `append` and `each`."""
    if operation.layer.word == "append":
        return None
    text = " ".join(node.span.text.split())
    if operation.layer.word == "each":
        return f"the rows of {text}"
    x, _, at = node.operands
    if at is not None:
        return found[at.node] if _has_rows(scope, at) else ONE
    before = found[x.node] if x is not None else None
    head, comma, how = text.partition(", ")
    how = how if comma else head.partition("(")[2]
    return None if before is None else f"{how.removesuffix(')')} of {before}"


def _report(scope: Scope, place: Span, sets: set[str]) -> None:
    scope.context.report(
        "E302",
        f"this joins values of different rows: {' with '.join(sorted(sets))}",
        place,
        helps=("choose the same rows of both: rows(x, first=64)",),
    )

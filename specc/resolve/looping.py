"""What a loop of a program goes over: numbers that are known, or a range between arguments."""

from __future__ import annotations

from collections.abc import Container

from specc.plain import is_plain
from specc.program import Ref, Static
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static
from specc.resolve.static import StaticError
from specc.resolve.static import call as static_call
from specc.resolve.values import POISON, Flow
from specc.syntax import tree
from specc.types import Tensor

Bounds = tuple[tuple[int | float, ...] | None, tuple[Ref, ...], bool]
"""The numbers, or None and the references of a range's bounds; and whether it goes backwards."""


def bounds_of(scope: Scope, loop: tree.Loop, numbers: Container[str]) -> Bounds | None:
    """What a loop goes over, None after a diagnostic."""
    if loop.variable is None:
        return _range(scope, [loop.items], loop, numbers, reverse=False)
    call, reverse = loop.items, False
    if _calls(call, "reversed") and isinstance(call, tree.Call) and len(call.arguments) == 1:
        call, reverse = call.arguments[0].value, True
    if _calls(call, "range") and isinstance(call, tree.Call) and "range" not in scope.names:
        return _range(scope, [a.value for a in call.arguments], loop, numbers, reverse=reverse)
    meaning = scope.evaluate(call)
    items = as_static(meaning)
    if isinstance(items, tuple) and items and all(_is_number(i) for i in items):
        found = tuple(i for i in items if isinstance(i, (int, float)))
        return (found[::-1] if reverse else found), (), False
    if meaning is not POISON:
        scope.context.report(
            "E203",
            "a loop goes over a list of numbers or a range",
            loop.items.span,
            helps=("for t in range(20) { … }",),
        )
    return None


def _calls(expr: tree.Expr, word: str) -> bool:
    return (
        isinstance(expr, tree.Call)
        and isinstance(expr.callee, tree.Name)
        and expr.callee.id == word
    )


def _is_number(value: Static) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _range(
    scope: Scope,
    written: list[tree.Expr],
    loop: tree.Loop,
    numbers: Container[str],
    *,
    reverse: bool,
) -> Bounds | None:
    meanings = [scope.evaluate(w) for w in written]
    if POISON in meanings:
        return None
    values = [as_static(m) for m in meanings]
    if all(v is not None for v in values):
        return _known(scope, values, loop, reverse)
    refs = []
    for meaning, one in zip(meanings, written, strict=True):
        flow = as_flow(scope, meaning, one.span)
        if flow.ref.node < 0:
            return None
        if not _whole(scope, flow, numbers):
            message = "a range takes whole numbers: arguments, counters and what is made of them"
            scope.context.report("E203", message, one.span)
            return None
        refs.append(flow.ref)
    return None, tuple(refs), reverse


def _whole(scope: Scope, flow: Flow, numbers: Container[str]) -> bool:
    type = flow.type
    whole = isinstance(type, Tensor) and (type.dtype == "int" or _whole_constant(type))
    return whole and is_plain(scope.nodes, flow.ref, numbers)


def _whole_constant(type: Tensor) -> bool:
    return type.constant is not None and float(type.constant).is_integer()


def _known(scope: Scope, values: list[Static], loop: tree.Loop, reverse: bool) -> Bounds | None:
    try:
        items = static_call("range", values)
    except StaticError as problem:
        scope.context.report("E203", str(problem), loop.items.span)
        return None
    assert isinstance(items, tuple)
    found = tuple(i for i in items if isinstance(i, int))
    return (found[::-1] if reverse else found), (), False

"""An expression as what is needed: a computed value, a static one, arguments."""

from __future__ import annotations

from specc.program import Static
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, unknown_name
from specc.resolve.values import POISON, Flow, Word
from specc.syntax import tree


def flow(scope: Scope, expr: tree.Expr) -> Flow:
    """The expression as a computed value."""
    return as_flow(scope, scope.evaluate(expr), expr.span)


def static(scope: Scope, expr: tree.Expr, helps: tuple[str, ...] = ()) -> Static | None:
    """The expression as a value known before anything runs, or None after a diagnostic."""
    meaning = scope.evaluate(expr)
    value = as_static(meaning)
    if value is None and meaning is not POISON:
        if isinstance(meaning, Word):
            unknown_name(scope, meaning.text, expr.span)
        else:
            message = "this must be known before anything runs"
            scope.context.report("E203", message, expr.span, helps=helps)
    return value


def arguments(scope: Scope, written: tuple[tree.Argument, ...]) -> list[Argument]:
    """The arguments of a call with their meanings."""
    return [Argument(a.name, scope.evaluate(a.value), a.value.span) for a in written]

"""Statements that are written twice: said once (E403), and read once."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Label
from specc.resolve.context import Context
from specc.source import Span
from specc.syntax import tree

_ONCE = (tree.Assign, tree.Data, tree.Evaluate)
"""What says nothing new when it is said again."""


def once(context: Context, statements: Sequence[tree.Statement]) -> list[tree.Statement]:
    """The statements without those that repeat one before them word for word."""
    first: dict[str, Span] = {}
    kept: list[tree.Statement] = []
    for statement in statements:
        measured = isinstance(statement, tree.Setting) and statement.word.id in ("metric", "show")
        plain = not (measured or isinstance(statement, _ONCE))
        if plain or not twice(context, first, statement.span, "this"):
            kept.append(statement)
    return kept


def twice(context: Context, first: dict[str, Span], span: Span, what: str) -> bool:
    """Whether the same text was there before; that is reported."""
    text = " ".join(span.text.split())
    before = first.setdefault(text, span)
    if before is span or not text:
        return False
    label = Label(before, "first here")
    context.report("E403", f"{what} is written twice", span, text="again here", labels=(label,))
    return True

"""Claims as somebody writes them down, `9.4K` or `"6x14x14"`: read as an answer in a file is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from specc.claims.error import ClaimError
from specc.claims.figures import Figure
from specc.claims.outcome import Value, same
from specc.claims.subjects import Tables
from specc.diagnostics import Diagnostic
from specc.syntax import tree

Matches: TypeAlias = Callable[[Value], bool]
_READ = (tree.Text, tree.Number, tree.SizeLiteral)
"""What is written as an answer in a file may be; the rest is computed."""


def matching(
    tables: Tables,
    claim: tree.Claim,
    claimed: Value,
    word: str,
    figure: Figure,
    tolerance: float | None,
) -> Matches:
    """Whether a figure is what was claimed.

    Raises:
        ClaimError: E604, a text that can be no answer.
    """
    written, exactly = claim.value, tolerance or 0.0
    if not isinstance(written, _READ) or same(claimed, figure.value):
        return lambda value: same(claimed, value, exactly)
    from specc.exam.compare import agrees  # the exam desk reads claims too, so only here
    from specc.exam.symbols import read_symbols
    from specc.exam.unreadable import Unreadable
    from specc.exam.written import Symbols, read

    said = written.value if isinstance(written, tree.Text) else written.span.text
    try:
        answer = read(said, word, shaped=isinstance(figure.value, tuple))
    except Unreadable as problem:
        raise ClaimError(Diagnostic("E604", str(problem), written.span)) from None
    if isinstance(answer, Symbols):
        numbers = {p.name: p.value for p in tables.program.parameters if isinstance(p.value, int)}
        reading = read_symbols(answer.expression, figure, numbers)
        return lambda value: value == figure.value and reading is not None and reading.identical
    return lambda value: answer is not None and agrees(answer, value, tolerance)

"""Signs as they are typed elsewhere: said once, with the fix, and read as they are meant."""

from __future__ import annotations

import re

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.source import Source, Span
from specc.syntax.piece import Piece

_PLAIN = {
    **dict.fromkeys(("→", "⟶", "⇒", "=>", "|>"), "->"),
    **dict.fromkeys("×✕", "*"),
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys("·⋅∙⊙", "*"), "÷": "/", "**": "^", "≤": "<=", "≥": ">=", "≠": "!=", "∼": "~",
    "&&": "and", "∧": "and", "||": "or", "∨": "or",
}  # fmt: skip
"""Signs of papers and of other languages, and how they are written here."""

HELPS = {
    "@": "matmul(A, B) multiplies matrices; linear(weight=W) multiplies by a weight",
    ";": "a statement ends with its line",
    "'": 'a text stands in "double quotes"',
    "“": 'a text stands in "double quotes"',
    "&": "and", "|": "or", "!": "not",
    "\\": "a line that begins with -> or stands in brackets goes on by itself",
}  # fmt: skip
"""Signs that mean nothing here, and what says the same."""


def plain(source: Source, match: re.Match[str], diagnostics: Diagnostics) -> Piece:
    """The piece that a sign stands for: `->` for an arrow, `3x3` for three by three."""
    written, start, end = match[0], match.start(), match.end()
    times = match.lastgroup == "TIMES"
    meant = re.sub(r"[ \t]*[×✕Xx][ \t]*", "x", written) if times else _meant(written)
    span = Span(source, start, end)
    message = f'"{written}" is written {meant}'
    diagnostics.read_on(Diagnostic("E101", message, span, fix=Fix(meant, (Edit(span, meant),))))
    kind = "SIZE" if times else "NAME" if meant.isalpha() else "SIGN"
    return Piece(kind, meant, start, end)


def _meant(written: str) -> str:
    """What a sign is here; a dash and a `>`, with or without a gap, are an arrow."""
    dashed = written[0] in "−–—" and written.endswith(">")
    return "->" if dashed else _PLAIN[written]

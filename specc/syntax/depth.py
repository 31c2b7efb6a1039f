"""Signs that nest without brackets: `- - x`, `a ^ b ^ c`, `not not a`, `a if b else c if d else e`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from specc.syntax.words import RESERVED

_RIGHT = frozenset({"^", "not"})
_LEFT = frozenset({"+", "*", "/", "//", "%", "==", "!=", "<=", ">=", "<", ">", "and", "or", "->"})


class Word(Protocol):
    """What is needed of a piece of text."""

    @property
    def kind(self) -> str:
        """NAME, NUMBER, SIGN, NL, …."""

    @property
    def text(self) -> str:
        """The characters."""


def too_deep(pieces: Sequence[Word], most: int) -> int | None:
    """The number of the first piece below more than `most` brackets and nesting signs, or None."""
    levels, total = [[0, 0]], 0
    for i, piece in enumerate(pieces):
        level, text = levels[-1], piece.text
        if text in ("(", "[", "{") and piece.kind == "SIGN":
            levels.append([0, 0])
        elif text in (")", "]", "}") and piece.kind == "SIGN" and len(levels) > 1:
            total -= sum(levels.pop())
        elif text == "," or (piece.kind == "NL" and not _goes_on(pieces, i)):
            total -= sum(level)
            level[:] = [0, 0]
        elif text in _RIGHT or text == "else" or (text == "-" and not _between(pieces, i)):
            level[text == "else"] += 1
            total += 1
        elif text in _LEFT or text == "-":
            total -= level[0]
            level[0] = 0
        if total + len(levels) - 1 > most:
            return i
    return None


def _between(pieces: Sequence[Word], i: int) -> bool:
    """Whether a minus stands behind a value, and so is a difference."""
    before = pieces[i - 1] if i else None
    if before is None or before.kind == "NL":
        return False
    value = before.kind in ("NAME", "NUMBER", "SIZE", "TEXT") and before.text not in RESERVED
    return value or before.text in (")", "]", "true", "false")


def _goes_on(pieces: Sequence[Word], i: int) -> bool:
    """Whether the next line goes on with a nesting sign."""
    after = pieces[i + 1] if i + 1 < len(pieces) else None
    return after is not None and (after.kind == "NL" or after.text in ("^", "-", "else"))

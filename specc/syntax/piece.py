"""The smallest pieces of a text."""

from __future__ import annotations

from msgspec import Struct


class Piece(Struct, frozen=True):
    """A word, number, text, sign or newline; `start` and `end` are offsets in the source."""

    kind: str
    text: str
    start: int
    end: int

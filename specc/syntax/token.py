"""A piece of text with its terminal of the grammar."""

from __future__ import annotations


class Token(str):
    """The text of a token; `type` is its terminal, [start, end) its place in the source."""

    __slots__ = ("end", "start", "type")

    type: str
    start: int
    end: int

    def __new__(cls, type: str, text: str, start: int, end: int) -> Token:
        """A token of that terminal."""
        made = super().__new__(cls, text)
        made.type, made.start, made.end = type, start, end
        return made

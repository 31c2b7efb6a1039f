"""Habits of other languages that end in a syntax error, and how the same is written here."""

from __future__ import annotations

import re

from specc.source import Source
from specc.syntax.token import Token

_CALL = re.compile(r"\s*(\w+)\s*[(\[]([^()\[\]\r\n]*)[)\]]")


def habit(source: Source, tokens: list[Token], at: int, first: Token) -> tuple[str, ...]:
    """Helps for the token that was not expected; `first` begins its statement."""
    token = tokens[at]
    if token.type == "EQUAL" and first.type == "KW_IN":
        return _input(source, tokens, at)
    if token.type == "COMMA":
        return _window(tokens, at)
    return ()


def _input(source: Source, tokens: list[Token], at: int) -> tuple[str, ...]:
    """`in x = image(1, 8, 8)`: a type stands behind a colon, its sizes in square brackets."""
    found = _CALL.match(source.text, tokens[at].end)
    type = f"{found[1]}[{found[2]}]" if found is not None else "image[1, 8, 8]"
    return (f"in {tokens[at - 1]}: {type}",)


def _window(tokens: list[Token], at: int) -> tuple[str, ...]:
    """`(3, 3)`: sizes of a window are joined by x; other lists stand in square brackets."""
    start, end = at - 1, at
    while tokens[end].type in ("COMMA", "NUMBER"):
        end += 1
    inside = [str(t) for t in tokens[start:end] if t.type == "NUMBER"]
    if tokens[start - 1].type != "LPAR" or tokens[end].type != "RPAR" or len(inside) < 2:
        return ()
    if all(n.isdigit() for n in inside):
        return (f"the sizes of a window: {'x'.join(inside)}", f"a list: [{', '.join(inside)}]")
    return (f"a list: [{', '.join(inside)}]",)

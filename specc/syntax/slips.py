"""Habits of other languages that end in a syntax error, and how the same is written here."""

from __future__ import annotations

import re
from itertools import takewhile

from msgspec import Struct

from specc.diagnostics import Edit, Fix
from specc.source import Source, Span
from specc.syntax.token import Token

_CALL = re.compile(r"\s*(\w+)\s*[(\[]([^()\[\]\r\n]*)[)\]]")
_SIGNS = ("PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "PERCENT", "POWER", "COMPARE")
_VALUES = ("NAME", "NUMBER", "SIZE", "TEXT", "LSQB")


class Habit(Struct, frozen=True):
    """What is said of a token that was not expected: beside the caret, as help, as fix."""

    text: str = ""
    helps: tuple[str, ...] = ()
    fix: Fix | None = None


class _Place(Struct, frozen=True):
    """A token that was not expected, where its statement begins, and the brackets that are open there."""

    source: Source
    tokens: list[Token]
    at: int
    first: int

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def before(self) -> Token:
        return self.tokens[max(self.at - 1, 0)]

    @property
    def bracket(self) -> str:
        """The innermost open bracket, "" where none is."""
        opened: list[str] = []
        for token in self.tokens[self.first : self.at]:
            if token.type in ("LPAR", "LSQB"):
                opened.append(token.type)
            elif token.type in ("RPAR", "RSQB") and opened:
                opened.pop()
        return opened[-1] if opened else ""

    def kinds(self) -> list[str]:
        """The types of the statement's tokens before this one."""
        return [t.type for t in self.tokens[self.first : self.at]]

    def text(self, start: int, end: int) -> str:
        return self.source.text[start:end]

    def fix(self, text: str, start: int, end: int, new: str) -> Fix:
        return Fix(text, (Edit(Span(self.source, start, end), new),))


def habit(source: Source, tokens: list[Token], at: int, first: int) -> Habit:
    """What is known of the token that was not expected; its statement begins at `first`."""
    place = _Place(source, tokens, at, first)
    token = place.token
    if any(t.type == "FLOOR" for t in _line(place)):
        return _comment(place)
    if token.type == "EQUAL" and tokens[first].type == "KW_IN":
        return Habit(helps=_input(source, tokens, at))
    if token.type == "COMMA":
        return Habit(helps=_window(tokens, at))
    if token.type == "COLON":
        return _colon(place)
    if token.type == "KW_IF":
        return _sum(place)
    if token.type in _SIGNS:
        return _arrow(place) or _sum(place)
    return _beside(place) if _value(token) else Habit()


def _value(token: Token) -> bool:
    return token.type in _VALUES or token.type in ("KW_TRUE", "KW_FALSE")


def _line(place: _Place) -> list[Token]:
    """The tokens of the line up to this one."""
    start = place.source.text.rfind("\n", 0, place.token.start) + 1
    return [t for t in place.tokens[place.first : place.at + 1] if t.start >= start]


def _comment(place: _Place) -> Habit:
    """`// a remark`, where no whole number is divided."""
    sign = next(t for t in _line(place) if t.type == "FLOOR")
    behind = next((t for t in place.tokens if t.start >= sign.end), sign)
    if behind.type != "NAME" and sign is place.token:
        return _sum(place)
    return Habit("a comment begins with #", fix=place.fix("#", sign.start, sign.end, "#"))


def _colon(place: _Place) -> Habit:
    """`kernel: 3x3` in a call; `x: image[1, 8, 8]` as a statement."""
    name, token = place.before, place.token
    if place.bracket == "LPAR" and name.type == "NAME":
        gap = len(place.text(token.end, token.end + 80)) - len(
            place.text(token.end, token.end + 80).lstrip(" ")
        )
        return Habit(fix=place.fix(f"{name}=", token.start, token.end + gap, "="))
    opened = [t.type for t in place.tokens[: place.first] if t.type.startswith("DECL")]
    if place.kinds() == ["NAME"] and opened[-1:] == ["DECL_NETWORK"]:
        end = place.source.line_end(token.end)
        rest = place.text(name.start, end).strip()
        return Habit(fix=place.fix(f"in {rest}", name.start, name.start, "in "))
    return Habit()


def _arrow(place: _Place) -> Habit | None:
    """`- >`: an arrow in two pieces."""
    token, rest = place.token, place.text(place.token.end, place.token.end + 80)
    if token.type != "MINUS" or not rest.lstrip(" ").startswith(">"):
        return None
    end = place.source.text.index(">", token.end) + 1
    return Habit('did you mean "->"?', fix=place.fix("->", token.start, end, "->"))


def _sum(place: _Place) -> Habit:
    """`x -> linear(3) + y`: a pipe ends its value, so in a sum it stands in parentheses."""
    kinds = place.kinds()
    if "ARROW" not in kinds or place.bracket:
        return Habit()
    heads = (i for i, k in enumerate(kinds) if k in ("EQUAL", "KW_OUT"))
    from_ = max((i + 1 for i in heads if "LPAR" not in kinds[:i]), default=0)
    start = place.tokens[place.first + from_].start
    left = place.text(start, place.before.end)
    what = "choice" if place.token.type == "KW_IF" else "sum"
    return Habit(f"a pipe in a {what} stands in parentheses", (f"({left}) {place.token} …",))


def _beside(place: _Place) -> Habit:
    """Two values side by side: a comma is missing, an arrow, or the parentheses of a call."""
    token, before = place.token, place.before
    if place.bracket:
        fix = place.fix(f"{before}, {token}", before.end, before.end, ",")
        return Habit("a comma is missing", fix=fix)
    kinds = place.kinds()
    if "ARROW" not in kinds or before.type not in ("NAME", "RPAR", "RSQB", "RBRACE"):
        return Habit()
    if token.type == "NAME":
        return Habit("a statement begins on a line of its own", (f"-> {token}",))
    called = kinds[-2:] == ["ARROW", "NAME"]
    return Habit(helps=(f"{before}({_listed(place)})",) if called else ())


def _listed(place: _Place) -> str:
    """The values side by side that were meant as arguments: `8, 3x3, stride=2`."""
    parts = ("COMMA", "EQUAL", "RSQB", "KW_TRUE", "KW_FALSE", *_VALUES)
    rest = takewhile(lambda t: t.type in parts, place.tokens[place.at :])
    last = [t for t in rest if t.type != "COMMA"][-1]
    return place.text(place.token.start, last.end)


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

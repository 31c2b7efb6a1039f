"""Tokens with what the formatter needs: their comments, their spaces, and where a statement ends."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct, field

from specc.diagnostics import Diagnostics
from specc.source import Source
from specc.syntax import tree
from specc.syntax.lexer import Typer
from specc.syntax.scan import scan

OPERANDS = frozenset({"NAME", "NUMBER", "SIZE", "TEXT", "KW_TRUE", "KW_FALSE"})
ENDS = OPERANDS | {"RPAR", "RSQB"}
_TIGHT = frozenset({"DOT", "POWER"})
_CLOSE = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}


class Note(Struct):
    """A comment on its own line; `blank` when an empty line stands before it."""

    text: str
    blank: bool


class Mark(Struct):
    """A token. `before` are the comments on lines above it, `behind` the one that ends its line.

    `last` ends a statement, `sign` is the minus of a value and no difference, `round` a brace inside a pipe.
    """

    type: str
    text: str
    start: int
    end: int
    space: bool = False
    last: bool = False
    blank: bool = False
    sign: bool = False
    round: bool = False
    before: list[Note] = field(default_factory=list)
    behind: str | None = None


def marks(source: Source) -> tuple[list[Mark], list[Note]]:
    """The tokens of a source that parses, and the comments behind the last of them."""
    silent = Diagnostics()
    scanned = scan(source, silent)
    found: list[Mark] = []
    for token in Typer(source, scanned.pieces, silent).tokens():
        if token.type != "NL":
            found.append(Mark(token.type, str(token), token.start, token.end))
        elif found:
            found[-1].last = True
    rest = _comments(source.text, scanned.comments, found)
    _blanks(source.text, found)
    _spaces(found)
    return found, rest


def _comments(text: str, comments: list[tree.Comment], found: list[Mark]) -> list[Note]:
    """Hang every comment on a token; those behind the last token are given back."""
    i, rest, end = 0, [], 0
    for comment in comments:
        start = comment.span.start
        while i < len(found) and found[i].start < start:
            end = max(end, found[i].end)
            i += 1
        gap = text[end:start]
        note = Note(comment.text.rstrip(), _empty_line(gap))
        end = comment.span.end
        if i and not _newlines(gap) and found[i - 1].behind is None:
            found[i - 1].behind = note.text
        elif i < len(found):
            found[i].before.append(note)
        else:
            rest.append(note)
    return rest


def _blanks(text: str, found: list[Mark]) -> None:
    """Note the empty lines right above a token."""
    for before, mark in pairwise(found):
        gap = text[before.end : mark.start]
        mark.blank = _empty_line(gap[gap.rfind("#") + 1 :] if "#" in gap else gap)


def _newlines(gap: str) -> int:
    return len(gap.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1


def _empty_line(gap: str) -> bool:
    return _newlines(gap) > 1


# --------------------------------------------------------------------- spaces


def _spaces(found: list[Mark]) -> None:
    """Say of every token whether a space stands before it, and of a brace whether it is of a pipe."""
    stack: list[str] = []
    opens_round, statement = False, ""
    previous = Mark("", "", 0, 0, last=True)
    for mark in found:
        if previous.last or previous.type in ("LBRACE", "RBRACE"):
            statement = mark.type
        mark.sign = mark.type == "MINUS" and previous.type not in ENDS
        mark.space = _space(previous, mark, stack[-1] if stack else "", statement)
        if mark.type in ("KW_FOR", "KW_REPEAT"):
            opens_round = previous.type == "ARROW" or previous.round
        if mark.type == "LBRACE":
            mark.round, opens_round = opens_round, False
        if mark.type in _CLOSE:
            stack.append(mark.type)
        elif mark.type in ("RPAR", "RSQB", "RBRACE") and stack:
            stack.pop()
        previous = mark


def _space(previous: Mark, mark: Mark, inside: str, statement: str) -> bool:
    if previous.type in ("", "LPAR", "LSQB") or mark.type in ("RPAR", "RSQB", "COMMA"):
        return False
    if mark.type in _TIGHT or previous.type in _TIGHT:
        return False
    if mark.type == "COLON" or previous.type == "COLON":
        return previous.type == "COLON" and inside != "LSQB"
    if mark.type == "EQUAL" or previous.type == "EQUAL":
        return inside not in ("LPAR", "LSQB")
    if mark.type in ("LPAR", "LSQB"):
        options = previous.type == "TEXT" and statement == "DECL_ANSWERS" and not inside
        return options or not (previous.type in ENDS or previous.sign)
    return not previous.sign

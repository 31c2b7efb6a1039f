"""Headers whose `{` is missing or stands on the next line: mended here, so that one slip is one message."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics
from specc.source import Source, Span
from specc.syntax.piece import Piece
from specc.syntax.words import DECLARATIONS

PLAIN = ("use", "param", "expect")
"""Declarations without a body."""


def mend_headers(source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> list[Piece]:
    """The pieces with a `{` behind every header, and a `}` where its body ends without one."""
    starts = [i for i in range(len(pieces)) if begins_declaration(source, pieces, i)]
    if not starts:
        return pieces
    mended = list(pieces[: starts[0]])
    for start, end in zip(starts, [*starts[1:], len(pieces)], strict=True):
        mended += _mended(source, pieces[start:end], diagnostics)
    return mended


def begins_declaration(source: Source, pieces: list[Piece], i: int) -> bool:
    """Whether a declaration begins at a piece: its word and a name, at the start of a line."""
    piece = pieces[i]
    starts_line = piece.start == 0 or source.text[piece.start - 1] in "\r\n"
    if piece.kind != "NAME" or piece.text not in DECLARATIONS or not starts_line:
        return False
    return i + 1 < len(pieces) and pieces[i + 1].kind in ("NAME", "TEXT")


def inside_line(source: Source, pieces: list[Piece], i: int) -> bool:
    """Whether something stands before and behind a `}` on its line, and no `{` that it could close."""
    start = source.text.rfind("\n", 0, pieces[i].start) + 1
    before = source.text[start : pieces[i].start]
    ends = i + 1 == len(pieces) or pieces[i + 1].kind == "NL"
    return bool(before.strip()) and "{" not in before and not ends


def _mended(source: Source, part: list[Piece], diagnostics: Diagnostics) -> list[Piece]:
    """One declaration, mended."""
    if part[0].text in PLAIN:
        return part
    end = _head_end(part)
    if end is None or end + 1 >= len(part):
        return part
    last = part[end]
    if last.text == ":":
        return _indented(source, part, end, diagnostics)
    after = next((i for i in range(end + 1, len(part)) if part[i].kind != "NL"), len(part))
    below = after < len(part) and part[after].text == "{"
    where = "{ stands on this line" if below else "expected {"
    message = f'something is missing after "{last.text}"'
    span = Span(source, last.start, last.end)
    helps = (f"{source.text[part[0].start : last.end]} {{",)
    diagnostics.add(Diagnostic("E101", message, span, where, helps=helps))
    if below:
        return [*part[: end + 1], *part[after:]]
    return _braced(part, end, last.end)


def _indented(source: Source, part: list[Piece], end: int, diagnostics: Diagnostics) -> list[Piece]:
    """`encoder Enc:` with its body below, as Python has it."""
    colon = part[end]
    span = Span(source, colon.start, colon.end)
    helps = (f"{source.text[part[0].start : part[end - 1].end]} {{ … }}",)
    message = '":" is not expected here'
    diagnostics.add(Diagnostic("E101", message, span, "a body stands in { }", helps=helps))
    return _braced([*part[:end], *part[end + 1 :]], end - 1, colon.end)


def _braced(part: list[Piece], end: int, at: int) -> list[Piece]:
    """The declaration with a `{` behind its header, and a `}` where its body ends without one."""
    opened = Piece("SIGN", "{", at, at)
    rest = part[end + 1 :]
    if _closes(rest):
        return [*part[: end + 1], opened, *rest]
    at = next(i for i in range(len(rest), 0, -1) if i == 1 or rest[i - 1].kind != "NL")
    closed = Piece("SIGN", "}", rest[at - 1].end, rest[at - 1].end)
    return [*part[: end + 1], opened, *rest[:at], closed, *rest[at:]]


def _head_end(part: list[Piece]) -> int | None:
    """Where a header ends that no `{` follows on its line; None where all is well or unclear."""
    end, depth = 1, 0
    while end + 1 < len(part) and (depth or part[end + 1].text == "("):
        end += 1
        depth += (part[end].text == "(") - (part[end].text == ")")
    end += not depth and end + 1 < len(part) and part[end + 1].text == ":"
    return end if not depth and end + 1 < len(part) and part[end + 1].kind == "NL" else None


def _closes(rest: list[Piece]) -> bool:
    """Whether a `}` closes more than was opened."""
    depth = 0
    for piece in rest:
        depth += (piece.text == "{") - (piece.text == "}")
        if depth < 0:
            return True
    return False

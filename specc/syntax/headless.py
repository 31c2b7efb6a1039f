"""Bodies whose header is missing, or the word of it: one message each, and the body is read all the same."""

from __future__ import annotations

from itertools import pairwise

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.source import Source, Span
from specc.syntax.headers import PLAIN, begins_declaration, inside_line
from specc.syntax.piece import Piece
from specc.syntax.words import DECLARATIONS

_LIKE = {
    "data": "train",
    **dict.fromkeys(("message", "aggregate", "readout"), "message_passing"),
    **dict.fromkeys(("state", "gate", "next"), "cell"),
    **dict.fromkeys(("in", "out"), "network"),
}
"""What a body is in which a statement begins with this word; the first that is found says it."""


def mend_headless(
    source: Source, pieces: list[Piece], diagnostics: Diagnostics
) -> tuple[list[Piece], bool]:
    """The pieces with a header before every body; whether the name of one is not known."""
    starts = [i for i in range(1, len(pieces)) if begins_declaration(source, pieces, i)]
    out: list[Piece] = []
    nameless = False
    for start, stop in pairwise([0, *starts, len(pieces)]):
        part = pieces[start:stop]
        end = _end(source, part)
        tail, lost = _mended(source, part[end:], out + part[:end], diagnostics)
        out += [*part[:end], *tail]
        nameless |= lost
    return out, nameless


def _end(source: Source, part: list[Piece]) -> int:
    """Where the declaration ends that a part begins with."""
    depth = 0
    plain = part[0].text in PLAIN or part[0].text == "specc" if part else True
    for i, piece in enumerate(part):
        step = _step(piece)
        stray = step < 0 and depth + step <= 0 and inside_line(source, part, i)
        depth += 0 if stray else step
        if plain and piece.kind == "NL":
            return i + 1
        if not plain and step < 0 and depth <= 0 and not stray:
            return i + 1
    return len(part)


def _step(piece: Piece) -> int:
    return (piece.text == "{") - (piece.text == "}") if piece.kind == "SIGN" else 0


def _mended(
    source: Source, tail: list[Piece], before: list[Piece], diagnostics: Diagnostics
) -> tuple[list[Piece], bool]:
    """What stands behind a declaration, with the header that it lacks; whether that has no name."""
    first = next((i for i, p in enumerate(tail) if p.kind != "NL"), len(tail))
    close = _closes(tail)
    if close is not None and first < close:
        return _headless(source, tail, first, close, before, diagnostics), True
    opens = _opens(tail, first)
    like = _like(tail[opens + 1 :]) if opens else ""
    if not like or tail[first].text in DECLARATIONS:
        return tail, False
    at = tail[first].start
    span, written = Span(source, at, tail[first].end), tail[first].text
    text = f"{like} {written} {{ … }}? read as such from here on"
    diagnostics.add(Diagnostic("E102", f'"{written}" is not a statement', span, text))
    return [*tail[:first], Piece("NAME", like, at, at), *tail[first:]], False


def _like(body: list[Piece]) -> str:
    """What has such a body; "" where no statement says it."""
    words = {p.text for i, p in enumerate(body) if i == 0 or body[i - 1].kind == "NL"}
    return next((like for word, like in _LIKE.items() if word in words), "")


def _closes(tail: list[Piece]) -> int | None:
    """Where a `}` closes more than was opened."""
    depth = 0
    for i, piece in enumerate(tail):
        depth += _step(piece)
        if depth < 0:
            return i
    return None


def _opens(tail: list[Piece], first: int) -> int:
    """Where the body begins of a name that has no word before it, `Small(n) {`; 0 where there is none."""
    at, depth = first + 1, 0
    while at < len(tail) and (depth or tail[at].text == "("):
        depth += (tail[at].text == "(") - (tail[at].text == ")")
        at += 1
    named = first < len(tail) and tail[first].kind == "NAME"
    return at if named and at < len(tail) and tail[at].text == "{" else 0


def _headless(
    source: Source,
    tail: list[Piece],
    first: int,
    close: int,
    before: list[Piece],
    diagnostics: Diagnostics,
) -> list[Piece]:
    start, end = tail[first].start, tail[close].end
    like = _like(tail[first:close])
    ended = next((p for p in reversed(before) if p.kind != "NL"), tail[first])
    label = Label(Span(source, ended.start, ended.end), "the block before ends here")
    diagnostics.add(
        Diagnostic(
            "E101",
            "this stands in no block",
            Span(source, start, tail[first].end),
            f"a header is missing: {like or 'network'} NAME {{",
            labels=(label,) if ended.text == "}" else (),
        )
    )
    if not like:
        diagnostics.mute(start, end)
        return [*tail[:first], *tail[close + 1 :]]
    header = [Piece("NAME", like, start, start), Piece("NAME", "??", start, start)]
    return [*tail[:first], *header, Piece("SIGN", "{", start, start), *tail[first:]]

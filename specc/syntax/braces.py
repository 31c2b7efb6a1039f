"""Braces that do not pair, told by how the lines stand: which one is lost, and which one is too many.

A body stands deeper than the line that opens it, and its `}` as deep as that line. What the lines say is
taken where it makes a declaration whole with few mends; otherwise the brackets are paired without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

from msgspec import Struct, field

from specc.diagnostics import Diagnostic, Diagnostics
from specc.source import Source, Span
from specc.syntax.headers import PLAIN, begins_declaration
from specc.syntax.piece import Piece
from specc.syntax.words import CONTINUES

_BODIES = frozenset(("step", "for", "repeat", "if", "else"))
"""What has a body inside of a body."""
ARROW_INDENT = 2
"""By how much a line that begins with `->` stands deeper than the first of its pipe."""
_MOST = 3
"""Mends of one declaration; more say that its lines stand anyhow."""


def mend_braces(source: Source, pieces: list[Piece], diagnostics: Diagnostics) -> list[Piece]:
    """The pieces with braces that pair, as far as the lines tell."""
    starts = [i for i in range(len(pieces)) if begins_declaration(source, pieces, i)]
    if not starts or not any(p.text in "{}" and p.kind == "SIGN" for p in pieces):
        return pieces
    mended = _bare(source, pieces[: starts[0]], diagnostics)
    for start, end in pairwise([*starts, len(pieces)]):
        part = pieces[start:end]
        if part[0].text in PLAIN or _whole(part):
            mended += _bare(source, part, diagnostics) if part[0].text in PLAIN else part
            continue
        found = _Walk(source, part, pieces[end] if end < len(pieces) else None)
        found.walk()
        whole = found.sound and len(found.said) <= _MOST
        mended += found.mended() if whole else part
        for diagnostic in found.said if whole else ():
            (diagnostics.read_on if found.certain else diagnostics.add)(diagnostic)
        for gone in found.gone if whole else ():
            diagnostics.mute(*gone)
    return mended


def _bare(source: Source, part: list[Piece], diagnostics: Diagnostics) -> list[Piece]:
    """A line without a body, and what stands below: a brace alone is one too many."""
    head = next((i for i, p in enumerate(part) if p.kind == "NL"), len(part))
    plain = bool(part) and part[0].text in ("specc", *PLAIN)
    out: list[Piece] = []
    for i, piece in enumerate(part):
        ends = i + 1 == len(part) or part[i + 1].kind == "NL"
        alone = all(p.kind == "NL" for p in part[head:i])
        if _step(piece) and ends and alone and plain and sum(map(_step, part)) == _step(piece):
            said = '"{" is not expected here' if piece.text == "{" else '"}" closes nothing'
            span = Span(source, piece.start, piece.end)
            diagnostics.read_on(Diagnostic("E101", said, span, "delete it"))
        else:
            out.append(piece)
    return out


def _step(piece: Piece) -> int:
    return (piece.text == "{") - (piece.text == "}") if piece.kind == "SIGN" else 0


def _whole(part: list[Piece]) -> bool:
    """Whether the braces of a declaration pair."""
    depths = list(accumulate(map(_step, part)))
    return depths[-1] == 0 and min(depths) == 0


class _Line(Struct, frozen=True):
    """The pieces of a line, from `start` to `end`, and the column of the first; of the one behind `->`."""

    start: int
    end: int
    column: int
    piped: int


class _Walk(Struct):
    """One declaration, line by line. `stack` holds the opened braces: their line and their number.

    `puts` are the pieces that are put in before others, `drops` those that are taken out, `gone` the places
    of what is not read. `certain` says that the text is read as it was meant.
    """

    source: Source
    part: list[Piece]
    after: Piece | None
    said: list[Diagnostic] = field(default_factory=list)
    stack: list[tuple[_Line, int]] = field(default_factory=list)
    puts: dict[int, list[Piece]] = field(default_factory=dict)
    drops: set[int] = field(default_factory=set)
    gone: list[tuple[int, int]] = field(default_factory=list)
    certain: bool = True
    sound: bool = True
    lines: list[_Line] = field(default_factory=list)

    def walk(self) -> None:
        """Find what is to be mended."""
        self.lines = list(_lines(self.source, self.part))
        for number, line in enumerate(self.lines):
            if number and line.column == 1 and _step(self.part[line.start]) >= 0:
                self.sound = False  # a body that is not indented, or one without a header
                return
            self._ends_before(line)
            for i in range(line.start, line.end):
                if _step(self.part[i]) > 0:
                    self._opens(number, i)
                elif _step(self.part[i]) < 0:
                    self._closes(number, i)
            if number and self._lacks_brace(number):
                self._put_open(line)
        last = self.lines[-1].end
        while self.stack:
            self._never_closed(last)

    def mended(self) -> list[Piece]:
        """The pieces of the declaration with the mends."""
        out: list[Piece] = []
        for i, piece in enumerate(self.part):
            out += self.puts.get(i, ())
            out += () if i in self.drops else (piece,)
        return [*out, *self.puts.get(len(self.part), ())]

    # ------------------------------------------------------------------- places

    def _below(self, number: int) -> int:
        """The column of the next line, −1 behind the last."""
        return self.lines[number + 1].column if number + 1 < len(self.lines) else -1

    def _ends_before(self, line: _Line) -> None:
        """A line that stands no deeper than an opened one ends its body, unless it closes it itself."""
        closes = _step(self.part[line.start]) < 0
        while self.stack and self._ended(line):
            if closes and (self.stack[-1][0].column == line.column or len(self.stack) == 1):
                return
            self._never_closed(line.start)

    def _ended(self, line: _Line) -> bool:
        """Whether a line stands outside of the innermost body: a `->` also where it stands before it."""
        above, opener = self.stack[-1]
        piped = self.part[line.start].text == "->" and line.column < self._inside(opener, line)
        return above.column >= line.column or piped

    def _inside(self, opener: int, line: _Line) -> int:
        """The column of the body of a brace; that of a line where it has none below."""
        return next((k for k in self.lines if k.start > opener), line).column

    def _opens(self, number: int, i: int) -> None:
        line = self.lines[number]
        doubled = _step(self.part[i - 1]) > 0
        if i + 1 == line.end and (number or doubled) and (doubled or not self._body(number, i)):
            self._say("E101", '"{" is not expected here', i, "delete it")
            self.drops.add(i)
            return
        self.stack.append((line, i))

    def _body(self, number: int, i: int) -> bool:
        """Whether a `{` at the end of a line may begin a body: by a word before it, or by what is below."""
        line = self.lines[number]
        below = self.lines[number + 1] if number + 1 < len(self.lines) else line
        word = any(p.text in _BODIES for p in self.part[line.start : i])
        return word or (below.column > line.column and self.part[below.start].text not in CONTINUES)

    def _closes(self, number: int, i: int) -> None:
        line = self.lines[number]
        if self.stack and not self._stray(number, i):
            self.stack.pop()
        elif i == line.start and (run := self._run(number)) is not None:
            self.sound &= line.column > 1
            self._no_header(run, i)
        else:
            self._say("E101", '"}" closes nothing', i, "delete it")
            self.drops.add(i)

    def _stray(self, number: int, i: int) -> bool:
        """Whether a `}` closes nothing by its place: what it would close goes on below."""
        line = self.lines[number]
        above, opener = self.stack[-1]
        column = above.column
        if i == line.start:
            return line.column > above.piped and not self._hangs(number, opener)
        if opener >= line.start:  # both on one line
            return i == opener + 1 and self._below(number) > column
        later = self.lines[number + 1 :]
        ends = next((k for k in later if k.column <= column), None)
        return ends is not None and ends.column == column and _step(self.part[ends.start]) < 0

    def _hangs(self, number: int, opener: int) -> bool:
        """Whether a `}` stands between its opening line and the body, as it does in the middle of a pipe."""
        line = self.lines[number]
        below = self.lines[number + 1] if number + 1 < len(self.lines) else line
        word = self.part[below.start].text
        column = self.stack[-1][0].column
        placed = below is line or below.column <= column or line.column == column + ARROW_INDENT
        goes_on = placed or word == "}" or word in CONTINUES
        return line.column < self._inside(opener, line) and goes_on

    def _run(self, number: int) -> int | None:
        """The first of the deeper lines above a `}`, where the line before them opens no body."""
        first = number
        while first and self.lines[first - 1].column > self.lines[number].column:
            first -= 1
        above = self.lines[first - 1]
        fits = above.column <= self.lines[number].column <= above.piped
        if first == number or not first or not fits:
            return None
        return first if _step(self.part[above.end - 1]) <= 0 else None

    def _lacks_brace(self, number: int) -> bool:
        """Whether a line has a word with a body that stands below, and no `{`."""
        line = self.lines[number]
        words = self.part[line.start : line.end]
        first = words[1] if words[0].text == "->" and len(words) > 1 else words[0]
        piped = any(a.text == "->" and b.text in ("for", "repeat") for a, b in pairwise(words))
        if not (first.text in _BODIES or piped) or any(map(_step, words)):
            return False
        below = self.lines[number + 1] if number + 1 < len(self.lines) else line
        return below.column > line.column and self.part[below.start].text not in CONTINUES

    # -------------------------------------------------------------------- mends

    def _say(self, code: str, message: str, i: int, text: str) -> None:
        span = Span(self.source, self.part[i].start, self.part[i].end)
        self.said.append(Diagnostic(code, message, span, text))

    def _never_closed(self, before: int) -> None:
        _, opener = self.stack.pop()
        at = self.part[before - 1].end
        self.puts.setdefault(before, []).append(Piece("SIGN", "}", at, at))
        if before < len(self.part) and self.part[before].kind != "NL":
            self.puts[before].append(Piece("NL", "\n", at, at))
        follows = next((p for p in self.part[before:] if p.kind != "NL"), self.after)
        text = "opened here"
        if follows is not None:
            what = "begins a new block" if follows is self.after else "goes on outside of it"
            text = f"opened here; line {self.source.position(follows.start)[0]} {what}"
        self._say("E101", '"{" is never closed', opener, text)

    def _put_open(self, line: _Line) -> None:
        last = self.part[line.end - 1]
        self.puts.setdefault(line.end, []).append(Piece("SIGN", "{", last.end, last.end))
        self.stack.append((line, line.end - 1))
        self._say("E101", f'something is missing after "{last.text}"', line.end - 1, "expected {")

    def _no_header(self, run: int, i: int) -> None:
        """Lines that stand in a body whose header is missing; those of a training are a step's."""
        first = self.lines[run].start
        at = self.part[first].start
        train = self.part[0].text == "train"
        text = "a header is missing: step NAME {" if train else "a header is missing"
        self._say("E101", "this stands in no block", first, text)
        if train:
            words = (("NAME", "step"), ("NAME", "??"), ("SIGN", "{"))
            self.puts.setdefault(first, []).extend(Piece(k, w, at, at) for k, w in words)
            return
        self.drops.update(range(first, i + 1))
        self.gone.append((at, self.part[i].end))
        self.certain = False


def _lines(source: Source, part: list[Piece]) -> Iterator[_Line]:
    start = 0
    for i in range(len(part) + 1):
        if i == len(part) or part[i].kind == "NL":
            if start < i:
                column = source.position(part[start].start)[1]
                behind = part[start + (part[start].text == "->" and start + 1 < i)]
                yield _Line(start, i, column, source.position(behind.start)[1])
            start = i + 1

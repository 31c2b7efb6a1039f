"""Diagnostics as data: what is wrong, where, why, and what would mend it. Rendering is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from specc.source import Span


class Severity(StrEnum):
    """How bad a diagnostic is; it is read off the first letter of the code."""

    ERROR = "error"
    WARNING = "warning"


class Label(Struct, frozen=True):
    """A secondary place that explains the primary one (drawn with `-`)."""

    span: Span
    text: str


class Edit(Struct, frozen=True):
    """Replace the text of a span."""

    span: Span
    replacement: str


class Fix(Struct, frozen=True):
    """A safe change that makes the diagnostic go away, as `check --fix` applies it."""

    text: str
    edits: tuple[Edit, ...]


Place: TypeAlias = tuple[str, str, int, int]


class Diagnostic(Struct, frozen=True):
    """One message.

    `code` is E or W and three digits; `message` is the sentence of the first line; `text` stands beside
    the caret; `notes` are printed as `= …` lines, `helps` as `= help: …`, `fix` as `= fix: …`.
    `table`, of a shape error, has a row for each layer up to the failing one: name, what, output,
    parameters. `origins`, of values that do not fit each other in training or use, are what they come from.
    """

    code: str
    message: str
    span: Span
    text: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    fix: Fix | None = None
    table: tuple[tuple[str, ...], ...] = ()
    origins: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """Error or warning."""
        return Severity.ERROR if self.code.startswith("E") else Severity.WARNING

    @property
    def place(self) -> Place:
        """The code and the place: what two of one fault have in common."""
        return self.code, self.span.source.path, self.span.start, self.span.end


CERTAIN = ("E201", "E202", "E402")
"""What is wrong whatever the values are: a word that nothing has, an argument that a layer does not know."""
_UNREAD = ("E101", "E102", "E103", "E190")


class Diagnostics(Struct):
    """What the passes collect. Order of arrival does not matter: reading sorts by place.

    `repeated` are those that were said of a place before, of another call of the same block perhaps.
    `poisoned` says that something has no value for an error that was said elsewhere.
    """

    items: list[Diagnostic] = field(default_factory=list)
    repeated: list[Diagnostic] = field(default_factory=list)
    poisoned: bool = False
    _places: set[Place] = field(default_factory=set)
    _read: set[Place] = field(default_factory=set)
    _left: list[Span] = field(default_factory=list)
    _unread: list[Diagnostic] = field(default_factory=list)
    _muted: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)

    def mute(self, start: int, end: int, kept: tuple[str, ...] = ()) -> None:
        """Keep nothing more about these offsets: what stands there was mended and means nothing.

        What has a code of `kept` is said all the same.
        """
        self._muted.append((start, end, kept))

    def mended(self, span: Span) -> bool:
        """Whether a span begins where something was mended."""
        return any(start <= span.start < end for start, end, kept in self._muted if not kept)

    def read_on(self, diagnostic: Diagnostic) -> None:
        """Keep an error of something that is read as it is meant, so that it hides nothing."""
        self.add(diagnostic)
        self._read.add(diagnostic.place)

    def left_out(self, span: Span) -> None:
        """What begins inside a span is not read after all."""
        self._left.append(span)
        path = span.source.path
        self._read = {p for p in self._read if p[1] != path or not span.start <= p[2] < span.end}

    def hides(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is an error that leaves something unread."""
        error = diagnostic.severity is Severity.ERROR
        return error and diagnostic.place not in self._read

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic, once per code and place."""
        span = diagnostic.span
        if any(s <= span.start < e and diagnostic.code not in kept for s, e, kept in self._muted):
            return
        place = diagnostic.place
        new = place not in self._places
        self._places.add(place)
        if new and diagnostic.code in _UNREAD:
            self._unread.append(diagnostic)
        (self.items if new else self.repeated).append(diagnostic)

    def remove(self, diagnostic: Diagnostic) -> None:
        """Take one out, so that its place may be spoken of again."""
        self.items = [d for d in self.items if d is not diagnostic]
        self._unread = [d for d in self._unread if d is not diagnostic]
        self._places.discard(diagnostic.place)

    def forget(self, after: int) -> None:
        """Keep only so many, those that came first."""
        del self.items[after:]
        self._places = {d.place for d in self.items}
        self._unread = [d for d in self.items if d.code in _UNREAD]
        self.repeated.clear()

    def unread(self, span: Span, word: str = "") -> bool:
        """Whether a statement inside a span could not be read, so that something (a word) may be missing."""
        return any(
            self.hides(d) and span.start <= d.span.start < span.end and self._may_bind(d, word)
            for d in self._unread
            if d.span.source is span.source
        )

    def _may_bind(self, diagnostic: Diagnostic, word: str) -> bool:
        """Whether what an error left unread has a word; of a brace nobody knows what it left unread."""
        span = diagnostic.span
        if not word or span.text in ("", "{", "}"):
            return True
        start = span.source.text.rfind("\n", 0, span.start) + 1
        line = span.source.text[start : span.source.line_end(span.start)]
        left = [s.text for s in self._left if s.start <= span.start < s.end]
        return any(word in re.findall(r"\w+", text) for text in (line, *left))

    @property
    def failed(self) -> bool:
        """Whether any of them is an error, or a value was lost to one."""
        return self.poisoned or any(d.severity is Severity.ERROR for d in self.items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self.items, key=lambda d: (d.span.source.path, d.span.start, d.code)))

    def __len__(self) -> int:
        return len(self.items)

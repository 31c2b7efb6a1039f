"""Source texts and the places in them. Every later value that a user wrote keeps its `Span`."""

from __future__ import annotations

from bisect import bisect_right

from msgspec import Struct
from msgspec.structs import force_setattr


class Source(Struct, frozen=True, eq=False):
    """One text with the path it is shown under."""

    path: str
    text: str
    _starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        starts = [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]
        force_setattr(self, "_starts", tuple(starts))

    def __repr__(self) -> str:
        return f"Source({self.path!r})"  # the text would drown what holds a span

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both from 1, the column in characters."""
        line = bisect_right(self._starts, min(offset, len(self.text)))
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end


class Span(Struct, frozen=True):
    """A half-open range of characters in a source."""

    source: Source
    start: int
    end: int

    @property
    def first_word(self) -> str:
        """The first word of the text; what the parser put in for something missing has none."""
        return (self.text.split(None, 1) or ["this"])[0]

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.source.position(self.start)[0]

    def holds(self, place: Span) -> bool:
        """Whether another span begins inside of this one; an empty one holds what begins where it does."""
        same = self.source is place.source
        return same and self.start <= place.start < max(self.end, self.start + 1)

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other."""
        return Span(self.source, self.start, max(self.end, other.end))


def not_text(name: str, error: UnicodeDecodeError) -> str:
    """What is said of a file that holds no text, with the line where it ends to be one."""
    line = error.object.count(b"\n", 0, error.start) + 1
    return f"{name} is not UTF-8 text (line {line})"

"""Source excerpts: lines with a gutter, `^` under what is wrong and `-` under why.

Columns count characters; marks are placed by the width that a terminal gives the characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from specc.report.colour import Palette, Style
from specc.source import Source, Span

TAB = 4  # columns a tab is shown as
WIDEST = 160  # a longer line is shown around its first mark
_HIDDEN = {"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"}  # would move the cursor, or the eye


class Mark(Struct, frozen=True):
    """A place with its text; the primary one is drawn with `^`."""

    span: Span
    text: str
    primary: bool


class _Drawn(Struct, frozen=True):
    """A mark on its line, in display columns."""

    column: int
    width: int
    mark: Mark


def visible(text: str) -> str:
    """The text as it may be sent to a terminal: no control or invisible character acts."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(c) for c in text)


def _visible(character: str) -> str:
    if character == "\t":
        return " " * TAB
    if ord(character) < 32:
        return chr(0x2400 + ord(character))
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in _HIDDEN else character


def width(text: str) -> int:
    """Columns that a terminal needs for visible text."""
    if text.isascii():
        return len(text)
    return sum(_width(c) for c in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def gutter_width(marks: Iterable[Mark]) -> int:
    """Digits of the greatest line number shown."""
    return max(len(str(m.span.line)) for m in marks)


def excerpt(marks: Iterable[Mark], digits: int, style: Style, palette: Palette) -> Iterator[str]:
    """The lines of the marks, in order, with the marks below; the primary mark's file comes first."""
    ordered = sorted(marks, key=lambda m: (m.span.start, m.span.end))
    home = next(m for m in ordered if m.primary).span.source
    others = dict.fromkeys(m.span.source for m in ordered if m.span.source is not home)
    for source in (home, *others):
        here = [m for m in ordered if m.span.source is source]
        if source is not home:
            yield _place(here[0].span, digits, palette)
        for number, group in groupby(here, key=lambda m: m.span.line):
            yield from _line(source, number, list(group), digits, style, palette)


def _place(span: Span, digits: int, palette: Palette) -> str:
    line, column = span.source.position(span.start)
    arrow = palette.paint(f"{'':{digits}}-->", "gutter")
    return f"{arrow} {visible(span.source.path)}:{line}:{column}"


def _line(
    source: Source, number: int, marks: list[Mark], digits: int, style: Style, palette: Palette
) -> Iterator[str]:
    text = source.line(number)
    first = source.position(marks[0].span.start)[1] - 1
    text, offset = _window(text, first)
    yield f"{palette.paint(f'{number:{digits}} |', 'gutter')} {visible(text)}".rstrip()
    drawn = [_draw(source, text, offset, mark) for mark in marks]
    blank = palette.paint(f"{'':{digits}} |", "gutter")
    for row in _rows(drawn, style, palette):
        yield f"{blank} {row}"


def _window(text: str, first: int) -> tuple[str, int]:
    """A long line cut around a column; also how many characters were cut off before."""
    if len(text) <= WIDEST:
        return text, 0
    start = max(0, min(first - WIDEST // 3, len(text) - WIDEST))
    cut = text[start : start + WIDEST]
    head = "…" + cut[1:] if start else cut
    return (head[:-1] + "…" if start + WIDEST < len(text) else head), start


def _draw(source: Source, text: str, offset: int, mark: Mark) -> _Drawn:
    line, column = source.position(mark.span.start)
    end_line, end_column = source.position(mark.span.end)
    begin = _clip(column - 1 - offset, text)
    end = _clip(end_column - 1 - offset, text) if end_line == line else len(text)
    before = width(visible(text[:begin]))
    return _Drawn(before, max(1, width(visible(text[begin:end]))), mark)


def _clip(column: int, text: str) -> int:
    return max(0, min(column, len(text)))


def _rows(drawn: list[_Drawn], style: Style, palette: Palette) -> Iterator[str]:
    """The row of marks with the last mark's text behind, then the other texts from right to left."""
    row, at = "", 0
    for item in drawn:
        start = max(item.column, at)
        length = item.column + item.width - start
        if length <= 0:
            continue
        symbol = "^" if item.mark.primary else "-"
        row += " " * (start - at) + palette.paint(symbol * length, _style(item, style))
        at = start + length
    last = max(drawn, key=lambda d: d.column)
    yield f"{row} {palette.paint(visible(last.mark.text), _style(last, style))}".rstrip()
    for item in reversed(drawn):
        if item is not last and item.mark.text:
            yield " " * item.column + palette.paint(visible(item.mark.text), _style(item, style))


def _style(item: _Drawn, style: Style) -> Style:
    return style if item.mark.primary else "secondary"

"""Texts of which one quotation mark is missing: one message, at the mark or where it should stand."""

from __future__ import annotations

import re

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.source import Source, Span
from specc.syntax.piece import Piece

_SOUND = re.compile(r'"(?:\\.|[^"\\\r\n])*"|#[^\r\n]*')
_TITLE = re.compile(r"(?:answers|example|use)[ \t]+(?=[^\s\"{])")
_VALUE = re.compile(r"[=(\[,][ \t]*(?=[^\s=(\[,])[^=(\[,]*$")
_ENDS = re.compile(r"[ \t]*(?:[,)\]]|$)")
_OPENS = re.compile(r"\s*(?:\(\w+=[^()]*\)\s*)?\{[ \t]*(?:#.*)?$")
"""The `{` at the end of a line, with the options before it."""


def never_opened(text: str) -> dict[int, int]:
    """Where texts begin whose first quotation mark is missing, with the place of the second."""
    found: dict[int, int] = {}
    at = 0
    for line in text.splitlines(keepends=True):
        if line.count('"') % 2 and '"' in _SOUND.sub("", line):
            mark = line.index('"')
            start = _start(line.rstrip(), mark)
            if start is not None:
                found[at + start] = at + mark
        at += len(line)
    return found


def _start(line: str, mark: int) -> int | None:
    """Where the text begins that ends at the first quotation mark of a line; None where none does."""
    if (title := _TITLE.match(line)) is not None:
        return title.end() if title.end() < mark else None
    value = _VALUE.search(line[:mark])
    if value is None or _ENDS.match(line, mark + 1) is None:
        return None
    return value.end() - len(value[0][1:].lstrip())


def opened(source: Source, start: int, mark: int, diagnostics: Diagnostics) -> Piece:
    """The text up to a quotation mark, that is meant to begin at `start`."""
    written = source.text[start:mark]
    span = Span(source, start, start + len(written.split(None, 1)[0]))
    fix = Fix(f'"{written}"', (Edit(Span(source, start, start), '"'),))
    diagnostics.read_on(Diagnostic("E101", "this text is never opened", span, fix=fix))
    return Piece("TEXT", f'"{written}"', start, mark + 1)


def never_closed(source: Source, at: int, diagnostics: Diagnostics) -> Piece:
    """The text that is never closed: up to the end of its line, or of the bracket that it stands in."""
    end = source.line_end(at)
    line, rest = source.text[source.text.rfind("\n", 0, at) + 1 : at], source.text[at + 1 : end]
    opens = _OPENS.search(rest)
    inside = line.count("(") > line.count(")") or line.count("[") > line.count("]")
    closes = re.search(r"[,)\]]", rest) if inside and opens is None else None
    if stops := opens or closes:
        end = at + 1 + stops.start()
    message, written = "this text is never closed", source.text[at + 1 : end].rstrip()
    span, help = Span(source, at, at + 1), f'a text ends in ": "{written}"'
    diagnostics.read_on(Diagnostic("E101", message, span, helps=(help,)))
    diagnostics.mute(at, end)
    return Piece("TEXT", f'"{written}"', at, end)

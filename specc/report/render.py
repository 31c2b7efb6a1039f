"""Diagnostics for people: the full form with excerpts, the concise form, and the last line that counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from specc.diagnostics import Diagnostic, Severity
from specc.report.colour import PLAIN, Palette, Style
from specc.report.columns import aligned
from specc.report.excerpt import Mark, excerpt, gutter_width, visible


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, then by place."""
    return sorted(diagnostics, key=lambda d: (d.span.source.path, d.span.start, d.code))


def full(
    diagnostics: Iterable[Diagnostic], palette: Palette = PLAIN, *, tables: bool = False
) -> str:
    """Every diagnostic with its excerpt and notes, one below the other; with `tables` their tables too."""
    return "\n".join(
        line
        for d in ordered(diagnostics)
        for line in (*lines(d, palette), *(table_lines(d, palette) if tables else ()))
    )


def table_lines(diagnostic: Diagnostic, palette: Palette = PLAIN) -> Iterator[str]:
    """The layers up to the one that fails, in columns; numbers are set to the right."""
    if len(diagnostic.table) < 2:
        return
    head = ("layer", "", "output", "parameters")
    for i, text in enumerate(aligned((head, *diagnostic.table), {3}, "  ")):
        last = i == len(diagnostic.table)
        yield "    " + palette.paint(
            text, _style(diagnostic) if last else "note" if i == 0 else "gutter"
        )


def concise(diagnostics: Iterable[Diagnostic], palette: Palette = PLAIN) -> str:
    """One line for each: `file:line:col: error[CODE]: sentence`."""
    return "\n".join(headline(d, palette) for d in ordered(diagnostics))


def headline(diagnostic: Diagnostic, palette: Palette = PLAIN) -> str:
    """The first line of a message, which stands alone."""
    line, column = diagnostic.span.source.position(diagnostic.span.start)
    place = f"{visible(diagnostic.span.source.path)}:{line}:{column}:"
    kind = palette.paint(f"{diagnostic.severity}[{diagnostic.code}]", _style(diagnostic))
    return f"{place} {kind}: {palette.paint(visible(diagnostic.message), 'bold')}"


def lines(diagnostic: Diagnostic, palette: Palette = PLAIN) -> Iterator[str]:
    """The lines of one message in the full form."""
    marks = [Mark(diagnostic.span, diagnostic.text, primary=True)]
    marks += [Mark(label.span, label.text, primary=False) for label in diagnostic.labels]
    digits = gutter_width(marks)
    yield headline(diagnostic, palette)
    yield from excerpt(marks, digits, _style(diagnostic), palette)
    for note in diagnostic.notes:
        yield from _note("", note, digits, "note", palette)
    for help_ in diagnostic.helps:
        yield from _note("help: ", help_, digits, "help", palette)
    if diagnostic.fix:
        yield from _note("fix: ", diagnostic.fix.text, digits, "fix", palette)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """ "3 errors, 1 warning; 2 fixable", or nothing where there is nothing to count."""
    found = list(diagnostics)
    errors = sum(d.severity is Severity.ERROR for d in found)
    fixable = sum(d.fix is not None for d in found)
    parts = [_plural(errors, "error"), _plural(len(found) - errors, "warning")]
    counts = ", ".join(p for p in parts if p)
    return f"{counts}; {fixable} fixable" if fixable else counts


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}" if number else ""


def _style(diagnostic: Diagnostic) -> Style:
    return "error" if diagnostic.severity is Severity.ERROR else "warning"


def _note(word: str, text: str, digits: int, style: Style, palette: Palette) -> Iterator[str]:
    """A `=` line; further lines of the text stand below its first character."""
    head = palette.paint(f"{'':{digits}} =", "gutter")
    for i, line in enumerate(text.split("\n")):
        lead = palette.paint(word, style) if i == 0 else " " * len(word)
        yield f"{head} {lead}{visible(line)}".rstrip()

"""Applying the fixes of diagnostics to texts."""

from __future__ import annotations

from collections.abc import Iterable

from specc.diagnostics import Edit, Fix
from specc.source import Source


def apply_fixes(text: str, fixes: Iterable[Fix]) -> str:
    """The text after the fixes, whose edits all lie in it.

    A fix is applied whole or not at all: one that overlaps an earlier one waits for the next round.
    """
    return _replace(text, [edit for edits in _compatible(fixes) for edit in edits])


def fixed_sources(fixes: Iterable[Fix]) -> dict[Source, str]:
    """The new text of every source that the fixes change."""
    by_source: dict[Source, list[Edit]] = {}
    for edits in _compatible(fixes):
        for edit in edits:
            by_source.setdefault(edit.span.source, []).append(edit)
    return {source: _replace(source.text, edits) for source, edits in by_source.items()}


def _compatible(fixes: Iterable[Fix]) -> list[tuple[Edit, ...]]:
    """The edits of the fixes that can be applied together; equal fixes count once."""
    taken: list[Edit] = []
    chosen: list[tuple[Edit, ...]] = []
    for fix in sorted(dict.fromkeys(fixes), key=_first):
        if fix.edits and not any(_overlap(edit, other) for edit in fix.edits for other in taken):
            taken += fix.edits
            chosen.append(fix.edits)
    return chosen


def _first(fix: Fix) -> tuple[str, int]:
    return min(((e.span.source.path, e.span.start) for e in fix.edits), default=("", 0))


def _overlap(a: Edit, b: Edit) -> bool:
    """Two edits that touch the same characters, or insert at the same place."""
    if a.span.source is not b.span.source:
        return False
    if a.span.start == b.span.start:
        return True
    return a.span.start < b.span.end and b.span.start < a.span.end


def _replace(text: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text

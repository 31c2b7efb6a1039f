"""Plain text in columns, by the width that a terminal gives the characters."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from specc.report.excerpt import visible, width

GAP = "   "
Rows = Sequence[Sequence[str]]


def aligned(rows: Rows, right: Collection[int] = (), gap: str = GAP) -> list[str]:
    """One line for each row; the columns in `right` are set to the right."""
    safe = [[visible(cell) for cell in row] for row in rows]
    widths = _widths(safe)
    return [
        gap.join(
            _padded(c, w, right=i in right)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in safe
    ]


def fitting(rows: Rows, columns: int | None, dispensable: Sequence[int]) -> Rows:
    """The rows without as many of the dispensable columns, in that order, as a screen is too narrow for.

    A column left out is left empty and takes no room, so that the others keep their numbers.
    """
    if columns is None:
        return rows
    kept = [list(row) for row in rows]
    for column in dispensable:
        if _total(kept) <= columns:
            break
        kept = [[*row[:column], "", *row[column + 1 :]] for row in kept]
    return kept


def _total(rows: Rows) -> int:
    widths = _widths(rows)
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _widths(rows: Rows) -> list[int]:
    return [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]


def _padded(text: str, columns: int, *, right: bool) -> str:
    blank = " " * (columns - width(text))
    return blank + text if right else text + blank

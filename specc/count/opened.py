"""Rows with the inside of what they call: the layers of a network in place of its call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from specc.count.rows import Entry
from specc.program import Body, Invoke
from specc.sizes import Size

MOST = 200
"""Rows of what is called; a larger one stays closed."""


def opened(
    entries: Iterable[Entry],
    rows_of: Callable[[Body], tuple[Entry, ...]],
    seen: set[Body] | None = None,
) -> Iterator[Entry]:
    """The rows, with those of every network in place of its calls, and of a block called again.

    What was called before has no weights there, only work.
    """
    seen = set() if seen is None else seen
    for entry in entries:
        inner = _called(entry)
        rows = rows_of(inner) if inner is not None else ()
        if inner is None or len(rows) > MOST:
            yield entry
            continue
        again = entry.shared or inner in seen
        seen.add(inner)
        for row in opened(rows, rows_of, seen):
            yield _inside(entry, row, again=again)


def _called(entry: Entry) -> Body | None:
    """What a row calls; None for a block that is only too large to be shown."""
    operation = entry.node.operation if entry.node is not None else None
    return operation.body if isinstance(operation, Invoke) and entry.row.note else None


def _inside(call: Entry, inner: Entry, *, again: bool) -> Entry:
    """A row of what is called, as often as it is called."""
    calls: Size = call.place.times * call.place.steps
    row = replace(inner.row, path=f"{call.row.path}.{inner.row.path}", macs=calls * inner.row.macs)
    place = replace(inner.place, steps=calls * inner.place.steps)
    if not again:
        return replace(inner, row=row, place=place)
    row = replace(
        row, params=0, non_trainable=0, buffers=0, formula=None, weights=None, biases=None
    )
    return replace(inner, row=row, place=place, stage=None)

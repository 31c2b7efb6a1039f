"""Rows with the inside of what they call: the layers of a network in place of its call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from specc.count.rows import Entry
from specc.program import Body, Invoke
from specc.sizes import Size
from specc.types import Tensor

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
        call = _call(entry)
        rows = rows_of(call.body) if call is not None else ()
        if call is None or len(rows) > MOST:
            yield entry
            continue
        again = entry.shared or call.body in seen
        seen.add(call.body)
        for row in opened(rows, rows_of, seen):
            yield _inside(entry, call, row, again=again)


def _call(entry: Entry) -> Invoke | None:
    """The call of a row; None for a block that is only too large to be shown."""
    operation = entry.node.operation if entry.node is not None else None
    return operation if isinstance(operation, Invoke) and entry.row.note else None


def _inside(outer: Entry, call: Invoke, inner: Entry, *, again: bool) -> Entry:
    """A row of what is called, as often as it is called and with the sizes of the call."""
    calls: Size = outer.place.times * outer.place.steps
    path, output = f"{outer.row.path}.{inner.row.path}", inner.row.output
    if isinstance(output, Tensor):
        output = output.with_sizes(tuple(map(call.here, output.sizes)))
    row = replace(inner.row, path=path, output=output, macs=calls * call.here(inner.row.macs))
    place = replace(inner.place, steps=calls * inner.place.steps)
    if not again:
        return replace(inner, row=row, place=place)
    row = replace(
        row, params=0, non_trainable=0, buffers=0, formula=None, weights=None, biases=None
    )
    return replace(inner, row=row, place=place, stage=None)

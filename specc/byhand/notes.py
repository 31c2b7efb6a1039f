"""What a layer computes on the way, kept for the reader: scores of an attention, gates of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from specc.byhand.array import Array, own

Page = list[tuple[str, Array]]
_PAGE: ContextVar[Page | None] = ContextVar("page", default=None)


def note(name: str, value: Array) -> Array:
    """Keep a value under a name, where somebody listens. What comes back is to be read from here on."""
    page = _PAGE.get()
    if page is None:
        return value
    kept = own(value)
    page.append((name, kept))
    return kept


@contextmanager
def page() -> Iterator[Page]:
    """A page that the notes are written on until the block ends."""
    fresh: Page = []
    token = _PAGE.set(fresh)
    try:
        yield fresh
    finally:
        _PAGE.reset(token)

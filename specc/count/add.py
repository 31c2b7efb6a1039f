"""Adding up sizes of any number."""

from __future__ import annotations

from collections.abc import Iterable

from specc.sizes import Size


def add_up(sizes: Iterable[Size]) -> Size:
    """The sum, 0 of none."""
    result: Size = 0
    for size in sizes:
        result = result + size
    return result

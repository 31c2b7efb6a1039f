"""Whether a tensor has no more numbers than can be counted."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from specc.limits import MAX_ELEMENTS
from specc.sizes import Size, Symbolic

COUNTED = "a tensor has fewer than 2^63 numbers, about 9.2·10^18"


def too_many(sizes: Sequence[Size]) -> bool:
    """Whether the sizes that are known make more numbers than an index of 64 bits counts."""
    return prod(s for s in sizes if not isinstance(s, Symbolic)) > MAX_ELEMENTS

"""The chain rule, followed backwards from one number to all that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from specc.byhand.scalar import Scalar, Value, plus, tidy, times


def gradients(root: Scalar) -> Mapping[Scalar, Value]:
    """d root / d each number on the way, by number (Griewank & Walther 2008, reverse mode)."""
    found: dict[Scalar, Value] = {root: Fraction(1)}
    for at in _backwards(root):
        here = found.get(at)
        if here is None:
            continue
        for source, slope in zip(at.sources, at.slopes, strict=True):
            if not slope and isinstance(slope, Fraction):
                continue
            found[source] = tidy(plus(found.get(source, Fraction(0)), times(here, slope)))
    return found


def _backwards(root: Scalar) -> list[Scalar]:
    """Every number below the root, the latest first."""
    seen, waiting = {root}, [root]
    while waiting:
        for source in waiting.pop().sources:
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return sorted(seen, key=lambda s: -s.order)

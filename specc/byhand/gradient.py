"""The chain rule, followed backwards from one number to all that it was made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
            found[source] = tidy(plus(found.get(source, Fraction(0)), times(here, slope)))
    return found


def _backwards(root: Scalar, leaves: Collection[Scalar] = ()) -> list[Scalar]:
    """Every number below the root and above the leaves, the latest first."""
    seen, waiting = {root}, [root]
    while waiting:
        at = waiting.pop()
        for source in at.sources if at is root or at not in leaves else ():
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return sorted(seen, key=lambda s: -s.order)


def shares(value: Scalar, leaves: Collection[Scalar]) -> Mapping[Scalar, Value]:
    """The slopes of a number by those that it was made from, no further down than the leaves."""
    found: dict[Scalar, Value] = {value: Fraction(1)}
    ends: dict[Scalar, Value] = {}
    for at in _backwards(value, leaves):
        here = found.pop(at, None)
        if here is None:
            continue
        if at in leaves and at is not value:
            ends[at] = here
            continue
        for source, slope in zip(at.sources, at.slopes, strict=True):
            found[source] = tidy(plus(found.get(source, Fraction(0)), times(here, slope)))
    return ends

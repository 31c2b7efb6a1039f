"""Least and greatest values of what is built from numbers; None where there is no bound."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

Bounds: TypeAlias = tuple[int | None, int | None]


def combination(terms: Iterable[tuple[int, Bounds]]) -> Bounds:
    """Of a sum of multiples."""
    low: int | None = 0
    high: int | None = 0
    for coefficient, (least, most) in terms:
        if coefficient < 0:
            least, most = most, least
        low = None if low is None or least is None else low + coefficient * least
        high = None if high is None or most is None else high + coefficient * most
    return low, high


def product(factors: Iterable[tuple[Bounds, int]]) -> Bounds:
    """Of a product of powers; nothing is claimed when several factors may be negative."""
    parts = tuple(factors)
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    low: int = 1
    high: int | None = 1
    for (least, most), power in parts:
        if least is None or least < 0:
            return None, None
        low *= least**power
        high = None if high is None or most is None else high * most**power
    return low, high


def quotient(numerator: Bounds, divisor: Bounds) -> Bounds:
    """Of a division by something positive, rounded down."""
    (low, high), (least, most) = numerator, divisor
    if least is not None and least == most:
        return None if low is None else low // least, None if high is None else high // least
    if low is None or low < 0:
        return None, None
    return 0, None if high is None else high // max(least or 1, 1)


def extreme(kind: Literal["max", "min"], options: Iterable[Bounds]) -> Bounds:
    """Of the largest or the smallest of several."""
    lows, highs = zip(*options, strict=True)
    sure_lows = [b for b in lows if b is not None]
    sure_highs = [b for b in highs if b is not None]
    if kind == "max":
        return max(sure_lows, default=None), max(sure_highs) if None not in highs else None
    return min(sure_lows) if None not in lows else None, min(sure_highs, default=None)

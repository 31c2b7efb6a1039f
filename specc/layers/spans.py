"""Windows of several sizes: what each position sees where an axis is divided or stretched unevenly."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from specc.layers.base import Window
from specc.sizes import Size, known

MOST = 4096
"""Positions before the windows come again; where there are more, nothing is said of them."""
HALF = Fraction(1, 2)

Span: TypeAlias = Callable[[int, Fraction], tuple[int, int]]
"""First and last input position of an output position, by how far the input moves with each."""


def repeated(axis: str, ratio: Fraction, span: Span) -> Window | None:
    """The windows of an axis whose input moves by `ratio` for each output position."""
    phases = ratio.denominator
    if phases > MOST:
        return None
    spans = tuple(span(i, ratio) for i in range(phases))
    widest = max(last - first + 1 for first, last in spans)
    return Window(axis, widest, ratio.numerator, spans=spans)


def divided(axis: str, length: Size, size: Size) -> Window | None:
    """The windows of an axis that is divided into so many; None where a size is free."""
    if not known(length) or not known(size):
        return None
    if length % size == 0:
        return Window(axis, length // size, length // size)
    return repeated(axis, Fraction(length, size), tiled)


def tiled(i: int, ratio: Fraction) -> tuple[int, int]:
    """From ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉, as in adaptive pooling."""
    return floor(i * ratio), ceil((i + 1) * ratio) - 1


def single(shift: Fraction) -> Span:
    """The position at (i + shift)·n/m: the nearest one."""

    def span(i: int, ratio: Fraction) -> tuple[int, int]:
        at = floor((i + shift) * ratio)
        return at, at

    return span


def between(reach: int, *, corners: bool = False) -> Span:
    """`reach` neighbours of the place that a position comes from; one alone where it falls on one."""

    def span(i: int, ratio: Fraction) -> tuple[int, int]:
        place = i * ratio if corners else (i + HALF) * ratio - HALF
        at, half = floor(place), reach // 2
        return (at, at) if place == at else (at - half + 1, at + half)

    return span


def smoothed(reach: int) -> Span:
    """As `between`; where the output is smaller, the neighbours are as many more."""

    def span(i: int, ratio: Fraction) -> tuple[int, int]:
        centre, support = (i + HALF) * ratio, max(ratio, Fraction(1)) * reach / 2
        return floor(centre - support + HALF), ceil(centre + support - HALF) - 1

    return span

"""Resampling by hand: nearest, linear, cubic and by area, as F.interpolate takes positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import floor, prod

from specc.byhand import scalar as s
from specc.byhand.array import Array, Index, build
from specc.byhand.scalar import Scalar, constant
from specc.byhand.spatial import adaptive_avg

Taps = list[tuple[int, Fraction]]
"""The positions that a number is made of along one axis, with their shares."""
BEND = Fraction(-3, 4)
"""The slope of the cubic kernel at distance 1 in PyTorch (Keys 1981 takes −1/2)."""


def nearest(x: Array, out: Sequence[int]) -> Array:
    """Each output position takes the number at ⌊i·n/m⌋."""
    return build(
        (*x.sizes[:2], *out),
        lambda i: x[
            (*i[:2], *(a * n // m for a, n, m in zip(i[2:], x.sizes[2:], out, strict=True)))
        ],
    )


def linear(x: Array, out: Sequence[int], align_corners: bool = False) -> Array:
    """Each output position is a weighted mean of its neighbours along each axis."""
    return _weighed(x, out, lambda i, n, m: _neighbours(i, n, m, align_corners))


def _neighbours(i: int, size: int, out: int, corners: bool) -> list[tuple[int, Fraction]]:
    if corners:
        at = Fraction(i * (size - 1), out - 1) if out > 1 else Fraction(0)
    else:
        at = max(Fraction(2 * i + 1, 2) * Fraction(size, out) - Fraction(1, 2), Fraction(0))
    low = min(int(at), size - 1)
    high = min(low + 1, size - 1)
    return [(low, 1 - (at - low)), (high, at - low)] if at != low else [(low, Fraction(1))]


def nearest_exact(x: Array, out: Sequence[int]) -> Array:
    """Each output position takes the number whose cell its centre falls into."""

    def element(index: Index) -> Scalar:
        rows = zip(index[2:], x.sizes[2:], out, strict=True)
        return x[(*index[:2], *((2 * i + 1) * n // (2 * m) for i, n, m in rows))]

    return build((*x.sizes[:2], *out), element)


def cubic(x: Array, out: Sequence[int], align_corners: bool = False) -> Array:
    """Each output position is a weighted sum of four neighbours along each axis (Keys 1981)."""
    return _weighed(x, out, lambda i, n, m: _cubic_taps(i, n, m, align_corners))


def _cubic_taps(i: int, size: int, out: int, corners: bool) -> Taps:
    if corners:
        at = Fraction(i * (size - 1), out - 1) if out > 1 else Fraction(0)
    else:
        at = Fraction(2 * i + 1, 2) * Fraction(size, out) - Fraction(1, 2)
    low = floor(at)
    taps = range(low - 1, low + 3)
    return [(min(max(t, 0), size - 1), share) for t in taps if (share := _bent(abs(at - t)))]


def _bent(d: Fraction) -> Fraction:
    """The cubic kernel at a distance."""
    if d <= 1:
        return (BEND + 2) * d**3 - (BEND + 3) * d**2 + 1
    return BEND * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else Fraction(0)


def _weighed(x: Array, out: Sequence[int], taps: Callable[[int, int, int], Taps]) -> Array:
    def element(index: Index) -> Scalar:
        rows = zip(index[2:], x.sizes[2:], out, strict=True)
        corners = list(product(*(taps(i, n, m) for i, n, m in rows)))
        values = [x[(*index[:2], *(place for place, _ in corner))] for corner in corners]
        shares = [constant(prod((share for _, share in c), start=Fraction(1))) for c in corners]
        return s.dot(values, shares)

    return build((*x.sizes[:2], *out), element)


MODES: dict[str, Callable[..., Array]] = {
    "nearest": lambda x, out, _: nearest(x, out),
    "nearest-exact": lambda x, out, _: nearest_exact(x, out),
    "area": lambda x, out, _: adaptive_avg(x, tuple(out)),
    "linear": linear, "bilinear": linear, "trilinear": linear, "bicubic": cubic,
}  # fmt: skip
"""How values between positions are made, by PyTorch's word: of a value, the sizes, and aligned corners."""

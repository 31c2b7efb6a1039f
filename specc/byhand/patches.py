"""Windows side by side and back, and channels in another order, with PyTorch's arguments."""

from __future__ import annotations

from collections.abc import Iterator

from specc.byhand import scalar as s
from specc.byhand.array import Array, build
from specc.byhand.scalar import Scalar

Pair = int | tuple[int, int]
Hit = tuple[tuple[int, int, int], tuple[int, int, int]]


def _pair(value: Pair) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def channel_shuffle(x: Array, groups: int) -> Array:
    """Channel i of group g becomes channel i·groups + g."""
    inside = x.sizes[1] // groups
    return build(x.sizes, lambda i: x[(i[0], i[1] % groups * inside + i[1] // groups, *i[2:])])


def _hits(
    channels: int, sizes: tuple[int, int], kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> Iterator[Hit]:
    """Row, column of the windows with the place in the image; what lies in the margin is left out."""
    (kh, kw), (dh, dw) = _pair(kernel), _pair(dilation)
    (ph, pw), (sh, sw) = _pair(padding), _pair(stride)
    high, wide = (
        (n + 2 * p - d * (k - 1) - 1) // step + 1
        for n, p, d, k, step in zip(sizes, (ph, pw), (dh, dw), (kh, kw), (sh, sw), strict=True)
    )
    for c in range(channels):
        for row in range(kh * kw):
            for column in range(high * wide):
                y = column // wide * sh + row // kw * dh - ph
                x = column % wide * sw + row % kw * dw - pw
                place = (c, y, x) if 0 <= y < sizes[0] and 0 <= x < sizes[1] else (-1, 0, 0)
                yield (c * kh * kw + row, column, high * wide), place


def unfold(
    x: Array, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Array:
    """[B, c, h, w] to [B, c·k_h·k_w, windows]."""
    b, c, h, w = x.sizes
    hits = list(_hits(c, (h, w), kernel_size, dilation, padding, stride))
    places = {(row, column): place for (row, column, _), place in hits}
    rows, columns = 1 + max(r for r, _ in places), hits[0][0][2]

    def element(index: tuple[int, ...]) -> Scalar:
        place = places[index[1], index[2]]
        return s.ZERO if place[0] < 0 else x[(index[0], *place)]

    return build((b, rows, columns), element)


def fold(
    x: Array, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Array:  # fmt: skip
    """[B, c·k_h·k_w, windows] to [B, c, h, w]; what meets is added."""
    kh, kw = _pair(kernel_size)
    sizes, channels = _pair(output_size), x.sizes[1] // (kh * kw)
    meeting: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
    for (row, column, _), place in _hits(channels, sizes, kernel_size, dilation, padding, stride):
        meeting.setdefault(place, []).append((row, column))

    def element(index: tuple[int, ...]) -> Scalar:
        found = [x[(index[0], *at)] for at in meeting.get((index[1], index[2], index[3]), [])]
        return s.add(*found) if found else s.ZERO

    return build((x.sizes[0], channels, *sizes), element)

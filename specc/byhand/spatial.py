"""Kernels that slide: convolution (cross-correlation), its transpose, pooling and padding.

Maps are [batch, channels, space…], weights as PyTorch keeps them. What lies outside of a map is left out of
a sum: a zero adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from specc.byhand import scalar as s
from specc.byhand.array import Array, Index, build, indices
from specc.byhand.scalar import Scalar, constant

Extent = int | tuple[int, ...]


def per_axis(value: Extent, rank: int) -> tuple[int, ...]:
    """One number for each spatial axis."""
    return value if isinstance(value, tuple) else (value,) * rank


def positions(
    size: int, kernel: int, stride: int, before: int, after: int, dilation: int = 1
) -> int:
    """⌊(size + padding − dilation·(kernel − 1) − 1)/stride⌋ + 1."""
    return (size + before + after - dilation * (kernel - 1) - 1) // stride + 1


def _window(
    at: Index, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int],
    dilation: Sequence[int], sizes: Sequence[int],
) -> Iterator[tuple[Index, Index]]:  # fmt: skip
    """Places in the kernel and in the map that meet at one output position, those outside left out."""
    for place in product(*map(range, kernel)):
        spot = tuple(
            o * st - p + d * k
            for o, st, p, d, k in zip(at, stride, padding, dilation, place, strict=True)
        )
        if all(0 <= i < n for i, n in zip(spot, sizes, strict=True)):
            yield place, spot


def conv(
    x: Array, weight: Array, bias: Array | None, stride: Extent = 1, padding: Extent | str = 0,
    dilation: Extent = 1, groups: int = 1,
) -> Array:  # fmt: skip
    """Cross-correlation: y[c, i] = bias[c] + Σ weight[c, k, j]·x[k, stride·i + dilation·j − padding]."""
    rank = x.rank - 2
    kernel = weight.sizes[2:]
    steps, spread = per_axis(stride, rank), per_axis(dilation, rank)
    if isinstance(padding, str):
        whole = [
            d * (k - 1) if padding == "same" else 0 for d, k in zip(spread, kernel, strict=True)
        ]
        margins = tuple(w // 2 for w in whole)
        ends = tuple(w - w // 2 for w in whole)
    else:
        margins = ends = per_axis(padding, rank)
    rows = zip(x.sizes[2:], kernel, steps, margins, ends, spread, strict=True)
    out = tuple(positions(*row) for row in rows)
    per_group, inside = weight.sizes[0] // groups, weight.sizes[1]

    def element(index: Index) -> Scalar:
        item, channel, at = index[0], index[1], index[2:]
        first = channel // per_group * inside
        met = list(_window(at, kernel, steps, margins, spread, x.sizes[2:]))
        left = [x[(item, first + k, *spot)] for k in range(inside) for _, spot in met]
        right = [weight[(channel, k, *place)] for k in range(inside) for place, _ in met]
        return s.dot(left, right, None if bias is None else bias[(channel,)])

    return build((x.sizes[0], weight.sizes[0], *out), element)


def conv_transpose(
    x: Array, weight: Array, bias: Array | None, stride: Extent = 1, padding: Extent = 0,
    output_padding: Extent = 0, groups: int = 1, dilation: Extent = 1,
) -> Array:  # fmt: skip
    """Every x[k, i] adds weight[k, c, j]·x[k, i] to y[c, stride·i + dilation·j − padding]."""
    rank = x.rank - 2
    kernel, inside = weight.sizes[2:], weight.sizes[1]
    steps, cut = per_axis(stride, rank), per_axis(padding, rank)
    spread, added = per_axis(dilation, rank), per_axis(output_padding, rank)
    rows = zip(x.sizes[2:], steps, cut, kernel, spread, added, strict=True)
    out = tuple((n - 1) * st - 2 * p + d * (k - 1) + 1 + a for n, st, p, k, d, a in rows)
    per_group = x.sizes[1] // groups
    sums: dict[Index, tuple[list[Scalar], list[Scalar]]] = {}
    for item, channel, *place in indices(x.sizes):
        for c, *j in indices((inside, *kernel)):
            spot = [
                i * st + d * k - p
                for i, st, d, k, p in zip(place, steps, spread, j, cut, strict=True)
            ]
            key = (item, channel // per_group * inside + c, *spot)
            left, right = sums.setdefault(key, ([], []))
            left.append(x[(item, channel, *place)])
            right.append(weight[(channel, c, *j)])

    def element(index: Index) -> Scalar:
        left, right = sums.get(index, ([], []))
        return s.dot(left, right, None if bias is None else bias[(index[1],)])

    return build((x.sizes[0], inside * groups, *out), element)


# --------------------------------------------------------------------- pooling


def _pooled(
    x: Array, kernel: Extent, stride: Extent | None, padding: Extent, dilation: Extent, ceil: bool
) -> tuple[tuple[int, ...], dict[Index, list[Index]], dict[Index, int]]:
    """The output's sizes, and for each position the places it sees and how many with the padding."""
    rank = x.rank - 2
    k, p, d = per_axis(kernel, rank), per_axis(padding, rank), per_axis(dilation, rank)
    st = per_axis(kernel if stride is None else stride, rank)
    sizes = x.sizes[2:]
    out = tuple(_ends(*row, ceil=ceil) for row in zip(sizes, k, st, p, d, strict=True))
    seen = {at: [spot for _, spot in _window(at, k, st, p, d, sizes)] for at in indices(out)}
    reach = {at: _padded_window(at, k, st, p, sizes) for at in indices(out)}
    return out, seen, reach


def _ends(size: int, kernel: int, stride: int, padding: int, dilation: int, *, ceil: bool) -> int:
    spare = size + 2 * padding - dilation * (kernel - 1) - 1
    out = (-(-spare // stride) if ceil else spare // stride) + 1
    # A last window must start inside the map or its left margin.
    return out - 1 if ceil and (out - 1) * stride >= size + padding else out


def _padded_window(
    at: Index,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    sizes: Sequence[int],
) -> int:
    """How many places of the padded map a window covers."""
    rows = zip(at, kernel, stride, padding, sizes, strict=True)
    return prod(min(o * st - p + k, n + p) - (o * st - p) for o, k, st, p, n in rows)


def max_pool(
    x: Array, kernel: Extent, stride: Extent | None = None, padding: Extent = 0, dilation: Extent = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Array | tuple[Array, Array]:  # fmt: skip
    """The largest number of each window, and where it stands in its map."""
    out, seen, _ = _pooled(x, kernel, stride, padding, dilation, ceil_mode)
    values: list[Scalar] = []
    places: list[Scalar] = []
    for item, channel, *at in indices((*x.sizes[:2], *out)):
        spots = seen[tuple(at)]
        value, best = s.largest([x[(item, channel, *spot)] for spot in spots])
        values.append(value)
        places.append(constant(_flat_place(spots[best], x.sizes[2:])))
    sizes = (*x.sizes[:2], *out)
    pooled = Array(sizes, tuple(values))
    return (pooled, Array(sizes, tuple(places))) if return_indices else pooled


def _flat_place(spot: Index, sizes: Sequence[int]) -> int:
    at = 0
    for i, size in zip(spot, sizes, strict=True):
        at = at * size + i
    return at


def avg_pool(
    x: Array, kernel: Extent, stride: Extent | None = None, padding: Extent = 0,
    ceil_mode: bool = False, count_include_pad: bool = True,
) -> Array:  # fmt: skip
    """The mean of each window."""
    out, seen, reach = _pooled(x, kernel, stride, padding, 1, ceil_mode)

    def element(index: Index) -> Scalar:
        at = index[2:]
        inside = [x[(*index[:2], *spot)] for spot in seen[at]]
        number = reach[at] if count_include_pad else len(inside)
        return (
            s.mean(inside) if number == len(inside) else s.divide(s.add(*inside), constant(number))
        )

    return build((*x.sizes[:2], *out), element)


def lp_pool(
    x: Array, p: float, kernel: Extent, stride: Extent | None = None, ceil_mode: bool = False
) -> Array:
    """(Σ xᵖ)^(1/p) over each window."""
    out, seen, _ = _pooled(x, kernel, stride, 0, 1, ceil_mode)
    inverse = constant(1 / s.exactly(p)) if p else constant(1)

    def element(index: Index) -> Scalar:
        terms = [s.power(x[(*index[:2], *spot)], constant(p)) for spot in seen[index[2:]]]
        return s.power(s.add(*terms), inverse)

    return build((*x.sizes[:2], *out), element)


def adaptive_avg(x: Array, size: Extent) -> Array:
    """The means of as many windows as are asked for."""
    out = per_axis(size, x.rank - 2)
    sizes = (*x.sizes[:2], *out)
    return build(sizes, lambda i: s.mean([x[(*i[:2], *spot)] for spot in _adapted(i, x, out)]))


def adaptive_max(
    x: Array, size: Extent, return_indices: bool = False
) -> Array | tuple[Array, Array]:
    """The largest numbers of as many windows as are asked for, and where they stand."""
    out = per_axis(size, x.rank - 2)
    sizes = (*x.sizes[:2], *out)
    values: list[Scalar] = []
    places: list[Scalar] = []
    for index in indices(sizes):
        spots = _adapted(index, x, out)
        value, best = s.largest([x[(*index[:2], *spot)] for spot in spots])
        values.append(value)
        places.append(constant(_flat_place(spots[best], x.sizes[2:])))
    pooled = Array(sizes, tuple(values))
    return (pooled, Array(sizes, tuple(places))) if return_indices else pooled


def _adapted(index: Index, x: Array, out: Sequence[int]) -> list[Index]:
    """Window i is from ⌊i·n/size⌋ to ⌈(i + 1)·n/size⌉."""
    rows = zip(index[2:], x.sizes[2:], out, strict=True)
    return list(product(*(range(i * n // m, -(-(i + 1) * n // m)) for i, n, m in rows)))


def unpool(x: Array, places: Array, sizes: Sequence[int]) -> Array:
    """Each number where its index says, zeros elsewhere."""
    whole = prod(sizes)
    each_map = prod(x.sizes[2:])
    items = [s.ZERO] * (x.sizes[0] * x.sizes[1] * whole)
    for number, (value, place) in enumerate(zip(x.items, places.items, strict=True)):
        items[number // each_map * whole + int(place.value)] = value
    return Array((*x.sizes[:2], *sizes), tuple(items))


# --------------------------------------------------------------------- margins


def pad(x: Array, margins: Sequence[int], mode: str = "constant", value: float = 0) -> Array:
    """Margins at both ends of the last axes, the last axis first, as F.pad takes them."""
    pairs = [(margins[i], margins[i + 1]) for i in range(0, len(margins), 2)][::-1]
    ends = [(0, 0)] * (x.rank - len(pairs)) + pairs
    sizes = [n + a + b for n, (a, b) in zip(x.sizes, ends, strict=True)]
    filler = s.ZERO if value == 0 else constant(value)

    def element(index: Index) -> Scalar:
        spot = [
            _mirrored(i - a, n, mode) for i, (a, _), n in zip(index, ends, x.sizes, strict=True)
        ]
        return filler if None in spot else x[tuple(i for i in spot if i is not None)]

    return build(sizes, element)


def _mirrored(i: int, size: int, mode: str) -> int | None:
    if 0 <= i < size:
        return i
    match mode:
        case "replicate":
            return min(max(i, 0), size - 1)
        case "circular":
            return i % size
        case "reflect":
            return -i if i < 0 else 2 * (size - 1) - i
        case _:
            return None


# --------------------------------------------------------- channels and space


def shuffled(x: Array, factor: int) -> Array:
    """Channels to space: [b, c·r², h, w] to [b, c, h·r, w·r] (Shi et al. 2016)."""
    b, c, h, w = x.sizes
    r = factor
    return build(
        (b, c // (r * r), h * r, w * r),
        lambda i: x[(i[0], i[1] * r * r + i[2] % r * r + i[3] % r, i[2] // r, i[3] // r)],
    )


def unshuffled(x: Array, factor: int) -> Array:
    """Space to channels, the way back."""
    b, c, h, w = x.sizes
    r = factor
    return build(
        (b, c * r * r, h // r, w // r),
        lambda i: x[(i[0], i[1] // (r * r), i[2] * r + i[1] // r % r, i[3] * r + i[1] % r)],
    )

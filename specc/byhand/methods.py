"""Methods of an array, by their name in generated code."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from specc.byhand import activations as act
from specc.byhand import scalar as s
from specc.byhand.array import (
    Array,
    dropped,
    each,
    expanded,
    joined,
    lone,
    permuted,
    picked,
    reduced,
    reshaped,
    swapped,
)
from specc.byhand.functions import elementwise
from specc.byhand.scalar import Scalar, constant

Number = int | float | Fraction


def _listed(axes: Any) -> list[int] | None:
    if axes is None:
        return None
    return list(axes) if isinstance(axes, (tuple, list)) else [axes]


def _spread(arguments: tuple[Any, ...]) -> list[int]:
    """`x.permute(0, 2, 1)` and `x.permute((0, 2, 1))` alike."""
    first = arguments[0] if arguments else ()
    return list(first) if isinstance(first, (tuple, list)) else list(arguments)


def _reduction(rule: Callable[[Sequence[Scalar]], Scalar]) -> Callable[..., Array]:
    def method(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
        return reduced(rule, x, _listed(dim), keep=keepdim)

    return method


def _sum(row: Sequence[Scalar]) -> Scalar:
    return s.add(*row)


def _prod(row: Sequence[Scalar]) -> Scalar:
    result = row[0]
    for item in row[1:]:
        result = s.multiply(result, item)
    return result


def _variance(row: Sequence[Scalar], correction: int) -> Scalar:
    centre = s.mean(row)
    gaps = [s.subtract(a, centre) for a in row]
    return s.divide(s.dot(gaps, gaps), constant(len(row) - correction))


def _spread_of(x: Array, dim: Any, root: bool, correction: Any, keepdim: bool) -> Array:
    free = 1 if correction is None else int(correction)

    def rule(row: Sequence[Scalar]) -> Scalar:
        variance = _variance(row, free)
        return s.sqrt(variance) if root else variance

    return reduced(rule, x, _listed(dim), keep=keepdim)


def _position(least: bool) -> Callable[..., Array]:
    word = "argmin" if least else "argmax"
    return _reduction(lambda row: s.flat(word, s.largest(row, least=least)[1], *row))


def _extreme(least: bool) -> Callable[..., Array]:
    return _reduction(lambda row: s.largest(row, least=least)[0])


def _amax(least: bool) -> Callable[..., Array]:
    """Equal largest values share the slope, as in PyTorch's amax."""

    def rule(row: Sequence[Scalar]) -> Scalar:
        best = row[s.largest(row, least=least)[1]].value
        hits = sum(a.value == best for a in row)
        slopes = [Fraction(a.value == best, hits) for a in row]
        return s.made("min" if least else "max", best, row, slopes)

    return _reduction(rule)


def _flatten(x: Array, start: int = 0, end: int = -1) -> Array:
    first, last = x.axis(start), x.axis(end)
    return reshaped(
        x, (*x.sizes[:first], math.prod(x.sizes[first : last + 1]), *x.sizes[last + 1 :])
    )


def _squeeze(x: Array, dim: Any = None) -> Array:
    gone = {x.axis(a) for a in _listed(dim) or range(x.rank)}
    return reshaped(x, [n for i, n in enumerate(x.sizes) if not (i in gone and n == 1)])


def _unsqueeze(x: Array, dim: int) -> Array:
    at = dim % (x.rank + 1)
    return reshaped(x, (*x.sizes[:at], 1, *x.sizes[at:]))


def _movedim(x: Array, source: int, target: int) -> Array:
    order = [a for a in range(x.rank) if a != x.axis(source)]
    order.insert(x.axis(target), x.axis(source))
    return permuted(x, order)


def _flip(x: Array, *axes: Any) -> Array:
    for axis in _spread(axes):
        x = picked(x, axis, range(x.sizes[x.axis(axis)] - 1, -1, -1))
    return x


def _repeat(x: Array, *times: Any) -> Array:
    counts = _spread(times)
    x = reshaped(x, (*(1,) * (len(counts) - x.rank), *x.sizes))
    for axis, count in enumerate(counts):
        x = joined([x] * count, axis) if count != 1 else x
    return x


def _gather(x: Array, dim: int, index: Array) -> Array:
    from specc.byhand.array import build

    at = x.axis(dim)
    return build(index.sizes, lambda i: x[(*i[:at], int(index[i].value), *i[at + 1 :])])


def _bool(x: Array) -> Array:
    return each(lambda a: s.flat("bool", bool(a.value), a), x)


def _new_tensor(_: Array, values: Any) -> Array:
    if not isinstance(values, (tuple, list)):
        return lone(values)
    return Array((len(values),), tuple(constant(v) for v in values))


def _logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    return reduced(act.logsumexp, x, _listed(dim), keep=keepdim)


def _clamp(x: Array, *bounds: Any, **named: Any) -> Array:
    low, high = [*bounds, None, None][:2]
    low, high = named.get("min", low), named.get("max", high)
    if isinstance(low, Array):
        return each(lambda a, b: s.largest([a, b])[0], x, low)
    if isinstance(high, Array):
        return each(lambda a, b: s.largest([a, b], least=True)[0], x, high)
    return each(lambda a: act.clamp(a, low, high), x)


METHODS: dict[str, Callable[..., Any]] = {
    **{name: elementwise(rule) for name, rule in act.ELEMENTS.items()},
    "clamp": _clamp,
    "sum": _reduction(_sum),
    "mean": _reduction(s.mean),
    "prod": _reduction(_prod),
    "max": _extreme(False),
    "min": _extreme(True),
    "amax": _amax(False),
    "amin": _amax(True),
    "std": lambda x, dim=None, correction=None, keepdim=False: _spread_of(
        x, dim, True, correction, keepdim
    ),
    "var": lambda x, dim=None, correction=None, keepdim=False: _spread_of(
        x, dim, False, correction, keepdim
    ),
    "argmax": _position(least=False),
    "argmin": _position(least=True),
    "logsumexp": _logsumexp,
    "cumsum": act.cumsum,
    "flatten": _flatten,
    "reshape": lambda x, *sizes: reshaped(x, _spread(sizes)),
    "permute": lambda x, *axes: permuted(x, _spread(axes)),
    "transpose": swapped,
    "movedim": _movedim,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand": lambda x, *sizes: expanded(x, _spread(sizes)),
    "repeat": _repeat,
    "flip": _flip,
    "select": lambda x, dim, index: dropped(x, dim, index % x.sizes[x.axis(dim)]),
    "gather": _gather,
    "detach": lambda x: each(lambda a: s.flat("stop", a.value, a), x),
    "float": lambda x: x,
    "bool": _bool,
    "size": lambda x, dim: x.sizes[x.axis(dim)],
    "new_tensor": _new_tensor,
    "new_full": lambda _, sizes, value: Array(tuple(sizes), (constant(value),) * math.prod(sizes)),
}
"""Every method that an example can be worked with."""

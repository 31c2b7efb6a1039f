"""Functions without weights, by their name in generated code."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from specc.byhand import activations as act
from specc.byhand import losses, modules, patches, resampling, spatial
from specc.byhand import scalar as s
from specc.byhand.array import Array, each, joined, lone, picked, reduced, reshaped
from specc.byhand.gradient import gradients
from specc.byhand.margins import MARGINS
from specc.byhand.scalar import Scalar, constant

Number = int | float | Fraction


def elementwise(rule: Callable[..., Scalar]) -> Callable[..., Array]:
    """A rule for one number as a function of an array."""
    return lambda x, *arguments, **options: each(lambda a: rule(a, *arguments, **options), x)


def _pair(rule: Callable[[Scalar, Scalar], Scalar]) -> Callable[..., Array]:
    return lambda a, b: each(rule, as_array(a), as_array(b))


def as_array(value: Any) -> Array:
    """A number as an array without axes."""
    return value if isinstance(value, Array) else lone(value)


def _full_like(x: Array, value: Number) -> Array:
    return Array(x.sizes, (constant(value),) * len(x.items))


def _where(condition: Array, yes: Any, no: Any) -> Array:
    return each(lambda c, a, b: a if c.value else b, condition, as_array(yes), as_array(no))


def _stack(arrays: Sequence[Array], dim: int = 0) -> Array:
    rank = arrays[0].rank + 1
    at = dim % rank
    lifted = [reshaped(x, (*x.sizes[:at], 1, *x.sizes[at:])) for x in arrays]
    return joined(lifted, at)


def _unflatten(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    at = x.axis(dim)
    return reshaped(x, (*x.sizes[:at], *sizes, *x.sizes[at + 1 :]))


def _split(x: Array, sizes: Sequence[int], dim: int = 0) -> tuple[Array, ...]:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return tuple(picked(x, dim, range(a, a + n)) for a, n in zip(starts, sizes, strict=True))


def _chunk(x: Array, pieces: int, dim: int = 0) -> tuple[Array, ...]:
    whole = x.sizes[x.axis(dim)]
    each_one = -(-whole // pieces)
    return _split(x, [min(each_one, whole - a) for a in range(0, whole, each_one)], dim)


def _vector_norm(
    x: Array, order: Number = 2, dim: Any = None, keepdim: bool = False, **named: Any
) -> Array:
    order = named.get("ord", order)
    axes = None if dim is None else dim if isinstance(dim, (tuple, list)) else (dim,)
    return reduced(lambda row: losses.length(row, order), x, axes, keep=keepdim)


def _interpolate(
    x: Array,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool = False,
    antialias: bool = False,
) -> Array:
    if antialias or mode not in resampling.MODES:
        raise NotImplementedError("antialias" if antialias else mode)
    rank = x.rank - 2
    if size is not None:
        out = spatial.per_axis(tuple(size) if isinstance(size, (tuple, list)) else size, rank)
    else:
        factors = spatial.per_axis(
            tuple(scale_factor) if isinstance(scale_factor, (tuple, list)) else scale_factor, rank
        )
        out = tuple(math.floor(n * s.exactly(f)) for n, f in zip(x.sizes[2:], factors, strict=True))
    return resampling.MODES[mode](x, out, align_corners)


# ------------------------------------------------------- functions of our own


def _kl_standard_normal(mean: Array, logvar: Array) -> Array:
    def one(m: Scalar, v: Scalar) -> Scalar:
        inside = s.subtract(s.subtract(s.add(s.multiply(m, m), s.exp(v)), v), s.ONE)
        return act.scaled(Fraction(1, 2), inside)

    return each(one, as_array(mean), as_array(logvar))


def _kl_bernoulli(p: Array, q: Array) -> Array:
    def one(a: Scalar, b: Scalar) -> Scalar:
        first = s.multiply(s.sigmoid(a), s.subtract(a, b))
        return s.subtract(s.add(first, s.softplus(b)), s.softplus(a))

    return each(one, p, q)


def _kl_sparsity(h: Array, rho: Number) -> Array:
    share = s.exactly(rho)

    def one(mean: Scalar) -> Scalar:
        active = s.multiply(constant(share), s.log(s.divide(constant(share), mean)))
        rest = s.divide(constant(1 - share), s.subtract(s.ONE, mean))
        return s.add(active, s.multiply(constant(1 - share), s.log(rest)))

    means = reduced(s.mean, h, [0])
    kept = each(lambda a: act.clamp(a, Fraction(1, 10**6), 1 - Fraction(1, 10**6)), means)
    return reduced(lambda row: s.add(*row), each(one, kept))


def _info_nce(a: Array, b: Array, temperature: Number) -> Array:
    from specc.byhand.array import swapped
    from specc.byhand.products import matmul

    cosines = matmul(losses.normalized(a), swapped(losses.normalized(b), 0, 1))
    scores = each(lambda c: s.divide(c, constant(temperature)), cosines)
    partner = Array((a.sizes[0],), tuple(constant(i) for i in range(a.sizes[0])))
    both = [losses.cross_entropy(x, partner).items[0] for x in (scores, swapped(scores, 0, 1))]
    return lone(s.mean(both))


def _add_positions(x: Array, base: Number) -> Array:
    time, features = x.sizes[-2:]
    rows = []
    for t in range(time):
        for f in range(features):
            angle = t * float(base) ** (-(f - f % 2) / features)
            rows.append(constant(math.cos(angle) if f % 2 else math.sin(angle)))
    return each(s.add, x, Array((time, features), tuple(rows)))


def _embed_number(x: Array, features: int, base: Number) -> Array:
    half = features // 2
    rates = [constant(float(base) ** (-i / half)) for i in range(half)]
    rows = [[s.multiply(a, r) for r in rates] for a in x.items]
    items = [value for row in rows for f in (s.sin, s.cos) for value in map(f, row)]
    return Array((*x.sizes, features), tuple(items))


def _pad_same(
    x: Array,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    mode: str = "constant",
) -> Array:
    rows = list(zip(x.sizes[-len(kernel) :], kernel, stride, dilation, strict=True))
    missing = [max((-(-n // st) - 1) * st + d * (k - 1) + 1 - n, 0) for n, k, st, d in rows]
    return spatial.pad(x, [m for w in reversed(missing) for m in (w // 2, w - w // 2)], mode)


def _gradient(y: Array, x: Array) -> Array:
    """The derivative of one number of each item; items do not see each other."""
    found = gradients(s.add(*y.items))
    return Array(x.sizes, tuple(s.flat("gradient", found.get(a, Fraction(0)), a) for a in x.items))


def _jacobian(y: Array, x: Array) -> Array:
    """[b, y…] and [b, x…] to [b, y…, x…]."""
    each_y, each_x = len(y.items) // y.sizes[0], len(x.items) // x.sizes[0]
    items: list[Scalar] = []
    for number, root in enumerate(y.items):
        found, first = gradients(root), number // each_y * each_x
        own = x.items[first : first + each_x]
        items += [s.flat("gradient", found.get(a, Fraction(0)), root, a) for a in own]
    return Array((*y.sizes, *x.sizes[1:]), tuple(items))


def _max(x: Array, y: Array) -> Array:
    return each(lambda a, b: s.largest([a, b])[0], x, y)


def _min(x: Array, y: Array) -> Array:
    return each(lambda a, b: s.largest([a, b], least=True)[0], x, y)


def truth(op: str, rule: Callable[[Any, Any], bool]) -> Callable[[Scalar, Scalar], Scalar]:
    """A comparison as a number without a slope."""
    return lambda a, b: s.flat(op, rule(a.value, b.value), a, b)


_NAMED: dict[str, Callable[..., Any]] = {
    "F.softmax": act.softmax,
    "F.log_softmax": act.log_softmax,
    "F.softmin": act.softmin,
    "F.glu": act.glu,
    "F.one_hot": losses.one_hot,
    "F.normalize": losses.normalized,
    "F.pad": spatial.pad,
    "F.interpolate": _interpolate,
    "F.pixel_shuffle": spatial.shuffled,
    "F.channel_shuffle": patches.channel_shuffle,
    "F.unfold": patches.unfold,
    "F.fold": patches.fold,
    "F.pixel_unshuffle": spatial.unshuffled,
    "F.local_response_norm": modules.local_response_norm,
    "torch.logit": act.logit,
    "torch.cat": joined,
    "torch.stack": _stack,
    "torch.split": _split,
    "torch.chunk": _chunk,
    "torch.unflatten": _unflatten,
    "torch.where": _where,
    "torch.full_like": _full_like,
    "torch.ones_like": lambda x: _full_like(x, 1),
    "torch.zeros_like": lambda x: _full_like(x, 0),
    "torch.linalg.vector_norm": _vector_norm,
    "torch.maximum": _max,
    "torch.minimum": _min,
    "torch.logical_and": _pair(truth("and", lambda a, b: bool(a) and bool(b))),
    "torch.logical_or": _pair(truth("or", lambda a, b: bool(a) or bool(b))),
    "gradient": _gradient,
    "jacobian": _jacobian,
    "kl_standard_normal": _kl_standard_normal,
    "kl_bernoulli": _kl_bernoulli,
    "kl_sparsity": _kl_sparsity,
    "info_nce": _info_nce,
    "add_positions": _add_positions,
    "embed_number": _embed_number,
    "pad_same": _pad_same,
    "unpool": spatial.unpool,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"torch.{name}": elementwise(rule) for name, rule in act.ELEMENTS.items()},
    **{f"F.{name}": elementwise(rule) for name, rule in act.ELEMENTS.items()},
    **{f"F.{name}": loss for name, loss in {**losses.LOSSES, **MARGINS}.items()},
    **{f"F.max_pool{n}d": spatial.max_pool for n in (1, 2, 3)},
    **{f"F.avg_pool{n}d": spatial.avg_pool for n in (1, 2, 3)},
    **{f"F.lp_pool{n}d": lambda x, p, kernel, stride=None, **o: spatial.lp_pool(x, p, kernel, stride, **o)
       for n in (1, 2, 3)},
    **{f"F.adaptive_avg_pool{n}d": spatial.adaptive_avg for n in (1, 2, 3)},
    **{f"F.adaptive_max_pool{n}d": spatial.adaptive_max for n in (1, 2, 3)},
    **_NAMED,
}  # fmt: skip
"""Every function that an example can be worked with."""

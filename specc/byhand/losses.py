"""Losses and distances, under PyTorch's names and with its defaults."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from specc.byhand import activations as act
from specc.byhand import scalar as s
from specc.byhand.array import Array, along, each, reduced, reshaped, swapped
from specc.byhand.scalar import Scalar, constant

Number = int | float | Fraction
HALF = Fraction(1, 2)


def closed(x: Array, reduction: str) -> Array:
    """The elements of a loss, their mean or their sum."""
    if reduction == "none":
        return x
    return reduced(s.mean if reduction == "mean" else lambda row: s.add(*row), x)


def pairwise(rule: Callable[..., Scalar]) -> Callable[..., Array]:
    """A loss from a rule for one output and its target."""

    def loss(x: Array, y: Array, reduction: str = "mean", **options: Number | bool) -> Array:
        return closed(each(lambda a, b: rule(a, b, **options), x, y), reduction)

    return loss


def squared(a: Scalar) -> Scalar:
    """a²."""
    return s.multiply(a, a)


def _mse(a: Scalar, b: Scalar) -> Scalar:
    gap = s.subtract(a, b)
    return squared(gap)


def _l1(a: Scalar, b: Scalar) -> Scalar:
    return s.absolute(s.subtract(a, b))


def _smooth_l1(a: Scalar, b: Scalar, beta: Number = 1) -> Scalar:
    gap = s.absolute(s.subtract(a, b))
    if gap.value < beta:
        return s.divide(act.scaled(HALF, squared(gap)), constant(beta))
    return s.subtract(gap, constant(HALF * s.exactly(beta)))


def _huber(a: Scalar, b: Scalar, delta: Number = 1) -> Scalar:
    gap = s.absolute(s.subtract(a, b))
    if gap.value <= delta:
        return act.scaled(HALF, squared(gap))
    return act.scaled(delta, s.subtract(gap, constant(HALF * s.exactly(delta))))


def _bounded_log(a: Scalar) -> Scalar:
    """PyTorch bounds the logarithms of its binary cross-entropy below by −100."""
    return act.clamp(s.log(a), low=-100)


def _bce(p: Scalar, y: Scalar) -> Scalar:
    hit = s.multiply(y, _bounded_log(p))
    miss = s.multiply(s.subtract(s.ONE, y), _bounded_log(s.subtract(s.ONE, p)))
    return s.negate(s.add(hit, miss))


def bce(x: Array, y: Array, reduction: str = "mean", weight: Array | None = None) -> Array:
    """−y·ln p − (1 − y)·ln(1 − p)."""
    return closed(_weighed(each(_bce, x, y), weight), reduction)


def _weighed(losses: Array, weight: Array | None) -> Array:
    return losses if weight is None else each(s.multiply, losses, weight)


def bce_with_logits(
    x: Array,
    y: Array,
    reduction: str = "mean",
    weight: Array | None = None,
    pos_weight: Array | None = None,
) -> Array:
    """−w·y·ln σ(x) − (1 − y)·ln(1 − σ(x)), by softplus: no overflow."""

    def one(a: Scalar, b: Scalar, *times: Scalar) -> Scalar:
        hit = s.multiply(b, s.softplus(s.negate(a)))
        miss = s.multiply(s.subtract(s.ONE, b), s.softplus(a))
        return s.add(s.multiply(times[0], hit) if times else hit, miss)

    losses = each(one, x, y, *((pos_weight,) if pos_weight is not None else ()))
    return closed(_weighed(losses, weight), reduction)


def _poisson(
    a: Scalar, y: Scalar, log_input: bool = True, full: bool = False, eps: Number = 1e-8
) -> Scalar:
    rate = s.exp(a) if log_input else a
    log = a if log_input else s.log(s.add(a, constant(eps)))
    loss = s.subtract(rate, s.multiply(y, log))
    if not full or y.value <= 1:
        return loss
    # Stirling's approximation of ln y!, as PyTorch adds it.
    n = float(y.value)
    return s.add(loss, constant(n * math.log(n) - n + 0.5 * math.log(2 * math.pi * n)))


def gaussian_nll(
    x: Array,
    y: Array,
    variance: Array,
    full: bool = False,
    eps: Number = 1e-6,
    reduction: str = "mean",
) -> Array:
    """½·(ln var + (x − y)²/var), with var at least eps."""

    def one(a: Scalar, b: Scalar, var: Scalar) -> Scalar:
        spread = act.clamp(var, low=eps)
        inside = s.add(s.log(spread), s.divide(squared(s.subtract(a, b)), spread))
        loss = act.scaled(HALF, inside)
        return s.add(loss, constant(0.5 * math.log(2 * math.pi))) if full else loss

    return closed(each(one, x, y, variance), reduction)


def kl_div(x: Array, y: Array, reduction: str = "mean", log_target: bool = False) -> Array:
    """y·(ln y − x), of log-probabilities x; 0·ln 0 is 0."""

    def one(a: Scalar, b: Scalar) -> Scalar:
        if log_target:
            return s.multiply(s.exp(b), s.subtract(b, a))
        return s.multiply(b, s.subtract(s.log(b), a)) if b.value > 0 else s.flat("zero", 0, b)

    return closed(each(one, x, y), reduction)


# ---------------------------------------------------------------- class losses


def nll_loss(
    x: Array,
    y: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Array:
    """−w[y]·x[y] of log-probabilities [batch, classes, …]; the mean is weighted."""
    return _classed(lambda row, k: s.negate(row[k]), x, y, weight, ignore_index, reduction)


def cross_entropy(
    x: Array, y: Array, weight: Array | None = None, ignore_index: int = -100, reduction: str = "mean",
    label_smoothing: Number = 0,
) -> Array:  # fmt: skip
    """−x[y] + ln Σ e^x of scores [batch, classes, …]."""
    if label_smoothing:
        return _smoothed(act.log_softmax(x, 1), y, weight, ignore_index, reduction, label_smoothing)

    def rule(row: Sequence[Scalar], k: int) -> Scalar:
        return s.subtract(act.logsumexp(row), row[k])

    return _classed(rule, x, y, weight, ignore_index, reduction)


def _rows(x: Array) -> tuple[Array, int]:
    """Class scores as rows behind one another, and their number."""
    moved = x if x.rank == 2 else swapped_last(x)
    return reshaped(moved, (-1, x.sizes[1])), x.sizes[1]


def swapped_last(x: Array) -> Array:
    """The classes, which are second, put last."""
    for axis in range(1, x.rank - 1):
        x = swapped(x, axis, axis + 1)
    return x


def _classed(
    rule: Callable[[Sequence[Scalar], int], Scalar], x: Array, y: Array, weight: Array | None,
    ignored: int, reduction: str,
) -> Array:  # fmt: skip
    rows, classes = _rows(x)
    losses: list[Scalar] = []
    weights: list[Scalar] = []
    for number, label in enumerate(y.items):
        k = int(label.value)
        row = rows.items[number * classes : (number + 1) * classes]
        share = s.ZERO if k == ignored else s.ONE if weight is None else weight[(k,)]
        loss = s.flat("zero", 0, label) if k == ignored else rule(row, k)
        losses.append(loss if weight is None or k == ignored else s.multiply(share, loss))
        weights.append(share)
    each_one = Array(y.sizes, tuple(losses))
    if reduction == "mean":
        plain = all(w is s.ONE for w in weights)
        return closed(each_one, "mean") if plain else weighted_mean(losses, weights)
    return closed(each_one, reduction)


def weighted_mean(losses: Sequence[Scalar], weights: Sequence[Scalar]) -> Array:
    """The sum of the losses over the sum of the weights."""
    return Array((), (s.divide(s.add(*losses), s.add(*weights)),))


def _smoothed(
    logs: Array, y: Array, weight: Array | None, ignored: int, reduction: str, share: Number
) -> Array:
    """The target is (1 − share) of its class and share/K of every class (Szegedy et al. 2016)."""
    rows, classes = _rows(logs)
    each_share = s.exactly(share) / classes
    factors = [s.ONE] * classes if weight is None else list(weight.items)
    losses, weights = [], []
    for number, label in enumerate(y.items):
        k, row = int(label.value), rows.items[number * classes : (number + 1) * classes]
        if k == ignored:
            losses.append(s.flat("zero", 0, label))
            weights.append(s.ZERO)
            continue
        every = s.add(*(s.multiply(f, s.negate(a)) for f, a in zip(factors, row, strict=True)))
        own = s.multiply(factors[k], s.negate(row[k]))
        losses.append(s.add(act.scaled(1 - s.exactly(share), own), act.scaled(each_share, every)))
        weights.append(factors[k])
    if reduction == "mean":
        return weighted_mean(losses, weights)
    return closed(Array(y.sizes, tuple(losses)), reduction)


# -------------------------------------------------------------------- distances


def length(values: Sequence[Scalar], p: Number = 2) -> Scalar:
    """(Σ |a|ᵖ)^(1/p)."""
    if p == math.inf:
        return s.largest([s.absolute(a) for a in values])[0]
    if p == 1:
        return s.add(*(s.absolute(a) for a in values))
    if p == 2:
        return s.sqrt(s.dot(values, values))
    terms = [s.power(s.absolute(a), constant(p)) for a in values]
    return s.power(s.add(*terms), constant(1 / s.exactly(p)))


def pairwise_distance(
    x: Array, y: Array, p: Number = 2, eps: Number = 1e-6, keepdim: bool = False
) -> Array:
    """The length of x − y + eps along the last axis; PyTorch adds eps to every component."""
    gap = each(lambda a, b: s.add(s.subtract(a, b), constant(eps)), x, y)
    return reduced(lambda row: length(row, p), gap, [-1], keep=keepdim)


def cosine_similarity(x: Array, y: Array, dim: int = 1, eps: Number = 1e-8) -> Array:
    """x·y/(|x|·|y|), with each length at least eps."""
    pairs = each(s.multiply, x, y)
    top = reduced(lambda row: s.add(*row), pairs, [dim])

    def norm(z: Array) -> Array:
        return reduced(lambda row: act.clamp(length(row), low=eps), z, [dim])

    return each(lambda a, b, c: s.divide(a, s.multiply(b, c)), top, norm(x), norm(y))


def cosine_embedding_loss(
    x: Array, y: Array, target: Array, margin: Number = 0, reduction: str = "mean"
) -> Array:
    """1 − cos for target 1, max(0, cos − margin) for target −1."""

    def one(cos: Scalar, sign: Scalar) -> Scalar:
        if sign.value > 0:
            return s.subtract(s.ONE, cos)
        return act.bigger(s.subtract(cos, constant(margin)), 0)

    return closed(each(one, cosine_similarity(x, y, eps=1e-12), target), reduction)


def triplet_margin_loss(
    anchor: Array, like: Array, unlike: Array, margin: Number = 1, p: Number = 2, eps: Number = 1e-6,
    swap: bool = False, reduction: str = "mean",
) -> Array:  # fmt: skip
    """max(0, d(anchor, like) − d(anchor, unlike) + margin)."""
    near = pairwise_distance(anchor, like, p, eps)
    far = pairwise_distance(anchor, unlike, p, eps)
    if swap:
        far = each(
            lambda a, b: s.largest([a, b], least=True)[0],
            far,
            pairwise_distance(like, unlike, p, eps),
        )
    gap = each(lambda a, b: act.bigger(s.add(s.subtract(a, b), constant(margin)), 0), near, far)
    return closed(gap, reduction)


def normalized(x: Array, dim: int = 1) -> Array:
    """Each row over its length, which is at least 1e-12."""

    def unit(row: Sequence[Scalar]) -> list[Scalar]:
        size = act.clamp(length(row), low=1e-12)
        return [s.divide(a, size) for a in row]

    return along(unit, x, dim)


def one_hot(x: Array, classes: int) -> Array:
    """A 1 at the place of the class id."""
    ids = [int(a.value) for a in x.items]
    items = tuple(s.ONE if k == c else s.ZERO for k in ids for c in range(classes))
    return Array((*x.sizes, classes), items)


LOSSES: dict[str, Callable[..., Array]] = {
    "mse_loss": pairwise(_mse),
    "l1_loss": pairwise(_l1),
    "smooth_l1_loss": pairwise(_smooth_l1),
    "huber_loss": pairwise(_huber),
    "binary_cross_entropy": bce,
    "binary_cross_entropy_with_logits": bce_with_logits,
    "poisson_nll_loss": pairwise(_poisson),
    "gaussian_nll_loss": gaussian_nll,
    "kl_div": kl_div,
    "nll_loss": nll_loss,
    "cross_entropy": cross_entropy,
    "pairwise_distance": pairwise_distance,
    "cosine_similarity": cosine_similarity,
    "cosine_embedding_loss": cosine_embedding_loss,
    "triplet_margin_loss": triplet_margin_loss,
}
"""Losses by PyTorch's name."""

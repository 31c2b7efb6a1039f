"""Losses with a margin, under PyTorch's names and with its defaults."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from specc.byhand import activations as act
from specc.byhand import scalar as s
from specc.byhand.array import Array, each
from specc.byhand.losses import Number, closed, pairwise, squared
from specc.byhand.scalar import Scalar, constant


def _soft_margin(a: Scalar, y: Scalar) -> Scalar:
    return s.softplus(s.negate(s.multiply(y, a)))


def _hinge_embedding(a: Scalar, y: Scalar, margin: Number = 1) -> Scalar:
    return a if y.value > 0 else act.bigger(s.subtract(constant(margin), a), 0)


def margin_ranking_loss(
    a: Array, b: Array, y: Array, margin: Number = 0, reduction: str = "mean"
) -> Array:
    """max(0, −y·(a − b) + margin)."""

    def one(left: Scalar, right: Scalar, sign: Scalar) -> Scalar:
        lead = s.multiply(sign, s.subtract(left, right))
        return act.bigger(s.subtract(constant(margin), lead), 0)

    return closed(each(one, a, b, y), reduction)


def multi_margin_loss(
    x: Array,
    y: Array,
    p: int = 1,
    margin: Number = 1,
    weight: Array | None = None,
    reduction: str = "mean",
) -> Array:
    """The mean over the classes of max(0, margin − x[y] + x[k])ᵖ, the right one left out of the sum."""
    classes, losses = x.sizes[1], []
    for number, label in enumerate(y.items):
        k = int(label.value)
        row = x.items[number * classes : (number + 1) * classes]
        gaps = [
            act.bigger(s.add(s.subtract(a, row[k]), constant(margin)), 0)
            for i, a in enumerate(row)
            if i != k
        ]
        powers = [squared(gap) if p == 2 else gap for gap in gaps]
        whole = act.scaled(Fraction(1, classes), s.add(*powers))
        losses.append(whole if weight is None else s.multiply(weight[(k,)], whole))
    return closed(Array(y.sizes, tuple(losses)), reduction)


def multilabel_soft_margin_loss(
    x: Array, y: Array, weight: Array | None = None, reduction: str = "mean"
) -> Array:
    """The mean over the classes of −y·ln σ(x) − (1 − y)·ln(1 − σ(x)), each with its weight."""
    classes, losses = x.sizes[1], []
    for number in range(x.sizes[0]):
        terms = []
        for k in range(classes):
            a, b = x[(number, k)], y[(number, k)]
            hit = s.multiply(b, s.softplus(s.negate(a)))
            term = s.add(hit, s.multiply(s.subtract(s.ONE, b), s.softplus(a)))
            terms.append(term if weight is None else s.multiply(weight[(k,)], term))
        losses.append(act.scaled(Fraction(1, classes), s.add(*terms)))
    return closed(Array(x.sizes[:1], tuple(losses)), reduction)


MARGINS: dict[str, Callable[..., Array]] = {
    "soft_margin_loss": pairwise(_soft_margin),
    "hinge_embedding_loss": pairwise(_hinge_embedding),
    "margin_ranking_loss": margin_ranking_loss,
    "multi_margin_loss": multi_margin_loss,
    "multilabel_soft_margin_loss": multilabel_soft_margin_loss,
}

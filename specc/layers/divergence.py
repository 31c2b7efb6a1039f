"""Distributions compared: divergence, likelihood and entropy in closed form, summed over an item's axes."""

import math
from typing import Literal

from pydantic import Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, Prefix, X, method
from specc.layers.common import broadcast, lifted, rest_of, same_shape, tensor
from specc.layers.continuous import logvar, variance
from specc.layers.discrete import log_probabilities, logit, probability
from specc.layers.distribution import FAMILIES
from specc.layers.family import constant, joined, read
from specc.sizes import Constraint
from specc.types import Distribution, Tensor

Reduction = Literal["sum", "mean"]
_ITEM = Tensor((), ())
_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def _distribution(operand: Operand | None, word: str, index: int) -> Distribution:
    if isinstance(operand, Distribution):
        return operand
    raise LayerError(
        "E203",
        f"{word} compares distributions, and this is a tensor",
        argument=index,
        helps=("the distribution itself, not a draw from it: normal(mu, logvar=logvar)",),
    )


def _standard(d: Distribution) -> bool:
    return d.family == "normal" and constant(d, "mean") == 0 and constant(d, "std") == 1


def _tensors(operand: Operand | None) -> list[Tensor]:
    if isinstance(operand, Distribution):
        return [p for _, p in operand.parts]
    return [operand] if isinstance(operand, Tensor) else []


def _whole(word: str, *operands: Tensor | Distribution) -> tuple[Tensor, tuple[Constraint, ...]]:
    """The type of one element of everything together: its axes are summed over.

    Raises:
        LayerError: E302, the shapes differ; E203, nothing is computed.
    """
    shapes: list[Tensor] = []
    for operand in operands:
        if isinstance(operand, Tensor):
            shapes.append(operand)
            continue
        sizes, axes = FAMILIES[operand.family].shape(operand)
        batched = any(p.batched for p in _tensors(operand))
        shapes.append(Tensor(sizes, axes, batched=batched))
    conditions = [c for s in shapes[1:] for c in broadcast(shapes[0], s, word)[1]]
    made = joined(shapes, word)
    if not made.batched:
        raise LayerError("E203", f"{word}: this depends on nothing that is computed", argument=0)
    return made, tuple(conditions)


def _items(*operands: Operand) -> Code:
    """The number of items in the batch."""
    for index, operand in enumerate(operands):
        if isinstance(operand, Tensor) and operand.batched:
            return method(X(index), "size", 0)
        if isinstance(operand, Distribution):
            for name, part in operand.parts:
                if part.batched:
                    return method(X(index, name), "size", 0)
    raise AssertionError(operands)


def _made(
    each: Code, rank: int, reduction: Reduction, items: Code, conditions: tuple[Constraint, ...],
    low: float | None = None,
) -> Inference:  # fmt: skip
    flat = method(each, reduction)
    mean = flat if reduction == "mean" else Infix("/", flat, items)
    return Inference(
        outputs=(("output", _ITEM.with_range(low)),),
        forward=rest_of(each, rank, reduction),
        batch_mean=mean,
        sees="all",
        constraints=conditions,
    )


class _OfDistributions(Layer):
    reduction: Reduction = Field("sum", description="How the axes of one item are reduced.")


# ---------------------------------------------------------------- divergence


class KL(_OfDistributions):
    """Kullback-Leibler divergence of two distributions of one family."""

    word = "kl"
    summary = "KL(p‖q) of two distributions of one family, in closed form."
    formula = "Σ p·ln(p/q); of normal p against normal(0, 1): ½·Σ (mean² + var − ln var − 1)"
    operands = ("p", "q")

    def infer(self, *operands: Operand | None) -> Inference:
        """One number for each item (Kingma & Welling 2014, appendix B, for two normals)."""
        p, q = (_distribution(o, self.word, i) for i, o in enumerate(operands[:2]))
        if p.family != q.family:
            raise LayerError(
                "E203", f"kl compares two distributions of one family, not {p.family} with {q.family}",
                argument=1,
            )  # fmt: skip
        if p.family not in _CLOSED:
            raise LayerError("E203", f"kl of {p.family} distributions has no closed form here")
        whole, conditions = _whole(self.word, p, q)
        if p.family == "categorical":
            conditions += broadcast(p.parts[0][1], q.parts[0][1], self.word)[1]
        each = _CLOSED[p.family](p, q, whole.rank)
        rank = whole.rank + (p.family == "categorical")
        return _made(each, rank, self.reduction, _items(p, q), conditions, 0.0)


def _normal(p: Distribution, q: Distribution, rank: int) -> Code:
    mean = read(p, "mean", 0, rank)
    log = logvar(p, 0, rank)
    if _standard(q) and not isinstance(log, float) and not isinstance(mean, float):
        return Fn("kl_standard_normal", (mean, log))
    spread = Infix("-", logvar(q, 1, rank), logvar(p, 0, rank))
    distance = Infix("**", Infix("-", mean, read(q, "mean", 1, rank)), 2)
    ratio = Infix("/", Infix("+", variance(p, 0, rank), distance), variance(q, 1, rank))
    return Infix("*", 0.5, Infix("-", Infix("+", spread, ratio), 1))


def _bernoulli(p: Distribution, q: Distribution, rank: int) -> Code:
    left, right = logit(p, 0, rank), logit(q, 1, rank)
    if isinstance(left, float):
        left = Fn("torch.full_like", (right, left))
    if isinstance(right, float):
        right = Fn("torch.full_like", (left, right))
    return Fn("kl_bernoulli", (left, right))


def _categorical(p: Distribution, q: Distribution, rank: int) -> Code:
    del rank
    pair = (log_probabilities(q, 1), log_probabilities(p, 0))
    return Fn("F.kl_div", pair, (("reduction", "none"), ("log_target", True)))


def _laplace(p: Distribution, q: Distribution, rank: int) -> Code:
    """ln(s/r) + (r·exp(−d/r) + d)/s − 1 with scales r of p and s of q and d between the locations."""
    own, other = _log(p, "scale", 0, rank), _log(q, "scale", 1, rank)
    r, s = read(p, "scale", 0, rank), read(q, "scale", 1, rank)
    gap = method(Infix("-", read(p, "loc", 0, rank), read(q, "loc", 1, rank)), "abs")
    reach = Infix("*", r, Fn("torch.exp", (Prefix("-", Infix("/", gap, r)),)))
    ratio = Infix("/", Infix("+", reach, gap), s)
    return Infix("-", Infix("+", Infix("-", other, own), ratio), 1)


def _log(d: Distribution, name: str, operand: int, rank: int) -> Code:
    fixed = constant(d, name)
    return method(read(d, name, operand, rank), "log") if fixed is None else math.log(fixed)


_CLOSED = {
    "normal": _normal,
    "bernoulli": _bernoulli,
    "categorical": _categorical,
    "laplace": _laplace,
}


# ---------------------------------------------------------------- likelihood


class LogProb(_OfDistributions):
    """The logarithm of the density or probability."""

    word = "log_prob"
    summary = "ln p(x) of a value under a distribution, summed over the axes of an item."
    formula = "ln p(x)"
    operands = ("p", "x")

    def infer(self, *operands: Operand | None) -> Inference:
        """One number for each item."""
        p, x = _distribution(operands[0], self.word, 0), tensor(operands[1], self.word, 1)
        if p.family not in _DENSITY:
            raise LayerError("E203", f"log_prob of a {p.family} distribution is not known")
        whole, conditions = _whole(self.word, p, x)
        if p.family == "categorical" and whole.rank != x.rank:
            raise LayerError("E302", f"log_prob of {x} under scores for {whole}", argument=1)
        if p.family == "bernoulli" and None is x.constant is p.parts[0][1].constant:
            conditions += same_shape(p.parts[0][1], x, self.word)
        value = X(1) if x.constant is not None else lifted(x, X(1), whole.rank)
        each = _DENSITY[p.family](p, value, x, whole.rank)
        return _made(each, whole.rank, self.reduction, _items(p, x), conditions)


def _normal_density(p: Distribution, value: Code, x: Tensor, rank: int) -> Code:
    del x
    if _standard(p):
        return Infix("-", Infix("*", -0.5, Infix("**", value, 2)), _HALF_LOG_TAU)
    z = Infix("**", Infix("-", value, read(p, "mean", 0, rank)), 2)
    log, spread = logvar(p, 0, rank), variance(p, 0, rank)
    if isinstance(log, float) and isinstance(spread, float):
        return Infix("-", Infix("*", -0.5 / spread, z), 0.5 * log + _HALF_LOG_TAU)
    inside = Infix("+", log, Infix("/", z, spread))
    return Infix("-", Infix("*", -0.5, inside), _HALF_LOG_TAU)


def _laplace_density(p: Distribution, value: Code, x: Tensor, rank: int) -> Code:
    del x
    gap = method(Infix("-", value, read(p, "loc", 0, rank)), "abs")
    ratio = Infix("/", gap, read(p, "scale", 0, rank))
    width = _log(p, "scale", 0, rank)
    if isinstance(width, float):
        return Infix("-", Prefix("-", ratio), width + math.log(2))
    return Infix("-", Infix("-", Prefix("-", ratio), width), math.log(2))


def _bernoulli_density(p: Distribution, value: Code, x: Tensor, rank: int) -> Code:
    value = value if x.dtype == "float" and x.constant is None else _real(value, x, p)
    score = logit(p, 0, rank) if p.part("logits") is not None else probability(p, 0, rank)
    if isinstance(score, float):
        score = Fn("torch.full_like", (value, score))
    loss = "F.binary_cross_entropy" + ("_with_logits" if p.part("logits") is not None else "")
    return Prefix("-", Fn(loss, (score, value), (("reduction", "none"),)))


def _real(value: Code, x: Tensor, p: Distribution) -> Code:
    if x.constant is not None:
        return Fn("torch.full_like", (X(0, p.parts[0][0]), x.constant))
    return method(value, "float")


def _categorical_density(p: Distribution, value: Code, x: Tensor, rank: int) -> Code:
    del x, rank
    chosen = method(log_probabilities(p, 0), "gather", -1, method(value, "unsqueeze", -1))
    return method(chosen, "squeeze", -1)


_DENSITY = {
    "normal": _normal_density,
    "laplace": _laplace_density,
    "bernoulli": _bernoulli_density,
    "categorical": _categorical_density,
}


# ------------------------------------------------------------------- entropy


class Entropy(_OfDistributions):
    """How uncertain a distribution is."""

    word = "entropy"
    summary = "Entropy of a distribution in nats, summed over the axes of an item."
    formula = "−Σ p·ln p"
    operands = ("p",)

    def infer(self, *operands: Operand | None) -> Inference:
        """One number for each item."""
        p = _distribution(operands[0], self.word, 0)
        if p.family not in _ENTROPY:
            raise LayerError("E203", f"entropy of a {p.family} distribution is not known")
        whole, conditions = _whole(self.word, p)
        each = _ENTROPY[p.family](p, whole)
        low = None if p.family in ("normal", "laplace") else 0.0
        return _made(each, whole.rank, self.reduction, _items(p), conditions, low)


def _normal_entropy(p: Distribution, whole: Tensor) -> Code:
    log = logvar(p, 0, whole.rank)
    if isinstance(log, float):
        raise LayerError("E203", "entropy of this normal distribution is a constant")
    each = Infix("+", Infix("*", 0.5, log), _HALF_LOG_TAU + 0.5)
    return _stretched(each, p, ("std", "var", "logvar"), "mean", whole)


def _laplace_entropy(p: Distribution, whole: Tensor) -> Code:
    log = _log(p, "scale", 0, whole.rank)
    if isinstance(log, float):
        raise LayerError("E203", "entropy of this laplace distribution is a constant")
    return _stretched(Infix("+", log, 1 + math.log(2)), p, ("scale",), "loc", whole)


def _stretched(
    each: Code, p: Distribution, scales: tuple[str, ...], shift: str, whole: Tensor
) -> Code:
    """An entropy that reads the scale alone counts once for each element of the shift too."""
    scale = next(part for name, part in p.parts if name in scales)
    if scale.batched and scale.sizes == whole.sizes:
        return each
    return Infix("+", each, Infix("*", 0, read(p, shift, 0, whole.rank)))


def _categorical_entropy(p: Distribution, whole: Tensor) -> Code:
    del whole
    logs = log_probabilities(p, 0)
    return method(Prefix("-", Infix("*", method(logs, "exp"), logs)), "sum", -1)


def _bernoulli_entropy(p: Distribution, whole: Tensor) -> Code:
    probs = probability(p, 0, whole.rank)
    if p.part("logits") is None:
        return Fn("F.binary_cross_entropy", (probs, probs), (("reduction", "none"),))
    pair = (logit(p, 0, whole.rank), probs)
    return Fn("F.binary_cross_entropy_with_logits", pair, (("reduction", "none"),))


_ENTROPY = {
    "normal": _normal_entropy,
    "laplace": _laplace_entropy,
    "categorical": _categorical_entropy,
    "bernoulli": _bernoulli_entropy,
}

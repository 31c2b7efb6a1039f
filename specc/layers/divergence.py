"""Distributions compared: divergence, likelihood and entropy in closed form, summed over an item's axes."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, Prefix, X, method
from specc.layers.common import rest_of, tensor
from specc.layers.distribution import FAMILIES, logvar
from specc.types import Distribution, Tensor

Reduction = Literal["sum", "mean"]
_ITEM = Tensor((), ())


def _distribution(operand: Operand | None, word: str, index: int) -> Distribution:
    if isinstance(operand, Distribution):
        return operand
    raise LayerError(
        "E203",
        f"{word} compares distributions, and this is a tensor",
        argument=index,
        helps=("normal(mu, logvar=logvar)",),
    )


def _standard(d: Distribution) -> bool:
    return d.family == "normal" and _is(d, "mean", 0) and _is(d, "std", 1)


def _is(d: Distribution, name: str, value: float) -> bool:
    part = d.part(name)
    return part is not None and part.constant == value


def _made(
    d: Distribution, each: Code, rank: int, reduction: Reduction, low: float | None
) -> Inference:
    batched = next((name for name, part in d.parts if part.batched), None)
    items = method(X(1) if batched is None else X(0, batched), "size", 0)
    flat = method(each, reduction)
    mean = flat if reduction == "mean" else Infix("/", flat, items)
    return Inference(
        outputs=(("output", _ITEM.with_range(low)),),
        forward=rest_of(each, rank, reduction),
        batch_mean=mean,
        sees="all",
    )


def _batched(d: Distribution, word: str) -> None:
    if not any(p.batched for _, p in d.parts):
        raise LayerError(
            "E203", f"{word}: this distribution depends on nothing that is computed", argument=0
        )


class _OfDistributions(Layer):
    reduction: Reduction = Field("sum", description="How the axes of one item are reduced.")


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
        _batched(p, self.word)
        sizes, _ = FAMILIES[p.family].shape(p)
        rank = len(sizes) + (1 if p.family == "categorical" else 0)
        return _made(p, _CLOSED[p.family](p, q), rank, self.reduction, 0.0)


def _normal(p: Distribution, q: Distribution) -> Code:
    if _standard(q):
        squares = Infix("+", Infix("**", X(0, "mean"), 2), _variance(p, 0))
        inside = Infix("-", Infix("-", squares, logvar(p, 0)), 1)
        return Infix("*", 0.5, inside)
    spread = Infix("-", logvar(q, 1), logvar(p, 0))
    distance = Infix("**", Infix("-", X(0, "mean"), X(1, "mean")), 2)
    ratio = Infix("/", Infix("+", _variance(p, 0), distance), _variance(q, 1))
    return Infix("*", 0.5, Infix("-", Infix("+", spread, ratio), 1))


def _variance(d: Distribution, operand: int) -> Code:
    if d.part("logvar") is not None:
        return method(logvar(d, operand), "exp")
    if d.part("var") is not None:
        return X(operand, "var")
    return Infix("**", X(operand, "std"), 2)


def _logits_of_bernoulli(d: Distribution, operand: int) -> Code:
    if d.part("logits") is not None:
        return X(operand, "logits")
    return Fn("torch.logit", (X(operand, "probs"),))


def _bernoulli(p: Distribution, q: Distribution) -> Code:
    return Fn("kl_bernoulli", (_logits_of_bernoulli(p, 0), _logits_of_bernoulli(q, 1)))


def _log_probs(d: Distribution, operand: int) -> Code:
    if d.part("logits") is not None:
        return Fn("F.log_softmax", (X(operand, "logits"), -1))
    return method(X(operand, "probs"), "log")


def _categorical(p: Distribution, q: Distribution) -> Code:
    return Fn(
        "F.kl_div",
        (_log_probs(q, 1), _log_probs(p, 0)),
        (("reduction", "none"), ("log_target", True)),
    )


_CLOSED = {"normal": _normal, "bernoulli": _bernoulli, "categorical": _categorical}


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
        return _made(p, _DENSITY[p.family](p), x.rank, self.reduction, None)


def _normal_density(p: Distribution) -> Code:
    if _standard(p):
        return Infix("-", Infix("*", -0.5, Infix("**", X(1), 2)), 0.5 * math.log(2 * math.pi))
    z = Infix("**", Infix("-", X(1), X(0, "mean")), 2)
    fixed = p.part("std")
    if fixed is not None and fixed.constant is not None:
        constant = math.log(fixed.constant) + 0.5 * math.log(2 * math.pi)
        return Infix("-", Infix("*", -0.5 / fixed.constant**2, z), constant)
    inside = Infix("+", logvar(p, 0), Infix("/", z, _variance(p, 0)))
    return Infix("-", Infix("*", -0.5, inside), 0.5 * math.log(2 * math.pi))


def _bernoulli_density(p: Distribution) -> Code:
    loss = "F.binary_cross_entropy" + ("_with_logits" if p.part("logits") is not None else "")
    name = p.parts[0][0]
    return Prefix("-", Fn(loss, (X(0, name), X(1)), (("reduction", "none"),)))


def _categorical_density(p: Distribution) -> Code:
    chosen = method(_log_probs(p, 0), "gather", -1, method(X(1), "unsqueeze", -1))
    return method(chosen, "squeeze", -1)


_DENSITY = {
    "normal": _normal_density,
    "bernoulli": _bernoulli_density,
    "categorical": _categorical_density,
}


class Entropy(_OfDistributions):
    """How uncertain a distribution is."""

    word = "entropy"
    summary = "Entropy of a distribution in nats, summed over the axes of an item."
    formula = "−Σ p·ln p"
    operands = ("p",)

    def infer(self, *operands: Operand | None) -> Inference:
        """One number for each item."""
        p = _distribution(operands[0], self.word, 0)
        _batched(p, self.word)
        sizes, _ = FAMILIES[p.family].shape(p)
        if p.family == "normal":
            constant = 0.5 * math.log(2 * math.pi * math.e)
            each: Code = Infix("+", Infix("*", 0.5, logvar(p, 0)), constant)
            part = p.part("logvar") or p.part("var") or p.part("std")
            if part is None or not part.batched:
                raise LayerError("E203", "entropy of this normal distribution is a constant")
            return _made(p, each, part.rank, self.reduction, None)
        if p.family == "categorical":
            logs = _log_probs(p, 0)
            each = method(Prefix("-", Infix("*", method(logs, "exp"), logs)), "sum", -1)
            return _made(p, each, len(sizes), self.reduction, 0.0)
        if p.family == "bernoulli":
            probs: Code = X(0, "probs")
            if p.part("logits") is not None:
                probs = Fn("torch.sigmoid", (X(0, "logits"),))
            each = Fn("F.binary_cross_entropy", (probs, probs), (("reduction", "none"),))
            return _made(p, each, len(sizes), self.reduction, 0.0)
        raise LayerError("E203", f"entropy of a {p.family} distribution is not known")

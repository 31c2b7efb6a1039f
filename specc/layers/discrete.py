"""Families of whole numbers. No gradient flows through their draws."""

from __future__ import annotations

import math
from collections.abc import Mapping

from specc.layers.base import LayerError
from specc.layers.code import Code, Fn, Infix, Raw, X, method
from specc.layers.common import equal_sizes
from specc.layers.family import Draw, Family, constant, read
from specc.sizes import Size, known
from specc.types import Distribution, Tensor

_TINY = 1e-12


class Integers(Family):
    """Whole numbers from low to high, both included, all alike."""

    word = "integers"
    positional = ("low", "high")
    names = ("low", "high")
    dtype = "int"

    def bind(self, parts: Mapping[str, Tensor]) -> Distribution:
        """The ends are in order."""
        made = super().bind(parts)
        low, end = _ends(made)
        if end <= low:
            raise LayerError(
                "E204", f"integers from {low} to {end - 1}: there are none", argument="high"
            )
        return made

    def check(self, name: str, part: Tensor) -> None:
        """The ends are whole numbers."""
        if part.constant is None or not float(part.constant).is_integer():
            raise LayerError("E203", f"integers: {name} must be a whole number", argument=name)

    def code(self, draw: Draw) -> Code:
        """`torch.randint(low, high + 1, …)`."""
        return draw.integers(*_ends(draw.distribution))

    def most_likely(self, draw: Draw) -> Code:
        """The lower end: all are alike."""
        return draw.whole(None, "low")

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Class ids below high + 1, where none is negative."""
        low, end = _ends(distribution)
        ids = Tensor(out.sizes, out.axes, "int", end if low >= 0 else None)
        return ids.with_range(low, end - 1)


def _ends(d: Distribution) -> tuple[int, int]:
    low, high = constant(d, "low"), constant(d, "high")
    assert low is not None
    assert high is not None
    return int(low), int(high) + 1


class Bernoulli(Family):
    """Zeros and ones."""

    word = "bernoulli"
    positional = ("probs",)
    names = ("probs", "logits")
    alternatives = (("probs", "logits"),)

    def check(self, name: str, part: Tensor) -> None:
        """Probabilities lie between 0 and 1."""
        value = part.constant
        if name == "probs" and value is not None and not 0 <= value <= 1:
            raise LayerError(
                "E204",
                f"bernoulli: probs is {value:g}; it must be at least 0 and at most 1",
                argument=name,
            )

    def code(self, draw: Draw) -> Code:
        """Ones where a uniform draw is below the probability."""
        below = Infix("<", draw.random("rand"), probability(draw.distribution, 0, draw.rank))
        return method(below, "float")

    def most_likely(self, draw: Draw) -> Code:
        """The likelier of 0 and 1."""
        name, middle = ("logits", 0) if draw.distribution.part("logits") else ("probs", 0.5)
        likelier = method(Infix(">", draw.part(name), middle), "float")
        return draw.whole(likelier, name)

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """0 or 1."""
        del distribution
        return out.with_range(0.0, 1.0)


def probability(d: Distribution, operand: int, rank: int) -> Code:
    """The probability of a 1, a number where it is one."""
    if d.part("logits") is None:
        fixed = constant(d, "probs")
        return read(d, "probs", operand, rank) if fixed is None else fixed
    fixed = constant(d, "logits")
    if fixed is not None:
        return 1 / (1 + math.exp(-fixed))
    return Fn("torch.sigmoid", (read(d, "logits", operand, rank),))


def logit(d: Distribution, operand: int, rank: int) -> Code:
    """The logarithm of the odds of a 1; probabilities of 0 and 1 keep it finite."""
    name = d.parts[0][0]
    fixed = constant(d, name)
    if fixed is not None and name == "probs":
        inside = min(max(fixed, 1e-6), 1 - 1e-6)
        return math.log(inside / (1 - inside))
    if fixed is not None:
        return fixed
    part = read(d, name, operand, rank)
    return part if name == "logits" else Fn("torch.logit", (part, 1e-6))


class Categorical(Family):
    """One of several classes; the last axis of the parameter holds their scores."""

    word = "categorical"
    positional = ("logits",)
    names = ("logits", "probs")
    alternatives = (("logits", "probs"),)
    dtype = "int"

    def check(self, name: str, part: Tensor) -> None:
        """There is an axis of classes."""
        if part.rank == 0:
            raise LayerError("E203", f"categorical: {name} needs an axis of classes", argument=name)

    def shape(self, distribution: Distribution) -> tuple[tuple[Size, ...], tuple[str, ...]]:
        """The parameter's without its last axis."""
        part = distribution.parts[0][1]
        return part.sizes[:-1], part.axes[:-1]

    def fits(self, distribution: Distribution, sizes: tuple[Size, ...]) -> None:
        """Every score is drawn from once."""
        own, axes = self.shape(distribution)
        same = len(own) == len(sizes) and all(
            equal_sizes(a, b)[0] for a, b in zip(own, sizes, strict=True)
        )
        if not same:
            wanted = Tensor(sizes, tuple(f"axis{i}" for i in range(len(sizes))))
            raise LayerError(
                "E302", f"categorical scores for {Tensor(own, axes)} and a draw of {wanted}"
            )

    def code(self, draw: Draw) -> Code:
        """The largest score plus Gumbel noise (Gumbel 1954; Maddison et al. 2014)."""
        name, part = draw.distribution.parts[0]
        noise: Code = Fn("torch.empty_like", (X(0, name),))
        if not part.batched:
            shape = (*draw.shape, part.sizes[-1])
            noise = Fn("torch.empty", shape, (("device", Raw("device")),))
        gumbel = method(method(method(noise, "exponential_"), "log"), "neg")
        return method(Infix("+", _scores(draw.distribution), gumbel), "argmax", -1)

    def most_likely(self, draw: Draw) -> Code:
        """The class with the largest score."""
        return method(X(0, draw.distribution.parts[0][0]), "argmax", -1)

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Class ids."""
        classes = distribution.parts[0][1].sizes[-1]
        high = float(classes - 1) if known(classes) else None
        return Tensor(out.sizes, out.axes, "int", classes).with_range(0.0, high)


def _scores(d: Distribution) -> Code:
    return X(0, "logits") if d.part("logits") is not None else log_probabilities(d, 0)


def log_probabilities(d: Distribution, operand: int) -> Code:
    """The logarithm of each class's probability; one of 0 keeps it finite."""
    if d.part("logits") is not None:
        return Fn("F.log_softmax", (X(operand, "logits"), -1))
    return method(method(X(operand, "probs"), "clamp", _TINY), "log")

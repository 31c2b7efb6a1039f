"""Distributions: their parameters, and how they are drawn from.

A draw with gradients (normal, laplace, uniform) is reparameterised (Kingma & Welling 2014). When
evaluating, a draw whose parameters were computed gives its mean or its most likely value; one with
constant parameters is still a draw.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from specc.layers.arithmetic import broadcast
from specc.layers.base import Inference, LayerError
from specc.layers.code import Code, Fn, Infix, Raw, X, method
from specc.sizes import Size, known
from specc.types import Distribution, DType, Tensor

_BATCH, _DEVICE = Raw("batch_size"), Raw("device")
_LOGVAR = (-30, 20)
"""exp(logvar) neither overflows nor vanishes in float32 within these bounds."""


def number(value: float) -> Tensor:
    """A literal as a parameter."""
    return Tensor((), (), batched=False, constant=float(value))


class Family(ABC):
    """A kind of distribution.

    `positional` are the parameters in order, with their defaults in `defaults`; `names` all that may be
    given; `alternatives` groups of which at most one may be given.
    """

    word: ClassVar[str]
    positional: ClassVar[tuple[str, ...]]
    names: ClassVar[tuple[str, ...]]
    defaults: ClassVar[Mapping[str, float]] = {}
    alternatives: ClassVar[tuple[tuple[str, ...], ...]] = ()
    dtype: ClassVar[DType] = "float"

    def bind(self, parts: Mapping[str, Tensor]) -> Distribution:
        """The distribution with these parameters, defaults filled in.

        Raises:
            LayerError: a parameter is missing, contradicts another, is out of range or has another shape.
        """
        self._refuse_pairs(parts)
        chosen = dict(parts)
        covered = {n for group in self.alternatives if set(group) & set(parts) for n in group}
        for name, value in self.defaults.items():
            if name not in chosen and name not in covered:
                chosen[name] = number(value)
        self._refuse_missing(chosen)
        for name, part in chosen.items():
            self.check(name, part)
        ordered = tuple((n, chosen[n]) for n in self.names if n in chosen)
        made = Distribution(self.word, ordered)
        self.shape(made)
        return made

    def _refuse_pairs(self, parts: Mapping[str, Tensor]) -> None:
        for group in self.alternatives:
            given = [n for n in group if n in parts]
            if len(given) > 1:
                raise LayerError(
                    "E202",
                    f"{self.word} takes {given[0]} or {given[1]}, not both",
                    argument=given[1],
                )

    def _refuse_missing(self, chosen: Mapping[str, Tensor]) -> None:
        for name in self.positional:
            group = next((g for g in self.alternatives if name in g), (name,))
            if not any(n in chosen for n in group):
                raise LayerError("E202", f"{self.word} needs its {' or '.join(group)}")

    def check(self, name: str, part: Tensor) -> None:
        """Refuse a constant that is out of range; most families take any."""
        del name, part

    def shape(self, distribution: Distribution) -> tuple[tuple[Size, ...], tuple[str, ...]]:
        """Sizes and axes of one draw: those of all parameters together."""
        parts = [p for _, p in distribution.parts]
        first = parts[0]
        for part in parts[1:]:
            sizes, _ = broadcast(first, part, self.word)
            longer = first if first.rank >= part.rank else part
            first = Tensor(sizes, longer.axes, batched=first.batched or part.batched)
        return first.sizes, first.axes

    def sample(
        self, distribution: Distribution, sizes: tuple[Size, ...], axes: tuple[str, ...], like: bool
    ) -> Inference:
        """The rule of a draw of this shape; with `like` it is drawn beside the second operand.

        Code reads parameters as X(0, name), the value it is drawn beside as X(1), and the names
        `batch_size` and `device` where there is neither.
        """
        computed = any(p.batched for _, p in distribution.parts)
        out = self.output(distribution, Tensor(sizes, axes, self.dtype))
        beside = X(1) if like else self._beside(distribution, sizes)
        shape: tuple[Code, ...] = (_BATCH, *sizes)
        return Inference(
            outputs=(("output", out),),
            forward=self.code(distribution, beside, shape),
            in_eval=self.most_likely(distribution) if computed else None,
        )

    def _beside(self, distribution: Distribution, sizes: tuple[Size, ...]) -> X | None:
        """A parameter that has the whole shape of the draw."""
        for name, part in distribution.parts:
            if part.batched and part.sizes == sizes and part.constant is None:
                return X(0, name)
        return None

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """The type of a draw."""
        del distribution
        return out

    @abstractmethod
    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """A fresh draw."""

    @abstractmethod
    def most_likely(self, distribution: Distribution) -> Code:
        """The mean or mode, for evaluating."""


def _random(name: str, beside: X | None, shape: tuple[Code, ...]) -> Code:
    """`torch.randn_like(x)` or `torch.randn(batch_size, 100, device=device)`."""
    if beside is not None:
        return Fn(f"torch.{name}_like", (beside,))
    return Fn(f"torch.{name}", shape, (("device", _DEVICE),))


def _constant(distribution: Distribution, name: str) -> float | None:
    part = distribution.part(name)
    return None if part is None else part.constant


def _scaled(shift: Code, scale: Code, noise: Code, at_0: bool, of_1: bool) -> Code:
    """shift + scale·noise without a 0 or a 1."""
    scaled = noise if of_1 else Infix("*", scale, noise)
    return scaled if at_0 else Infix("+", shift, scaled)


def _positive(word: str, name: str, part: Tensor) -> None:
    if part.constant is not None and part.constant <= 0:
        raise LayerError(
            "E204", f"{word}: {name} is {part.constant:g}; it must be more than 0", argument=name
        )


class Normal(Family):
    """The normal distribution."""

    word = "normal"
    positional = ("mean", "std")
    names = ("mean", "std", "var", "logvar")
    defaults: ClassVar[Mapping[str, float]] = {"mean": 0.0, "std": 1.0}
    alternatives = (("std", "var", "logvar"),)

    def check(self, name: str, part: Tensor) -> None:
        """Deviation and variance are positive."""
        if name in ("std", "var"):
            _positive(self.word, name, part)

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """mean + std·e with e standard normal."""
        return _scaled(
            X(0, "mean"),
            std(distribution, 0),
            _random("randn", beside, shape),
            _constant(distribution, "mean") == 0,
            _constant(distribution, "std") == 1,
        )

    def most_likely(self, distribution: Distribution) -> Code:
        """The mean."""
        del distribution
        return X(0, "mean")


def std(distribution: Distribution, operand: int) -> Code:
    """The standard deviation of a normal distribution, from whichever parameter it has."""
    if distribution.part("logvar") is not None:
        return Fn("torch.exp", (Infix("*", 0.5, logvar(distribution, operand)),))
    if distribution.part("var") is not None:
        return method(X(operand, "var"), "sqrt")
    return X(operand, "std")


def logvar(distribution: Distribution, operand: int) -> Code:
    """The logarithm of the variance of a normal distribution, bounded where it was given."""
    if distribution.part("logvar") is not None:
        return method(X(operand, "logvar"), "clamp", *_LOGVAR)
    if distribution.part("var") is not None:
        return method(X(operand, "var"), "log")
    return Infix("*", 2, method(X(operand, "std"), "log"))


class Laplace(Family):
    """The Laplace distribution."""

    word = "laplace"
    positional = ("loc", "scale")
    names = ("loc", "scale")
    defaults: ClassVar[Mapping[str, float]] = {"loc": 0.0, "scale": 1.0}

    def check(self, name: str, part: Tensor) -> None:
        """The scale is positive."""
        if name == "scale":
            _positive(self.word, name, part)

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """loc + scale·(e₁ − e₂) with two exponential draws, here from one uniform draw."""
        noise = Fn("laplace_noise", (_random("rand", beside, shape),))
        return _scaled(
            X(0, "loc"),
            X(0, "scale"),
            noise,
            _constant(distribution, "loc") == 0,
            _constant(distribution, "scale") == 1,
        )

    def most_likely(self, distribution: Distribution) -> Code:
        """The location."""
        del distribution
        return X(0, "loc")


class Uniform(Family):
    """The uniform distribution between two ends."""

    word = "uniform"
    positional = ("low", "high")
    names = ("low", "high")
    defaults: ClassVar[Mapping[str, float]] = {"low": 0.0, "high": 1.0}

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """low + (high − low)·u."""
        low, high = _constant(distribution, "low"), _constant(distribution, "high")
        width: Code = Infix("-", X(0, "high"), X(0, "low"))
        if low is not None and high is not None:
            width = high - low
        return _scaled(
            X(0, "low"), width, _random("rand", beside, shape), low == 0, high == 1 and low == 0
        )

    def most_likely(self, distribution: Distribution) -> Code:
        """The middle."""
        del distribution
        return Infix("/", Infix("+", X(0, "low"), X(0, "high")), 2)

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Between the ends, where they are numbers."""
        return out.with_range(_constant(distribution, "low"), _constant(distribution, "high"))


class Integers(Family):
    """Whole numbers from low to high, both included, all alike."""

    word = "integers"
    positional = ("low", "high")
    names = ("low", "high")
    dtype = "int"

    def check(self, name: str, part: Tensor) -> None:
        """The ends are whole numbers."""
        if part.constant is None or not float(part.constant).is_integer():
            raise LayerError("E203", f"integers: {name} must be a whole number", argument=name)

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """`torch.randint(low, high + 1, …)`."""
        ends = self._ends(distribution)
        if beside is not None:
            like = (method(beside, "size", 0), *shape[1:])
            device: Code = Raw("device")
            return Fn("torch.randint", (*ends, like), (("device", device),))
        return Fn("torch.randint", (*ends, shape), (("device", _DEVICE),))

    def _ends(self, distribution: Distribution) -> tuple[int, int]:
        low, high = _constant(distribution, "low"), _constant(distribution, "high")
        assert low is not None
        assert high is not None
        if high < low:
            raise LayerError(
                "E204", f"integers from {low:g} to {high:g}: there are none", argument="high"
            )
        return int(low), int(high) + 1

    def most_likely(self, distribution: Distribution) -> Code:
        """The lower end."""
        return self._ends(distribution)[0]

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Class ids below high + 1."""
        low, end = self._ends(distribution)
        return Tensor(out.sizes, out.axes, "int", end).with_range(low, end - 1)


class Bernoulli(Family):
    """Zeros and ones."""

    word = "bernoulli"
    positional = ("probs",)
    names = ("probs", "logits")
    alternatives = (("probs", "logits"),)

    def check(self, name: str, part: Tensor) -> None:
        """Probabilities lie between 0 and 1."""
        if name == "probs" and part.constant is not None and not 0 <= part.constant <= 1:
            raise LayerError(
                "E204", f"bernoulli: probs is {part.constant:g}; it must be at least 0 and at most 1",
                argument=name,
            )  # fmt: skip

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """Ones where a uniform draw is below the probability."""
        uniform = _random("rand", beside, shape)
        return method(Infix("<", uniform, self._probs(distribution)), "float")

    def _probs(self, distribution: Distribution) -> Code:
        if distribution.part("logits") is not None:
            return Fn("torch.sigmoid", (X(0, "logits"),))
        return X(0, "probs")

    def most_likely(self, distribution: Distribution) -> Code:
        """The likelier of 0 and 1."""
        if distribution.part("logits") is not None:
            return method(Infix(">", X(0, "logits"), 0), "float")
        return method(Infix(">", X(0, "probs"), 0.5), "float")

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """0 or 1."""
        del distribution
        return out.with_range(0.0, 1.0)


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

    def _logits(self, distribution: Distribution) -> Code:
        if distribution.part("logits") is not None:
            return X(0, "logits")
        return method(X(0, "probs"), "log")

    def code(self, distribution: Distribution, beside: X | None, shape: tuple[Code, ...]) -> Code:
        """The largest score plus Gumbel noise (Gumbel 1954; Maddison et al. 2014)."""
        del beside, shape
        name = distribution.parts[0][0]
        noise = Fn("torch.empty_like", (X(0, name),))
        gumbel = method(method(method(noise, "exponential_"), "log"), "neg")
        return method(Infix("+", self._logits(distribution), gumbel), "argmax", -1)

    def most_likely(self, distribution: Distribution) -> Code:
        """The class with the largest score."""
        return method(X(0, distribution.parts[0][0]), "argmax", -1)

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Class ids."""
        classes = distribution.parts[0][1].sizes[-1]
        high = float(classes - 1) if known(classes) else None
        return Tensor(out.sizes, out.axes, "int", classes).with_range(0.0, high)


FAMILIES: dict[str, Family] = {
    f.word: f for f in (Normal(), Laplace(), Uniform(), Integers(), Bernoulli(), Categorical())
}
"""Every family by its word."""

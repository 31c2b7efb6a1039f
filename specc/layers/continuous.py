"""Families of real numbers. Their draws are reparameterised (Kingma & Welling 2014)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

from specc.layers.base import LayerError
from specc.layers.code import Code, Fn, Infix, method
from specc.layers.family import Draw, Family, constant, read, refuse_unless_positive, scaled
from specc.types import Distribution, Tensor

LOGVAR = (-30, 20)
"""exp(logvar) neither overflows nor vanishes in float32 within these bounds."""


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
            refuse_unless_positive(self.word, name, part)

    def code(self, draw: Draw) -> Code:
        """mean + std·e with e standard normal."""
        d = draw.distribution
        scale = std(d, 0, draw.rank)
        return scaled(
            draw.part("mean"),
            scale,
            draw.random("randn"),
            at_0=constant(d, "mean") == 0,
            of_1=scale == 1 or constant(d, "std") == 1,
        )

    def most_likely(self, draw: Draw) -> Code:
        """The mean."""
        return draw.whole(draw.part("mean"), "mean")


def std(d: Distribution, operand: int, rank: int) -> Code:
    """The standard deviation of a normal distribution, from whichever parameter it has."""
    if d.part("std") is not None:
        return read(d, "std", operand, rank)
    if d.part("var") is not None:
        fixed = constant(d, "var")
        part = read(d, "var", operand, rank)
        return method(part, "sqrt") if fixed is None else math.sqrt(fixed)
    log = logvar(d, operand, rank)
    if isinstance(log, float):
        return math.exp(0.5 * log)
    return Fn("torch.exp", (Infix("*", 0.5, log),))


def variance(d: Distribution, operand: int, rank: int) -> Code:
    """The variance of a normal distribution, from whichever parameter it has."""
    if d.part("logvar") is not None:
        log = logvar(d, operand, rank)
        return math.exp(log) if isinstance(log, float) else method(log, "exp")
    if d.part("var") is not None:
        fixed = constant(d, "var")
        return read(d, "var", operand, rank) if fixed is None else fixed
    fixed = constant(d, "std")
    return Infix("**", read(d, "std", operand, rank), 2) if fixed is None else fixed**2


def logvar(d: Distribution, operand: int, rank: int) -> Code:
    """The logarithm of the variance of a normal distribution, bounded where it was given."""
    name = next(n for n in ("logvar", "var", "std") if d.part(n) is not None)
    fixed = constant(d, name)
    if fixed is not None:
        logs = {"var": math.log, "std": lambda s: 2 * math.log(s)}
        return (
            float(logs[name](fixed))
            if name in logs
            else float(min(max(fixed, LOGVAR[0]), LOGVAR[1]))
        )
    part = read(d, name, operand, rank)
    if name == "logvar":
        return method(part, "clamp", *LOGVAR)
    return method(part, "log") if name == "var" else Infix("*", 2, method(part, "log"))


class Laplace(Family):
    """The Laplace distribution."""

    word = "laplace"
    positional = ("loc", "scale")
    names = ("loc", "scale")
    defaults: ClassVar[Mapping[str, float]] = {"loc": 0.0, "scale": 1.0}

    def check(self, name: str, part: Tensor) -> None:
        """The scale is positive."""
        if name == "scale":
            refuse_unless_positive(self.word, name, part)

    def code(self, draw: Draw) -> Code:
        """loc + scale·e with e by the inverse of the distribution function."""
        d = draw.distribution
        return scaled(
            draw.part("loc"),
            draw.part("scale"),
            Fn("laplace_noise", (draw.random("rand"),)),
            at_0=constant(d, "loc") == 0,
            of_1=constant(d, "scale") == 1,
        )

    def most_likely(self, draw: Draw) -> Code:
        """The location."""
        return draw.whole(draw.part("loc"), "loc")


class Exponential(Family):
    """The exponential distribution."""

    word = "exponential"
    positional = ("rate",)
    names = ("rate",)
    defaults: ClassVar[Mapping[str, float]] = {"rate": 1.0}

    def check(self, name: str, part: Tensor) -> None:
        """The rate is positive."""
        refuse_unless_positive(self.word, name, part)

    def code(self, draw: Draw) -> Code:
        """−ln(1 − u)/rate: a uniform draw is below 1, so this is finite."""
        noise = method(method(method(draw.random("rand"), "neg"), "log1p"), "neg")
        if constant(draw.distribution, "rate") == 1:
            return noise
        return Infix("/", noise, draw.part("rate"))

    def most_likely(self, draw: Draw) -> Code:
        """The mean, 1/rate."""
        return draw.whole(Infix("/", 1, draw.part("rate")), "rate")

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Not below 0."""
        del distribution
        return out.with_range(0.0, None)


class Uniform(Family):
    """The uniform distribution between two ends."""

    word = "uniform"
    positional = ("low", "high")
    names = ("low", "high")
    defaults: ClassVar[Mapping[str, float]] = {"low": 0.0, "high": 1.0}

    def bind(self, parts: Mapping[str, Tensor]) -> Distribution:
        """Constant ends are in order."""
        made = super().bind(parts)
        low, high = constant(made, "low"), constant(made, "high")
        if low is not None and high is not None and not low < high:
            raise LayerError(
                "E204", f"uniform from {low:g} to {high:g}: low must be below high", argument="high"
            )
        return made

    def code(self, draw: Draw) -> Code:
        """low + (high − low)·u."""
        low, high = constant(draw.distribution, "low"), constant(draw.distribution, "high")
        width: Code = Infix("-", draw.part("high"), draw.part("low"))
        if low == 0:
            width = draw.part("high")
        elif low is not None and high is not None:
            width = high - low
        of_1 = width == 1 or (low, high) == (0, 1)
        return scaled(draw.part("low"), width, draw.random("rand"), at_0=low == 0, of_1=of_1)

    def most_likely(self, draw: Draw) -> Code:
        """The middle."""
        middle = Infix("/", Infix("+", draw.part("low"), draw.part("high")), 2)
        return draw.whole(middle, "low", "high")

    def output(self, distribution: Distribution, out: Tensor) -> Tensor:
        """Between the ends, where they are numbers."""
        return out.with_range(constant(distribution, "low"), constant(distribution, "high"))

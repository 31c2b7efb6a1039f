"""ReLU and its kin.

Parameters have PyTorch's names and defaults; `inplace` is left out: it changes no value.
"""

from typing import Self

from pydantic import Field, model_validator

from specc.formula import product, var
from specc.layers.base import Counted, Inference, Layer, LayerError, Operand, Parameter, Positive
from specc.layers.code import Code, Fn, Module, X, fn
from specc.layers.common import (
    tensor,
)
from specc.layers.pointwise import Pointwise
from specc.sizes import Constraint, Size, known
from specc.types import Interval, Tensor


class ReLU(Pointwise):
    """Rectified linear unit."""

    word, function = "relu", "F.relu"
    summary = "Rectified linear unit: negative values become 0."
    formula = "max(0, x)"
    values = Interval(0.0)


class ReLU6(Pointwise):
    """ReLU cut at 6."""

    word, function = "relu6", "F.relu6"
    summary = "ReLU cut at 6, for low-precision inference."
    formula = "min(max(0, x), 6)"
    values = Interval(0.0, 6.0)


class LeakyReLU(Pointwise):
    """ReLU with a small slope below zero."""

    word, function = "leaky_relu", "F.leaky_relu"
    summary = "ReLU with a small slope below 0. The slope is always written out: frameworks differ."
    formula = "x if x ≥ 0 else negative_slope·x"
    written = ("negative_slope",)
    negative_slope: float = Field(
        0.01, description="Slope below 0. PyTorch 0.01, Keras 0.3, the DCGAN paper 0.2."
    )


_EACH = "Keras has a slope for each position, unless they are shared"


class PReLU(Layer):
    """Leaky ReLU whose slopes are learnt."""

    word = "prelu"
    summary = "Leaky ReLU whose slope is learnt, one for all or one for each channel."
    formula = "x if x ≥ 0 else weight·x"
    stateful = True
    num_parameters: Positive = Field(1, description="1, or the number of channels.")
    init: float = Field(0.25, description="The slope at the start.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape, with the slopes as `weight`."""
        x = tensor(operands[0], self.word)
        slopes, each = var("slopes", self.num_parameters), product(x.sizes)
        weight = Parameter("weight", (self.num_parameters,), slopes)
        start: dict[str, Code] = {} if self.init == 0.25 else {"init": self.init}
        count: tuple[Code, ...] = () if self.num_parameters == 1 else (self.num_parameters,)
        return Inference(
            (("output", x.with_range()),),
            Fn(Module(), (X(0),)),
            module=Fn("nn.PReLU", count, tuple(start.items())),
            parameters=(weight,),
            count=slopes,
            constraints=self._fits(x),
            conventions={"keras": Counted(each, _EACH, weights=each)},
        )

    def _fits(self, x: Tensor) -> tuple[Constraint, ...]:
        channels: Size = x.sizes[0] if x.sizes else 1
        if self.num_parameters in (1, channels):
            return ()
        if known(self.num_parameters) and known(channels):
            raise LayerError(
                "E301",
                f"prelu has {self.num_parameters} slopes for {channels} channels",
                text=str(x),
                argument="num_parameters",
                helps=(f"one slope for all (1), or {channels}",),
            )
        return (Constraint("eq", self.num_parameters, channels),)


class RReLU(Layer):
    """Leaky ReLU with a random slope while training, the mean slope after."""

    word = "rrelu"
    summary = "Leaky ReLU with a random slope while training, and the mean slope when evaluating."
    formula = "x if x ≥ 0 else a·x, a ~ uniform(lower, upper)"
    lower: float = Field(1 / 8, description="The least slope.")
    upper: float = Field(1 / 3, description="The greatest slope.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower:g} must not be above upper {self.upper:g}")
        return self

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape; a module, which knows whether it is training."""
        x = tensor(operands[0], self.word)
        module = fn("nn.RReLU", lower=self.lower, upper=self.upper)
        return Inference((("output", x.with_range()),), Fn(Module(), (X(0),)), module=module)


class ELU(Pointwise):
    """Exponential linear unit."""

    word, function = "elu", "F.elu"
    summary = "Exponential linear unit: goes smoothly to −alpha on the left."
    formula = "x if x > 0 else alpha·(exp(x) − 1)"
    alpha: float = Field(1.0, description="The value that it tends to on the left is −alpha.")


class SELU(Pointwise):
    """Self-normalising exponential linear unit."""

    word, function = "selu", "F.selu"
    summary = "Scaled ELU whose outputs keep mean 0 and variance 1 (with alpha_dropout)."
    formula = "1.0507·(x if x > 0 else 1.6733·(exp(x) − 1))"


class CELU(Pointwise):
    """Continuously differentiable exponential linear unit."""

    word, function = "celu", "F.celu"
    summary = "ELU whose slope is continuous for every alpha."
    formula = "max(0, x) + min(0, alpha·(exp(x/alpha) − 1))"
    alpha: float = Field(1.0, description="The value that it tends to on the left is −alpha.")

    @model_validator(mode="after")
    def _not_zero(self) -> Self:
        if self.alpha == 0:
            raise ValueError("alpha must not be 0")
        return self


class Threshold(Pointwise):
    """Values up to a threshold are replaced."""

    word, function = "threshold", "F.threshold"
    summary = "Values that are not above a threshold are replaced."
    formula = "x if x > threshold else value"
    threshold: float = Field(description="Values up to it are replaced.")
    value: float = Field(description="What stands in their place.")

    def keywords(self) -> tuple[tuple[str, Code], ...]:
        """Both are always needed."""
        return (("threshold", self.threshold), ("value", self.value))

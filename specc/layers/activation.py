"""Activations, element by element.

Parameters have PyTorch's names and defaults. `inplace` is left out: it changes no value.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from specc.formula import var
from specc.layers.base import Inference, Layer, LayerError, Operand, Parameter, Positive
from specc.layers.code import Code, Fn, Module, X, fn
from specc.layers.common import (
    positive,
    tensor,
)
from specc.sizes import Constraint, Size, known
from specc.types import ANYTHING, Interval, Tensor

Above0 = Annotated[float, AfterValidator(positive)]


class Pointwise(Layer):
    """An activation of one number: `function` is PyTorch's, `values` the range of its results."""

    function: ClassVar[str]
    values: ClassVar[Interval] = ANYTHING
    written: ClassVar[tuple[str, ...]] = ()  # arguments that are printed even at their default

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape; the function's own range."""
        x = tensor(operands[0], self.word)
        low, high = self.limits(x)
        output = ("output", x.with_range(low, high))
        return Inference((output,), Fn(self.function, (X(0),), self.keywords()))

    def limits(self, x: Tensor) -> tuple[float | None, float | None]:  # noqa: ARG002 - some need it
        """The range of the results."""
        return self.values.low, self.values.high

    def keywords(self) -> tuple[tuple[str, Code], ...]:
        """The arguments that differ from PyTorch's defaults or that frameworks disagree on."""
        fields = type(self).model_fields
        return tuple(
            (name, getattr(self, name))
            for name, info in fields.items()
            if name in self.written or getattr(self, name) != info.default
        )


class Identity(Layer):
    """The value itself, for a branch that changes nothing."""

    word = "identity"
    summary = "Passes its input on unchanged."
    formula = "x"

    def infer(self, *operands: Operand | None) -> Inference:
        """The operand."""
        return Inference((("output", tensor(operands[0], self.word)),), X(0))


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
    def _not_zero(self) -> CELU:
        if self.alpha == 0:
            raise ValueError("alpha must not be 0")
        return self


class GELU(Pointwise):
    """Gaussian error linear unit."""

    word, function = "gelu", "F.gelu"
    summary = "Gaussian error linear unit; `tanh` is the approximation of GPT-2."
    formula = "x·Φ(x), or x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))"
    approximate: Literal["none", "tanh"] = Field("none", description="`none` (exact) or `tanh`.")


class SiLU(Pointwise):
    """Sigmoid linear unit, also called swish."""

    word, function = "silu", "F.silu"
    summary = "Sigmoid linear unit, also called swish."
    formula = "x·sigmoid(x)"


class Mish(Pointwise):
    """Smooth, non-monotone relative of silu."""

    word, function = "mish", "F.mish"
    summary = "Smooth and non-monotone, like silu."
    formula = "x·tanh(softplus(x))"


class Softplus(Pointwise):
    """Smooth version of ReLU."""

    word, function = "softplus", "F.softplus"
    summary = "Smooth ReLU; makes a positive number, such as a standard deviation."
    formula = "log(1 + exp(beta·x))/beta"
    values = Interval(0.0)
    beta: Above0 = Field(1.0, description="Sharpness of the bend.")
    threshold: float = Field(20.0, description="Where beta·x is above it, x itself is taken.")


class Softsign(Pointwise):
    """Like tanh with slower tails."""

    word, function = "softsign", "F.softsign"
    summary = "Squashes to −1 … 1 with slow tails."
    formula = "x/(1 + |x|)"
    values = Interval(-1.0, 1.0)


class Sigmoid(Pointwise):
    """The logistic function."""

    word, function = "sigmoid", "torch.sigmoid"
    summary = "The logistic function: a probability from a logit."
    formula = "1/(1 + exp(−x))"
    values = Interval(0.0, 1.0)


class LogSigmoid(Pointwise):
    """The logarithm of the sigmoid, without overflow."""

    word, function = "logsigmoid", "F.logsigmoid"
    summary = "The logarithm of the sigmoid, computed without overflow."
    formula = "−log(1 + exp(−x))"
    values = Interval(None, 0.0)


class HardSigmoid(Pointwise):
    """The sigmoid from straight lines."""

    word, function = "hardsigmoid", "F.hardsigmoid"
    summary = "The sigmoid made of straight lines."
    formula = "min(max(0, x/6 + 1/2), 1)"
    values = Interval(0.0, 1.0)


class Tanh(Pointwise):
    """The hyperbolic tangent."""

    word, function = "tanh", "torch.tanh"
    summary = "The hyperbolic tangent: squashes to −1 … 1."
    formula = "(exp(x) − exp(−x))/(exp(x) + exp(−x))"
    values = Interval(-1.0, 1.0)


class HardTanh(Pointwise):
    """Cut to a range."""

    word, function = "hardtanh", "F.hardtanh"
    summary = "Cuts the values to a range."
    formula = "min(max(min_val, x), max_val)"
    min_val: float = Field(-1.0, description="The lower end.")
    max_val: float = Field(1.0, description="The upper end.")

    @model_validator(mode="after")
    def _ordered(self) -> HardTanh:
        if self.min_val >= self.max_val:
            raise ValueError(f"min_val {self.min_val:g} must be below max_val {self.max_val:g}")
        return self

    def limits(self, x: Tensor) -> tuple[float | None, float | None]:  # noqa: ARG002
        """The two ends."""
        return self.min_val, self.max_val


class HardSwish(Pointwise):
    """Swish from straight lines."""

    word, function = "hardswish", "F.hardswish"
    summary = "Swish with a hardsigmoid, as in MobileNetV3."
    formula = "x·hardsigmoid(x)"


class TanhShrink(Pointwise):
    """What tanh takes away."""

    word, function = "tanhshrink", "F.tanhshrink"
    summary = "What tanh takes away."
    formula = "x − tanh(x)"


class SoftShrink(Pointwise):
    """Soft thresholding."""

    word, function = "softshrink", "F.softshrink"
    summary = "Moves values towards 0 by lambd and stops there (soft thresholding)."
    formula = "sign(x)·max(0, |x| − lambd)"
    lambd: Annotated[float, Field(ge=0)] = Field(0.5, description="How far.")


class HardShrink(Pointwise):
    """Hard thresholding."""

    word, function = "hardshrink", "F.hardshrink"
    summary = "Small values become 0 (hard thresholding)."
    formula = "x if |x| > lambd else 0"
    lambd: Annotated[float, Field(ge=0)] = Field(
        0.5, description="Up to which size values become 0."
    )


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


# ------------------------------------------------------- with state or mode


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
        slopes = var("slopes", self.num_parameters)
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
    def _ordered(self) -> RReLU:
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower:g} must not be above upper {self.upper:g}")
        return self

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape; a module, which knows whether it is training."""
        x = tensor(operands[0], self.word)
        module = fn("nn.RReLU", lower=self.lower, upper=self.upper)
        return Inference((("output", x.with_range()),), Fn(Module(), (X(0),)), module=module)

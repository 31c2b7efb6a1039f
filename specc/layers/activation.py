"""Activations, element by element.

Parameters have PyTorch's names and defaults. `inplace` is left out: it changes no value.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from specc.layers.base import Inference, Layer, Operand
from specc.layers.code import X
from specc.layers.common import (
    tensor,
)
from specc.layers.pointwise import Above0, Pointwise
from specc.types import Interval, Tensor


class Identity(Layer):
    """The value itself, for a branch that changes nothing."""

    word = "identity"
    summary = "Passes its input on unchanged."
    formula = "x"

    def infer(self, *operands: Operand | None) -> Inference:
        """The operand."""
        return Inference((("output", tensor(operands[0], self.word)),), X(0))


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
    def _ordered(self) -> Self:
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


# ------------------------------------------------------- with state or mode

"""Functions of one value, element by element."""

import math
from collections.abc import Callable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from specc.layers.base import Inference, Layer, Operand
from specc.layers.code import Code, Fn, Prefix, X, method
from specc.layers.common import numeric, tensor
from specc.types import DType, Interval, Tensor

Limits = Callable[[Interval], Interval]


class _Function(Layer):
    """A function of each element; `function` is torch's name."""

    function: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape."""
        x = tensor(operands[0], self.word)
        limits = self.limits(Interval(0.0, 1.0) if x.dtype == "bool" else x.range)
        out = Tensor(
            x.sizes,
            x.axes,
            self.dtype(x),
            None,
            limits,
            x.batched,
        )
        return Inference((("output", out),), self.code(x))

    def code(self, x: Tensor) -> Code:
        """The call."""
        return Fn(f"torch.{self.function}", (numeric(x, X(0)),))

    whole: ClassVar[bool] = False  # whole numbers stay whole

    def dtype(self, x: Tensor) -> DType:
        """What the results are made of."""
        return "int" if self.whole and x.dtype == "int" else "float"

    def limits(self, within: Interval) -> Interval:
        """The range of the results."""
        del within
        return Interval()


class _Rising(_Function):
    """A function that never falls: the ends of the range go with it."""

    value: ClassVar[Callable[[float], float]]
    lowest: ClassVar[float | None] = None

    def limits(self, within: Interval) -> Interval:
        """The images of the ends."""
        own = type(self).value
        low = self.lowest if within.low is None else _safely(own, within.low)
        high = None if within.high is None else _safely(own, within.high)
        return Interval(low, high)


def _safely(function: Callable[[float], float], at: float) -> float | None:
    try:
        return function(at)
    except (ValueError, OverflowError):
        return None


class Negate(_Function):
    """The negative."""

    word, whole = "negate", True
    summary = "Negative; `-x`."
    formula = "−x"

    def code(self, x: Tensor) -> Code:
        """`-x`."""
        return Prefix("-", numeric(x, X(0)))

    def limits(self, within: Interval) -> Interval:
        """Turned round."""
        low = None if within.high is None else -within.high
        return Interval(low, None if within.low is None else -within.low)


class Abs(_Function):
    """The absolute value."""

    word, function, whole = "abs", "abs", True
    summary = "Absolute value."
    formula = "|x|"

    def limits(self, within: Interval) -> Interval:
        """From 0."""
        ends = [abs(e) for e in (within.low, within.high) if e is not None]
        return Interval(0.0, max(ends) if len(ends) == 2 else None)


class Sign(_Function):
    """−1, 0 or 1."""

    word, function, whole = "sign", "sign", True
    summary = "Sign: −1, 0 or 1."

    def limits(self, within: Interval) -> Interval:
        """−1 … 1."""
        del within
        return Interval(-1.0, 1.0)


class Square(_Function):
    """The square."""

    word, function, whole = "square", "square", True
    summary = "Square; `x ^ 2`."
    formula = "x²"

    def limits(self, within: Interval) -> Interval:
        """From 0."""
        ends = [e * e for e in (within.low, within.high) if e is not None]
        return Interval(0.0, max(ends) if len(ends) == 2 else None)


class Sqrt(_Rising):
    """The square root."""

    word, function = "sqrt", "sqrt"
    summary = "Square root."
    formula = "√x"
    value, lowest = math.sqrt, 0.0


class Exp(_Rising):
    """The exponential."""

    word, function = "exp", "exp"
    summary = "Exponential."
    formula = "eˣ"
    value, lowest = math.exp, 0.0


class Log(_Rising):
    """The natural logarithm."""

    word, function = "log", "log"
    summary = "Natural logarithm."
    formula = "ln x"
    value = math.log


class Log1p(_Rising):
    """ln(1 + x), exact near 0."""

    word, function = "log1p", "log1p"
    summary = "ln(1 + x), exact near 0."
    formula = "ln(1 + x)"
    value = math.log1p


class Sin(_Function):
    """The sine."""

    word, function = "sin", "sin"
    summary = "Sine."

    def limits(self, within: Interval) -> Interval:
        """−1 … 1."""
        del within
        return Interval(-1.0, 1.0)


class Cos(Sin):
    """The cosine."""

    word, function = "cos", "cos"
    summary = "Cosine."


class Floor(_Rising):
    """Rounded down."""

    word, function, whole = "floor", "floor", True
    summary = "Rounded down."
    formula = "⌊x⌋"
    value = math.floor


class Round(_Rising):
    """Rounded to the nearest, halves to even."""

    word, function, whole = "round", "round", True
    summary = "Rounded to the nearest whole number, halves to even."
    value = round


class Clamp(_Function):
    """Cut off at two ends."""

    word = "clamp"
    summary = "Cut off below and above."
    formula = "min(max(x, low), high)"
    low: float | None = Field(None, description="Smallest value.")
    high: float | None = Field(None, description="Largest value.")

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("must have a low or a high end")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("must have its low end below its high end")
        return self

    def dtype(self, x: Tensor) -> DType:
        """Whole numbers stay whole between whole ends."""
        ends = [e for e in (self.low, self.high) if e is not None]
        return "int" if x.dtype == "int" and all(e.is_integer() for e in ends) else "float"

    def code(self, x: Tensor) -> Code:
        """`x.clamp(0, 1)`."""
        number = numeric(x, X(0))
        if self.high is None:
            return method(number, "clamp", min=_short(self.low))
        if self.low is None:
            return method(number, "clamp", max=_short(self.high))
        return method(number, "clamp", _short(self.low), _short(self.high))

    def limits(self, within: Interval) -> Interval:
        """The ends of the range, cut off like every value."""
        low = self.low if within.low is None else self._cut(within.low)
        high = self.high if within.high is None else self._cut(within.high)
        return Interval(low, high)

    def _cut(self, value: float) -> float:
        above = value if self.low is None else max(value, self.low)
        return above if self.high is None else min(above, self.high)


def _short(value: float | None) -> Code:
    return int(value) if value is not None and value.is_integer() else value


class Float(_Function):
    """Real numbers."""

    word = "float"
    summary = "Whole numbers or truth values as real numbers, of which layers with weights compute."

    def code(self, x: Tensor) -> Code:
        """`x.float()`."""
        return method(X(0), "float") if x.dtype != "float" else X(0)

    def limits(self, within: Interval) -> Interval:
        """The same values."""
        return within


class LogicalNot(_Function):
    """The opposite truth value."""

    word = "logical_not"
    summary = "Opposite of a truth value; `not a`."

    def code(self, x: Tensor) -> Code:
        """`torch.logical_not(x)`."""
        del x
        return Fn("torch.logical_not", (X(0),))

    def dtype(self, x: Tensor) -> DType:
        """Truth values."""
        del x
        return "bool"

    def limits(self, within: Interval) -> Interval:
        """0 or 1."""
        del within
        return Interval(0.0, 1.0)

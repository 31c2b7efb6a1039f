"""Reductions over named axes: of an item, or of the batch.

Without `axis` all axes of an item are reduced, or the batch when an item is one number already.
"""

from typing import ClassVar

from pydantic import Field

from specc.layers.arithmetic import together
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Item, X, method
from specc.layers.common import (
    Axes,
    Axis,
    axis_number,
    axis_numbers,
    feature_axis,
    lifted,
    numeric,
    real,
    tensor,
    torch_axis,
)
from specc.types import DType, Interval, Tensor


class _Reduction(Layer):
    """One number in the place of many; `function` is the tensor's method."""

    function: ClassVar[str]
    whole: ClassVar[bool] = False  # whole numbers stay whole
    axis: Axes | None = Field(
        None, description="Axes that are reduced, `batch` among them: `time`, `[height, width]`."
    )
    keepdims: bool = Field(False, description="Whether the reduced axes stay with size 1.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape without the reduced axes."""
        x = tensor(operands[0], self.word)
        listed = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        batch = "batch" in listed or (self.axis is None and x.rank == 0)
        if batch and not x.batched:
            raise LayerError("E301", f"{self.word}: this value has no batch axis", argument="axis")
        named = tuple(a for a in listed if a is not None and a != "batch")
        whole = self.axis is None and x.rank > 0
        axes = tuple(range(x.rank)) if whole else axis_numbers(x, named, self.word) if named else ()
        return Inference(
            outputs=(("output", self._output(x, axes, batch)),),
            forward=self._code(x, axes, batch),
            sees="all" if axes else "point",
        )

    def _output(self, x: Tensor, axes: tuple[int, ...], batch: bool) -> Tensor:
        kept = [i for i in range(x.rank) if i not in axes]
        sizes = tuple(1 if i in axes else s for i, s in enumerate(x.sizes))
        return Tensor(
            sizes if self.keepdims else tuple(x.sizes[i] for i in kept),
            x.axes if self.keepdims else tuple(x.axes[i] for i in kept),
            self.dtype(x),
            range=self.limits(Interval(0.0, 1.0) if x.dtype == "bool" else x.range),
            batched=x.batched and not batch,
        )

    def dtype(self, x: Tensor) -> DType:
        """What the result is made of."""
        return "int" if self.whole and x.dtype == "int" else "float"

    def limits(self, within: Interval) -> Interval:
        """The range of the result."""
        return within

    def _code(self, x: Tensor, axes: tuple[int, ...], batch: bool) -> Code:
        dims = ([0] if batch else []) + [torch_axis(x, a) for a in axes]
        number = numeric(x, X(0)) if self.whole else real(x, X(0))
        keep = self.keepdims and bool(axes)
        everything = len(dims) == x.rank + (1 if x.batched else 0) and not keep
        where: Code = dims[0] if len(dims) == 1 else tuple(dims)
        code = self.call(number, None if everything else where, self._options(keep), dims)
        # The batch axis goes even so: what has none broadcasts against every item.
        return Item(code, (0,)) if keep and batch else code

    def _options(self, keep: bool) -> tuple[tuple[str, Code], ...]:
        return (("keepdim", True),) if keep else ()

    def call(
        self, x: Code, dims: Code, options: tuple[tuple[str, Code], ...], every: list[int]
    ) -> Code:
        """The call; `dims` is None where everything is reduced, `every` names the axes even so."""
        del every
        arguments = () if dims is None else (dims,)
        return method(x, self.function, *arguments, **dict(options))


class Mean(_Reduction):
    """The mean."""

    word, function = "mean", "mean"
    summary = "Mean over named axes."
    formula = "1/n · Σ x"


class Sum(_Reduction):
    """The sum."""

    word, function, whole = "sum", "sum", True
    summary = "Sum over named axes."
    formula = "Σ x"

    def limits(self, within: Interval) -> Interval:
        """The sign stays."""
        low = 0.0 if within.low is not None and within.low >= 0 else None
        return Interval(low, 0.0 if within.high is not None and within.high <= 0 else None)


class _Extreme(_Reduction):
    """The largest or smallest of several, or of two values element by element."""

    whole = pairs = True
    operands = ("x", "other")
    optional = ("other",)
    pair: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """A reduction; with a second operand the shape of both together."""
        other = operands[1] if len(operands) > 1 else None
        if other is None:
            return super().infer(operands[0])
        left, right = tensor(operands[0], self.word), tensor(other, self.word, 1)
        if self.axis is not None:
            raise LayerError("E202", f"{self.word} of two values has no axis", argument="axis")
        joined, conditions = together(left, right, self.word)
        low, high = self._together(left, right)
        return Inference(
            outputs=(("output", joined.with_range(low, high)),),
            forward=self._pairwise(left, right, joined),
            constraints=conditions,
        )

    def _pairwise(self, left: Tensor, right: Tensor, out: Tensor) -> Code:
        bound = "min" if self.pair == "maximum" else "max"
        if left.constant is not None:
            return method(X(1), "clamp", **{bound: _short(left.constant)})
        if right.constant is not None:
            return method(X(0), "clamp", **{bound: _short(right.constant)})
        parts = (lifted(left, X(0), out.rank), lifted(right, X(1), out.rank))
        return Fn(f"torch.{self.pair}", parts)

    def _together(self, left: Tensor, right: Tensor) -> tuple[float | None, float | None]:
        lows, highs = zip(*map(_ends, (left, right)), strict=True)
        known_lows = [v for v in lows if v is not None]
        known_highs = [v for v in highs if v is not None]
        if self.pair == "maximum":
            return max(known_lows, default=None), max(known_highs) if None not in highs else None
        return min(known_lows) if None not in lows else None, min(known_highs, default=None)


def _ends(x: Tensor) -> tuple[float | None, float | None]:
    return (x.range.low, x.range.high) if x.constant is None else (x.constant, x.constant)


def _short(value: float) -> Code:
    return int(value) if float(value).is_integer() else value


class Max(_Extreme):
    """The largest."""

    word, function, pair = "max", "amax", "maximum"
    summary = "Largest over named axes; with two values, the larger element by element."


class Min(_Extreme):
    """The smallest."""

    word, function, pair = "min", "amin", "minimum"
    summary = "Smallest over named axes; with two values, the smaller element by element."


class _Spread(_Reduction):
    correction: int = Field(1, ge=0, description="1 for the sample's, 0 for the population's.")

    def limits(self, within: Interval) -> Interval:
        """From 0."""
        del within
        return Interval(0.0, None)

    def _options(self, keep: bool) -> tuple[tuple[str, Code], ...]:
        own: tuple[tuple[str, Code], ...] = (
            () if self.correction == 1 else (("correction", self.correction),)
        )
        return (*own, *super()._options(keep))


class Std(_Spread):
    """The standard deviation."""

    word, function = "std", "std"
    summary = "Standard deviation over named axes."
    formula = "√(Σ (x − mean)²/(n − correction))"


class Var(_Spread):
    """The variance."""

    word, function = "var", "var"
    summary = "Variance over named axes."
    formula = "Σ (x − mean)²/(n − correction)"


class Norm(_Reduction):
    """The p-norm."""

    word = "norm"
    summary = "p-norm over named axes."
    formula = "(Σ |x|ᵖ)^(1/p)"
    p: float = Field(2.0, gt=0, description="Order of the norm.")

    def limits(self, within: Interval) -> Interval:
        """From 0."""
        del within
        return Interval(0.0, None)

    def call(
        self, x: Code, dims: Code, options: tuple[tuple[str, Code], ...], every: list[int]
    ) -> Code:
        """`torch.linalg.vector_norm`, whose gradient at 0 is 0."""
        del every
        order: tuple[Code, ...] = () if self.p == 2 else (_short(self.p),)
        where = () if dims is None else (("dim", dims),)
        return Fn("torch.linalg.vector_norm", (x, *order), (*where, *options))


class LogSumExp(_Reduction):
    """ln Σ eˣ without overflow."""

    word = "logsumexp"
    summary = "ln Σ eˣ over named axes, without overflow."
    formula = "ln Σ eˣ"

    def limits(self, within: Interval) -> Interval:
        """Nothing is known."""
        del within
        return Interval()

    def call(
        self, x: Code, dims: Code, options: tuple[tuple[str, Code], ...], every: list[int]
    ) -> Code:
        """`x.logsumexp(1)`; the axes are always written."""
        del dims
        where: Code = every[0] if len(every) == 1 else tuple(every)
        return method(x, "logsumexp", where, **dict(options))


class Product(_Reduction):
    """The product."""

    word, whole = "product", True
    summary = "Product over named axes."
    formula = "Π x"

    def limits(self, within: Interval) -> Interval:
        """Nothing is known."""
        del within
        return Interval()

    def call(
        self, x: Code, dims: Code, options: tuple[tuple[str, Code], ...], every: list[int]
    ) -> Code:
        """`x.prod(2).prod(1)`: torch takes one axis at a time, so the last goes first."""
        if dims is None:
            return method(x, "prod")
        for dim in sorted(every, reverse=True):
            x = method(x, "prod", dim, **dict(options))
        return x


class _Position(Layer):
    axis: Axis | None = Field(None, description="The axis; without it channels, or else the last.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape without the axis, as class ids."""
        x = tensor(operands[0], self.word)
        if x.rank == 0:
            raise LayerError(
                "E301",
                f"{self.word} works along an axis, and this is one number per {x.over[:-1]}",
                text="one number",
            )  # fmt: skip
        axis = feature_axis(x) if self.axis is None else axis_number(x, self.axis, self.word)
        rest = [i for i in range(x.rank) if i != axis]
        out = Tensor(
            tuple(x.sizes[i] for i in rest), tuple(x.axes[i] for i in rest), "int",
            x.sizes[axis], batched=x.batched,
        )  # fmt: skip
        code = method(numeric(x, X(0)), self.word, torch_axis(x, axis))
        return Inference((("output", out),), code, sees="all")


class ArgMax(_Position):
    """Where the largest is."""

    word = "argmax"
    summary = "Position of the largest element along an axis: the last, or the channels."


class ArgMin(_Position):
    """Where the smallest is."""

    word = "argmin"
    summary = "Position of the smallest element along an axis: the last, or the channels."


class CumSum(Layer):
    """Sums up to each position."""

    word = "cumsum"
    summary = "Sums up to each position along an axis."
    formula = "y[i] = Σ_{j≤i} x[j]"
    axis: Axis = Field(-1, description="The axis.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape."""
        x = tensor(operands[0], self.word)
        axis = axis_number(x, self.axis, self.word)
        code = method(numeric(x, X(0)), "cumsum", torch_axis(x, axis))
        out = Tensor(x.sizes, x.axes, "int" if x.dtype == "int" else "float", batched=x.batched)
        return Inference((("output", out),), code, sees="all")

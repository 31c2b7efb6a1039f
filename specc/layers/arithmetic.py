"""Arithmetic and comparison of two values, broadcast from the last axis as PyTorch does."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from specc.formula import product, var
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, X, method
from specc.layers.common import broadcast, equal_sizes, lifted, numeric, span_of, tensor
from specc.sizes import Constraint, render
from specc.types import ANYTHING, DType, Interval, Tensor


def together(left: Tensor, right: Tensor, word: str) -> tuple[Tensor, tuple[Constraint, ...]]:
    """The type of two values put together, of which no range is known."""
    sizes, conditions = broadcast(left, right, word)
    longer = left if left.rank >= right.rank else right
    dtype: DType = "float" if "float" in (left.dtype, right.dtype) else "int"
    if left.constant is not None and right.dtype != "bool":
        dtype = right.dtype if float(left.constant).is_integer() else "float"
    elif right.constant is not None and left.dtype != "bool":
        dtype = left.dtype if float(right.constant).is_integer() else "float"
    batched = left.batched or right.batched
    return Tensor(sizes, longer.axes, dtype, batched=batched), conditions


class _Binary(Layer):
    """Two operands and an operator of Python's."""

    operands = ("a", "b")
    sign: ClassVar[str]
    counted: ClassVar[bool] = False

    def infer(self, *operands: Operand | None) -> Inference:
        """Sizes are those of both together; axes are matched from the last."""
        left, right = tensor(operands[0], self.word), tensor(operands[1], self.word, 1)
        joined, conditions = together(left, right, self.word)
        out = Tensor(
            joined.sizes, joined.axes, self._dtype(joined.dtype),
            range=self._range(left, right), batched=joined.batched,
        )  # fmt: skip
        codes = [numeric(x, lifted(x, X(i), out.rank)) for i, x in enumerate((left, right))]
        macs = product(var(f"n_{a}", s) for a, s in zip(out.axes, out.sizes, strict=True))
        return Inference(
            outputs=(("output", out),),
            forward=self._code(*codes),
            macs=macs if self.counted and out.rank else None,
            constraints=conditions,
        )

    def _dtype(self, dtype: DType) -> DType:
        return dtype

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        del left, right
        return ANYTHING

    def _code(self, left: Code, right: Code) -> Code:
        return Infix(self.sign, left, right)


def _bounds(x: Tensor) -> tuple[float | None, float | None]:
    if x.constant is not None:
        return x.constant, x.constant
    return x.range.low, x.range.high


class Add(_Binary):
    """Sum."""

    word = "add"
    summary = "Sum of two values; `a + b`."
    formula = "a + b"
    sign = "+"

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        pairs = zip(_bounds(left), _bounds(right), strict=True)
        return Interval(*(None if None in p else p[0] + p[1] for p in pairs))  # type: ignore[operator]


class Subtract(_Binary):
    """Difference."""

    word = "subtract"
    summary = "Difference of two values; `a - b`."
    formula = "a − b"
    sign = "-"


class Multiply(_Binary):
    """Product, element by element."""

    word = "multiply"
    summary = "Product of two values, element by element; `a * b`."
    formula = "a·b"
    sign = "*"
    counted = True


class Divide(_Binary):
    """Quotient."""

    word = "divide"
    summary = "Quotient of two values; `a / b`."
    formula = "a/b"
    sign = "/"

    def _dtype(self, dtype: DType) -> DType:
        del dtype
        return "float"


class FloorDivide(_Binary):
    """Quotient rounded down."""

    word = "floor_divide"
    summary = "Quotient of two values, rounded down; `a // b`."
    formula = "⌊a/b⌋"
    sign = "//"


class Remainder(_Binary):
    """Remainder with the divisor's sign."""

    word = "remainder"
    summary = "Remainder of two values; `a % b`."
    formula = "a − b·⌊a/b⌋"
    sign = "%"


class Power(_Binary):
    """Power."""

    word = "power"
    summary = "Power of two values; `a ^ b`."
    formula = "aᵇ"
    sign = "**"

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        del left
        even = right.constant is not None and right.constant % 2 == 0
        return Interval(0.0, None) if even else ANYTHING

    def _code(self, left: Code, right: Code) -> Code:
        return Infix("**", left, right)


class _Comparison(_Binary):
    """A comparison: truth values."""

    def _dtype(self, dtype: DType) -> DType:
        del dtype
        return "bool"

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        del left, right
        return Interval(0.0, 1.0)


def _comparison(name: str, word_: str, sign_: str, words: str) -> type[_Comparison]:
    body = {
        "__doc__": f"Where a {sign_} b.",
        "__module__": __name__,
        "word": word_,
        "summary": f"Where the first value is {words} the second; `a {sign_} b`.",
        "formula": f"a {sign_} b",
        "sign": sign_,
        "__annotations__": {},
    }
    return type(name, (_Comparison,), body)


Equal = _comparison("Equal", "equal", "==", "equal to")
NotEqual = _comparison("NotEqual", "not_equal", "!=", "different from")
Less = _comparison("Less", "less", "<", "less than")
LessEqual = _comparison("LessEqual", "less_equal", "<=", "at most")
Greater = _comparison("Greater", "greater", ">", "more than")
GreaterEqual = _comparison("GreaterEqual", "greater_equal", ">=", "at least")


class _Logical(_Comparison):
    """Two truth values."""

    function: ClassVar[str]

    def _code(self, left: Code, right: Code) -> Code:
        return Fn(self.function, (left, right))

    def infer(self, *operands: Operand | None) -> Inference:
        """Sizes are those of both together."""
        made = super().infer(*operands)
        return replace(made, forward=Fn(self.function, (X(0), X(1))))


class LogicalAnd(_Logical):
    """Both."""

    word, function, sign = "logical_and", "torch.logical_and", "and"
    summary = "Where both truth values hold; `a and b`."
    formula = "a ∧ b"


class LogicalOr(_Logical):
    """At least one."""

    word, function, sign = "logical_or", "torch.logical_or", "or"
    summary = "Where at least one truth value holds; `a or b`."
    formula = "a ∨ b"


class Matmul(Layer):
    """The matrix product of the last two axes."""

    word = "matmul"
    summary = "Matrix product of the last two axes of each item."
    formula = "y[i, k] = Σ_j a[i, j]·b[j, k]"
    operands = ("a", "b")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n, m] and […, m, k] to […, n, k]; a vector [m] stands for a row or a column."""
        left, right = tensor(operands[0], self.word), tensor(operands[1], self.word, 1)
        if not left.rank or not right.rank or max(left.rank, right.rank) > 2 + (left.rank > 2):
            raise LayerError(
                "E301", f"matmul takes matrices, not {left} and {right}", text=f"{left}, {right}"
            )
        inner = right.sizes[-2] if right.rank > 1 else right.sizes[0]
        same, conditions = equal_sizes(left.sizes[-1], inner)
        if not same or (left.rank == right.rank == 1):
            raise LayerError(
                "E302",
                f"matmul of {left} and {right}: "
                f"{render(left.sizes[-1])} columns against {render(inner)} rows",
                text=f"{render(left.sizes[-1])} ≠ {render(inner)}",
            )
        rest = right.sizes[-1:] if right.rank > 1 else ()
        sizes = (*left.sizes[:-1], *rest)
        axes = (*left.axes[:-1], *(right.axes[-1:] if right.rank > 1 else ()))
        out = Tensor(sizes, axes, batched=left.batched or right.batched)
        macs = product((*(var(f"n_{i}", s) for i, s in enumerate(sizes, 1)), var("m", inner)))
        code = self._written(left, right)
        return Inference((("output", out),), code, macs=macs, sees="all", constraints=conditions)

    def _written(self, left: Tensor, right: Tensor) -> Code:
        """A batch of vectors is lifted to matrices with one row or column."""
        a: Code = X(0)
        b: Code = X(1)
        if right.rank == 1 and right.batched:
            return method(Infix("@", a, method(b, "unsqueeze", -1)), "squeeze", -1)
        if left.rank == 1 and left.batched and right.batched:
            return method(Infix("@", method(a, "unsqueeze", 1), b), "squeeze", 1)
        return Infix("@", a, b)


class Where(Layer):
    """One of two values, element by element."""

    word = "where"
    summary = "The first value where a condition holds, else the second."
    formula = "a if c else b"
    operands = ("condition", "a", "b")

    def infer(self, *operands: Operand | None) -> Inference:
        """Sizes of all three together."""
        condition = tensor(operands[0], self.word)
        left, right = tensor(operands[1], self.word, 1), tensor(operands[2], self.word, 2)
        if condition.dtype != "bool":
            raise LayerError("E203", "where needs a condition of truth values", argument=0)
        both, first = together(left, right, self.word)
        out, second = together(condition, both, self.word)
        span = span_of((left, right))
        parts = tuple(lifted(t, X(i), out.rank) for i, t in enumerate((condition, left, right)))
        made = Tensor(out.sizes, out.axes, both.dtype, range=span, batched=out.batched)
        return Inference(
            (("output", made),), Fn("torch.where", parts), constraints=(*first, *second)
        )

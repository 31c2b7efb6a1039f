"""Arithmetic of two values, broadcast from the last axis as PyTorch does."""

import operator
from collections.abc import Callable
from typing import ClassVar, Literal, TypeAlias

from specc.formula import product, var
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Infix, X, method
from specc.layers.common import (
    broadcast,
    equal_sizes,
    known_size,
    lifted,
    numeric,
    tensor,
)
from specc.sizes import Constraint, Size, render
from specc.types import ANYTHING, SPATIAL, DType, Interval, Tensor


def together(left: Tensor, right: Tensor, word: str) -> tuple[Tensor, tuple[Constraint, ...]]:
    """The type of two values put together, of which no range is known."""
    sizes, conditions = broadcast(left, right, word)
    longer = left if left.rank >= right.rank else right
    dtype: DType = "float" if "float" in map(_reckoned, (left, right)) else "int"
    return Tensor(sizes, longer.axes, dtype, batched=left.batched or right.batched), conditions


def _reckoned(x: Tensor) -> DType:
    """What an operand counts as: whole literals change nothing, truth values are 0.0 and 1.0."""
    if x.constant is not None:
        return "int" if float(x.constant).is_integer() else "float"
    return "int" if x.dtype == "int" else "float"


Ends: TypeAlias = tuple[float | None, float | None]


def _bounds(x: Tensor) -> Ends:
    if x.constant is not None:
        return x.constant, x.constant
    return (0.0, 1.0) if x.dtype == "bool" else (x.range.low, x.range.high)


def _sum(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left + right


def _negative(end: float | None) -> float | None:
    return None if end is None else -end


def _spanned(left: Ends, right: Ends, function: Callable[[float, float], float]) -> Interval:
    """What a function that rises or falls along each operand makes of four known ends."""
    corners = [function(a, b) for a in left for b in right if a is not None and b is not None]
    if len(corners) == 4:
        return Interval(min(corners), max(corners))
    signs = [end is not None and end >= 0 for end in (left[0], right[0])]
    return Interval(0.0) if all(signs) else ANYTHING


class Binary(Layer):
    """Two operands and an operator of Python's."""

    operands = ("a", "b")
    sign: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """Sizes are those of both together; axes are matched from the last."""
        left, right = tensor(operands[0], self.word), tensor(operands[1], self.word, 1)
        joined, conditions = together(left, right, self.word)
        out = Tensor(
            joined.sizes, joined.axes, self._dtype(joined.dtype),
            range=self._range(left, right), batched=joined.batched,
        )  # fmt: skip
        codes = [self._operand(x, lifted(x, X(i), out.rank)) for i, x in enumerate((left, right))]
        return Inference(
            outputs=(("output", out),),
            forward=self._code(*codes),
            constraints=conditions,
        )

    def _operand(self, x: Tensor, code: Code) -> Code:
        return numeric(x, code)

    def _dtype(self, dtype: DType) -> DType:
        return dtype

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        return self._between(_bounds(left), _bounds(right))

    def _between(self, left: Ends, right: Ends) -> Interval:
        del left, right
        return ANYTHING

    def _code(self, left: Code, right: Code) -> Code:
        return Infix(self.sign, left, right)


class Add(Binary):
    """Sum."""

    word = "add"
    summary = "Sum of two values; `a + b`."
    formula = "a + b"
    sign = "+"

    def _between(self, left: Ends, right: Ends) -> Interval:
        return Interval(_sum(left[0], right[0]), _sum(left[1], right[1]))


class Subtract(Binary):
    """Difference."""

    word = "subtract"
    summary = "Difference of two values; `a - b`."
    formula = "a − b"
    sign = "-"

    def _between(self, left: Ends, right: Ends) -> Interval:
        return Interval(_sum(left[0], _negative(right[1])), _sum(left[1], _negative(right[0])))


class Multiply(Binary):
    """Product, element by element."""

    word = "multiply"
    summary = "Product of two values, element by element; `a * b`."
    formula = "a·b"
    sign = "*"

    def _between(self, left: Ends, right: Ends) -> Interval:
        return _spanned(left, right, operator.mul)


class Divide(Binary):
    """Quotient."""

    word = "divide"
    summary = "Quotient of two values; `a / b`."
    formula = "a/b"
    sign = "/"

    def _dtype(self, dtype: DType) -> DType:
        del dtype
        return "float"

    def _between(self, left: Ends, right: Ends) -> Interval:
        spans_zero = right[0] is None or right[0] <= 0
        return ANYTHING if spans_zero else _spanned(left, right, operator.truediv)


class FloorDivide(Binary):
    """Quotient rounded down."""

    word = "floor_divide"
    summary = "Quotient of two values, rounded down; `a // b`."
    formula = "⌊a/b⌋"
    sign = "//"


class Remainder(Binary):
    """Remainder with the divisor's sign."""

    word = "remainder"
    summary = "Remainder of two values; `a % b`."
    formula = "a − b·⌊a/b⌋"
    sign = "%"


class Power(Binary):
    """Power."""

    word = "power"
    summary = "Power of two values; `a ^ b`."
    formula = "aᵇ"
    sign = "**"

    def _range(self, left: Tensor, right: Tensor) -> Interval:
        del left
        even = right.constant is not None and right.constant % 2 == 0
        return Interval(0.0, None) if even else ANYTHING


class Matmul(Layer):
    """The matrix product of the last two axes."""

    word = "matmul"
    summary = "Matrix product of the last two axes of each item."
    formula = "y[i, k] = Σ_j a[i, j]·b[j, k]"
    operands = ("a", "b")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n, m] and […, m, k] to […, n, k]; a vector [m] stands for a row or a column.

        Axes before the last two are matched as arithmetic matches them; two vectors give one number.
        """
        left, right = tensor(operands[0], self.word), tensor(operands[1], self.word, 1)
        if not left.rank or not right.rank:
            raise LayerError(
                "E301", f"matmul takes matrices, not {left} and {right}", text=f"{left}, {right}"
            )
        inner, conditions = self._inner(left, right)
        lead, more = broadcast(_before(left), _before(right), self.word)
        longer = left if left.rank >= right.rank else right
        rows, columns = left.sizes[-2:-1], right.sizes[-1:] if right.rank > 1 else ()
        names = (*left.axes[-2:-1], *(right.axes[-1:] if right.rank > 1 else ()))
        sizes = (*lead, *rows, *columns)
        axes = (*longer.axes[: len(lead)], *names)
        out = Tensor(sizes, axes, batched=left.batched or right.batched)
        macs = product((*(var(f"n_{i}", s) for i, s in enumerate(sizes, 1)), var("m", inner)))
        return Inference(
            outputs=(("output", out),),
            forward=_matrix_product(left, right),
            macs=macs,
            sees=_seen(left, right),
            constraints=(*conditions, *more),
        )

    def _inner(self, left: Tensor, right: Tensor) -> tuple[Size, tuple[Constraint, ...]]:
        """The size of the axis that is summed over.

        Raises:
            LayerError: E302, the operands differ in it.
        """
        columns, rows = left.sizes[-1], right.sizes[-2:][0]
        same, conditions = equal_sizes(columns, rows)
        if same:
            return known_size(columns, rows), conditions
        turned = right.rank > 1 and equal_sizes(columns, right.sizes[-1])[0]
        raise LayerError(
            "E302",
            f"matmul of {left} and {right}: {render(columns)} columns against {render(rows)} rows",
            text=f"{render(columns)} ≠ {render(rows)}",
            helps=("transpose(…) of the second operand makes them equal",) if turned else (),
        )


def _seen(left: Tensor, right: Tensor) -> Literal["point", "all"]:
    """A matrix that is the same for all items mixes no positions where it stands at their features."""
    items, axis = (left, -1) if left.batched else (right, -2)
    mixes = items.rank < 2 or items.axes[axis] in SPATIAL or left.batched is right.batched
    return "all" if mixes else "point"


def _before(x: Tensor) -> Tensor:
    """The axes in front of the matrix."""
    return x.with_sizes(x.sizes[:-2], x.axes[:-2])


def _matrix_product(left: Tensor, right: Tensor) -> Code:
    """`a @ b`; a batch of vectors is made a batch of matrices with one row or column first."""
    a, b = X(0), X(1)
    if left.rank == right.rank == 1:
        return method(Infix("*", a, b), "sum", -1)
    if right.rank == 1 and right.batched:
        column = method(lifted(right, b, left.rank - 1), "unsqueeze", -1)
        return method(Infix("@", a, column), "squeeze", -1)
    if left.rank == 1 and left.batched and (right.batched or right.rank > 2):
        return method(Infix("@", lifted(left, a, right.rank), b), "squeeze", -2)
    if left.rank == 1:
        return Infix("@", a, b)
    return Infix("@", lifted(left, a, right.rank), lifted(right, b, left.rank))

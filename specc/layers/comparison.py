"""Comparison of two values and what follows from truth values, broadcast as arithmetic is."""

from typing import ClassVar

from specc.layers.arithmetic import Binary, together
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, X, method
from specc.layers.common import (
    lifted,
    numeric,
    span_of,
    tensor,
)
from specc.types import DType, Interval, Tensor


class _Comparison(Binary):
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

    def _operand(self, x: Tensor, code: Code) -> Code:
        del x
        return code

    def _code(self, left: Code, right: Code) -> Code:
        return Fn(self.function, (left, right))


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
            said = {"int": "whole numbers", "float": "real numbers"}[condition.dtype]
            raise LayerError(
                "E203",
                f"where needs a condition of truth values, not {said}",
                argument=0,
                helps=("a comparison gives truth values: where(mask == 1, a, b)",),
            )
        both, first = together(left, right, self.word)
        out, second = together(condition, both, self.word)
        span = span_of((left, right))
        parts = tuple(
            lifted(t, X(i) if i == 0 else numeric(t, X(i)), out.rank)
            for i, t in enumerate((condition, left, right))
        )
        numbers = left.constant is not None and right.constant is not None
        made = Tensor(
            out.sizes, out.axes, "float" if numbers else both.dtype,
            range=span, batched=out.batched,
        )  # fmt: skip
        code: Code = Fn("torch.where", parts)
        return Inference(
            outputs=(("output", made),),
            forward=method(code, "float") if numbers else code,  # two whole literals are an int64
            constraints=(*first, *second),
        )

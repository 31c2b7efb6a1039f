"""Whether a written answer is a figure, within the tolerance of the question and of its own digits."""

from __future__ import annotations

from fractions import Fraction

from specc.claims.outcome import Value
from specc.exam.expression import Expression
from specc.exam.symbols import same_size
from specc.exam.written import FreeShape, Quantity, Shape, Symbols, Word, Written
from specc.sizes import Symbolic


def agrees(written: Written, value: Value, tolerance: float = 0.0) -> bool:
    """Whether the answer is that value; a formula in letters is one of a figure with free sizes alone."""
    match written:
        case Quantity():
            return _number(written, value, tolerance)
        case Shape(sizes, _):
            return _shape(sizes, value)
        case FreeShape(expressions):
            return isinstance(value, tuple) and _sizes(expressions, value)
        case Symbols(expression):
            return isinstance(value, Symbolic) and same_size(expression, value)
        case Word(text):
            return value == text or (isinstance(value, tuple) and set(value) == {text})


def _number(written: Quantity, value: Value, tolerance: float) -> bool:
    if isinstance(value, tuple):
        return len(value) == 1 and _number(written, value[0], tolerance)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    true = Fraction(value)
    return abs(written.value - true) <= max(written.spread, Fraction(tolerance) * abs(true))


def _shape(sizes: tuple[int, ...], value: Value) -> bool:
    if isinstance(value, tuple):
        return sizes == value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return set(sizes) == {value}
    return False


def _sizes(expressions: tuple[Expression, ...], value: tuple[Value, ...]) -> bool:
    """Whether every formula is the size of its axis, whatever the free sizes are."""
    if len(expressions) != len(value):
        return False
    pairs = zip(expressions, value, strict=True)
    return all(isinstance(v, (int, Symbolic)) and same_size(e, v) for e, v in pairs)


def first_axis_last(written: Written, value: Value) -> bool:
    """Whether a shape is the right one with its first axis behind: `14×14×6` for [6, 14, 14]."""
    if not isinstance(written, Shape) or not isinstance(value, tuple) or len(value) < 2:
        return False
    return written.sizes == (*value[1:], value[0]) and written.sizes != value

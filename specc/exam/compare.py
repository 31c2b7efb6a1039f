"""Whether a written answer is a figure, within the tolerance of the question and of its own digits."""

from __future__ import annotations

from fractions import Fraction

from specc.claims.outcome import Value, text
from specc.exam.expression import Expression
from specc.exam.quantity import Quantity
from specc.exam.symbols import same_size
from specc.exam.written import FreeShape, Shape, Symbols, Word, Written
from specc.sizes import Symbolic

ROUGHEST = Fraction(1, 20)
"""How far a rounded number may lie from the right one, whatever its digits claim."""


def agrees(written: Written, value: Value, tolerance: float | None = None) -> bool:
    """Whether the answer is that value; a formula in letters is one of a figure with free sizes alone.

    A number may be as far off as its digits claim; where a relative tolerance is given, that counts.
    """
    match written:
        case Quantity():
            return _number(written, value, tolerance)
        case Shape():
            return _shape(written, value)
        case FreeShape(expressions):
            return isinstance(value, tuple) and _sizes(expressions, value)
        case Symbols(expression):
            return isinstance(value, Symbolic) and same_size(expression, value)
        case Word(word):
            return value == word or (isinstance(value, tuple) and set(value) == {word})


def _number(written: Quantity, value: Value, tolerance: float | None) -> bool:
    if isinstance(value, tuple):
        return len(value) == 1 and _number(written, value[0], tolerance)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    true = Fraction(value)
    allowed = min(written.spread, ROUGHEST * max(abs(true), abs(written.value)))
    if tolerance is not None:
        exact = Fraction(1, 10**12) if isinstance(value, float) else Fraction(0)
        allowed = max(Fraction(tolerance), exact) * abs(true)
    return abs(written.value - true) <= allowed


def too_rough(written: Written) -> str:
    """What a number stands for that is rounded so far that it says little; empty for another one."""
    if not isinstance(written, Quantity) or written.spread <= ROUGHEST * abs(written.value):
        return ""
    low, high = written.value - written.spread, written.value + written.spread
    return f"it stands for {text(plain(max(low, Fraction(0))))} to {text(plain(high))}: too rough"


def plain(value: Fraction) -> int | float:
    """A whole number where it is one."""
    return int(value) if value.denominator == 1 else float(value)


def _shape(written: Shape, value: Value) -> bool:
    if isinstance(value, tuple):
        return without_batch(written, value) == value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return set(written.sizes) == {value}
    return False


def without_batch(written: Shape, value: tuple[Value, ...]) -> tuple[int, ...]:
    """The sizes without a batch of one in front: `1x6x28x28`."""
    sizes = written.sizes
    return sizes[1:] if len(sizes) == len(value) + 1 and sizes[0] == 1 else sizes


def _sizes(expressions: tuple[Expression, ...], value: tuple[Value, ...]) -> bool:
    """Whether every formula is the size of its axis, whatever the free sizes are."""
    if len(expressions) != len(value):
        return False
    pairs = zip(expressions, value, strict=True)
    return all(isinstance(v, (int, Symbolic)) and same_size(e, v) for e, v in pairs)


def first_axis_last(written: Written, value: Value) -> bool:
    """Whether a shape is the right one with its first axis behind: `14×14×6` for [6, 14, 14]."""
    if not isinstance(value, tuple) or len(value) < 2 or agrees(written, value):
        return False
    behind = (*value[1:], value[0])
    return isinstance(written, (Shape, FreeShape)) and agrees(written, behind)

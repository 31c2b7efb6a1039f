"""One number with the step that made it: its value, the numbers it came from, and its slopes by them.

Values are fractions as long as they are rational, else floats of 64 bits. A step keeps its operands, so
that a working can be printed and the chain rule followed backwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import count
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = Fraction | float
"""An exact number, or a rounded one."""

_LONGEST = 600  # bits of a fraction; longer ones are rounded
_NUMBERS = count()


class Scalar(Struct, frozen=True, eq=False):
    """A number. `op` names the step, `sources` are its operands, `slopes` the derivative by each.

    `order` counts up: a number is always made after its operands.
    """

    value: Value
    op: str = "given"
    sources: tuple[Scalar, ...] = ()
    slopes: tuple[Value, ...] = ()
    order: int = -1

    @property
    def exact(self) -> bool:
        """Whether the value is a fraction."""
        return isinstance(self.value, Fraction)


def tidy(value: Value) -> Value:
    """The value, rounded to a float where its fraction has grown too long to read."""
    if isinstance(value, Fraction):
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        return value if bits <= _LONGEST else _rounded(value)
    return value


def _rounded(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def exactly(number: float | Fraction) -> Value:
    """A written number as a fraction: 0.1 is one tenth."""
    if isinstance(number, float):
        return Fraction(repr(number)) if math.isfinite(number) else number
    return Fraction(number)


def constant(number: float | Fraction) -> Scalar:
    """A number that was written down."""
    return Scalar(exactly(number), "constant", order=next(_NUMBERS))


def given(number: Value) -> Scalar:
    """A number that an example starts from."""
    return Scalar(number, order=next(_NUMBERS))


def made(op: str, value: Value, sources: Sequence[Scalar], slopes: Sequence[Value]) -> Scalar:
    """A number that a step made."""
    return Scalar(tidy(value), op, tuple(sources), tuple(slopes), next(_NUMBERS))


def same(a: Scalar) -> Scalar:
    """The number as one of its own, so that what is read of it is told from what is read of `a`."""
    return Scalar(a.value, "same", (a,), (Fraction(1),), next(_NUMBERS))


def so_far() -> int:
    """How many numbers have been made, for a bound on the work."""
    return constant(0).order


ZERO, ONE = constant(0), constant(1)

# ------------------------------------------------------------------ arithmetic


def plus(a: Value, b: Value) -> Value:
    """The sum, exact where both are."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return float(a) + float(b)


def times(a: Value, b: Value) -> Value:
    """The product, exact where both are; an exact 0 makes it 0."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if (isinstance(a, Fraction) and not a) or (isinstance(b, Fraction) and not b):
        return Fraction(0)
    return float(a) * float(b)


def over(a: Value, b: Value) -> Value:
    """The quotient; by 0 it is infinite or no number, as in PyTorch."""
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b:
        return a / b
    if b and isinstance(a, Fraction) and not a:
        return a
    if b:
        return float(a) / float(b)
    return math.nan if not a or a != a else math.copysign(math.inf, a)


def magnitude(a: Value) -> Value:
    """|a|."""
    return a if a >= 0 else times(Fraction(-1), a)


def total(values: Iterable[Value]) -> Value:
    """The sum of many."""
    result: Value = Fraction(0)
    for value in values:
        result = plus(result, value)
    return result


def add(*terms: Scalar) -> Scalar:
    """a + b + …"""
    if len(terms) == 1:
        return terms[0]
    return made("add", total(t.value for t in terms), terms, [Fraction(1)] * len(terms))


def subtract(a: Scalar, b: Scalar) -> Scalar:
    """a − b."""
    return made(
        "subtract", plus(a.value, times(Fraction(-1), b.value)), (a, b), (Fraction(1), Fraction(-1))
    )


def multiply(a: Scalar, b: Scalar) -> Scalar:
    """a·b."""
    return made("multiply", times(a.value, b.value), (a, b), (b.value, a.value))


def divide(a: Scalar, b: Scalar) -> Scalar:
    """a/b."""
    # A number over itself is 1 exactly: the softmax of one score.
    itself = a is b and a.value and math.isfinite(a.value)
    value = Fraction(1) if itself else over(a.value, b.value)
    slopes = (over(Fraction(1), b.value), times(Fraction(-1), over(value, b.value)))
    return made("divide", value, (a, b), slopes)


def negate(a: Scalar) -> Scalar:
    """−a."""
    return made("negate", times(Fraction(-1), a.value), (a,), (Fraction(-1),))


def dot(left: Sequence[Scalar], right: Sequence[Scalar], offset: Scalar | None = None) -> Scalar:
    """Σ a·b + offset, in one step. The operands are all of `left`, then `right`, then the offset."""
    value = total(times(a.value, b.value) for a, b in zip(left, right, strict=True))
    sources, slopes = [*left, *right], [*(b.value for b in right), *(a.value for a in left)]
    if offset is not None:
        value = plus(value, offset.value)
        sources, slopes = [*sources, offset], [*slopes, Fraction(1)]
    return made("dot+" if offset is not None else "dot", value, sources, slopes)


def mean(terms: Sequence[Scalar]) -> Scalar:
    """The sum over the number."""
    share = Fraction(1, len(terms))
    value = times(total(t.value for t in terms), share)
    return made("mean", value, terms, [share] * len(terms))


def floor_divide(a: Scalar, b: Scalar) -> Scalar:
    """⌊a/b⌋, without a slope."""
    return flat("floor", _floored(a.value, b.value), a, b)


def remainder(a: Scalar, b: Scalar) -> Scalar:
    """a − b·⌊a/b⌋, with the sign of b."""
    whole = _floored(a.value, b.value)
    value = plus(a.value, times(Fraction(-1), times(whole, b.value)))
    return made("remainder", value, (a, b), (Fraction(1), times(Fraction(-1), whole)))


def _floored(a: Value, b: Value) -> Value:
    ratio = over(a, b)
    if isinstance(ratio, Fraction) or math.isfinite(ratio):
        return Fraction(math.floor(ratio))
    return ratio


# ------------------------------------------------------------------- functions


def power(a: Scalar, b: Scalar) -> Scalar:
    """a to the b."""
    value = raised(a.value, b.value)
    below = raised(a.value, plus(b.value, Fraction(-1))) if b.value else Fraction(0)
    by_exponent = times(value, _log(a.value)) if b.op != "constant" else Fraction(0)
    return made("power", value, (a, b), (times(b.value, below), by_exponent))


def raised(a: Value, b: Value) -> Value:
    """The power of two values; exact for a whole exponent, and for a root that is rational."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        if b.denominator == 1 and abs(b) <= 64 and (a or b >= 0):
            return a ** int(b)
        root = _root(a) if b == Fraction(1, 2) and a >= 0 else None
        if root is not None:
            return root
    try:
        result = float(a) ** float(b)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _root(a: Fraction) -> Fraction | None:
    top, bottom = math.isqrt(a.numerator), math.isqrt(a.denominator)
    return (
        Fraction(top, bottom) if top * top == a.numerator and bottom**2 == a.denominator else None
    )


def sqrt(a: Scalar) -> Scalar:
    """The square root."""
    value = raised(a.value, Fraction(1, 2)) if a.value >= 0 else math.nan
    return made("sqrt", value, (a,), (over(Fraction(1), times(Fraction(2), value)),))


def _exp(a: Value) -> Value:
    if isinstance(a, Fraction) and not a:
        return Fraction(1)
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _log(a: Value) -> Value:
    if isinstance(a, Fraction) and a == 1:
        return Fraction(0)
    if a != a or a < 0:
        return math.nan
    return math.log(a) if a else -math.inf


def exp(a: Scalar) -> Scalar:
    """e to the a."""
    value = _exp(a.value)
    return made("exp", value, (a,), (value,))


def log(a: Scalar) -> Scalar:
    """The natural logarithm."""
    return made("log", _log(a.value), (a,), (over(Fraction(1), a.value),))


def log1p(a: Scalar) -> Scalar:
    """ln(1 + a), exact near 0."""
    zero = isinstance(a.value, Fraction) and not a.value
    value: Value = Fraction(0) if zero else math.log1p(a.value) if a.value > -1 else math.nan
    return made("log1p", value, (a,), (over(Fraction(1), plus(Fraction(1), a.value)),))


def sigmoid(a: Scalar) -> Scalar:
    """1/(1 + e^−a)."""
    value = sigmoid_of(a.value)
    slope = times(value, plus(Fraction(1), times(Fraction(-1), value)))
    return made("sigmoid", value, (a,), (slope,))


def sigmoid_of(a: Value) -> Value:
    """The logistic function of a value, without overflow."""
    if isinstance(a, Fraction) and not a:
        return Fraction(1, 2)
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    return math.exp(a) / (1 + math.exp(a))


def tanh(a: Scalar) -> Scalar:
    """The hyperbolic tangent."""
    value: Value = (
        Fraction(0) if isinstance(a.value, Fraction) and not a.value else math.tanh(a.value)
    )
    slope = plus(Fraction(1), times(Fraction(-1), times(value, value)))
    return made("tanh", value, (a,), (slope,))


def softplus(a: Scalar) -> Scalar:
    """ln(1 + e^a), without overflow."""
    value = max(float(a.value), 0.0) + math.log1p(math.exp(-abs(float(a.value))))
    return made("softplus", value, (a,), (sigmoid_of(a.value),))


def _plain(
    op: str, function: Callable[[float], float], slope: Callable[[float], float]
) -> Callable[[Scalar], Scalar]:
    def apply(a: Scalar) -> Scalar:
        at = float(a.value)
        return made(op, function(at), (a,), (slope(at),))

    return apply


sin = _plain("sin", math.sin, math.cos)
cos = _plain("cos", math.cos, lambda a: -math.sin(a))
erf = _plain("erf", math.erf, lambda a: 2 / math.sqrt(math.pi) * math.exp(-a * a))


def absolute(a: Scalar) -> Scalar:
    """|a|; the slope at 0 is 0, as in PyTorch."""
    sign = Fraction((a.value > 0) - (a.value < 0))
    return made("abs", magnitude(a.value), (a,), (sign,))


def largest(values: Sequence[Scalar], *, least: bool = False) -> tuple[Scalar, int]:
    """The largest number (or the smallest) and its place; of equal ones the first."""
    pick = min if least else max
    place = pick(range(len(values)), key=lambda i: values[i].value)
    slopes = [Fraction(i == place) for i in range(len(values))]
    return made("min" if least else "max", values[place].value, values, slopes), place


def flat(op: str, value: Value | int, *sources: Scalar) -> Scalar:
    """A step without a slope: a rounding, a comparison, a detached value."""
    exact: Value = Fraction(value) if isinstance(value, int) else value
    return made(op, exact, sources, [Fraction(0)] * len(sources))

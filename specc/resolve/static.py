"""Arithmetic on what is known before anything runs: numbers, symbolic sizes, words and lists."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from specc.limits import MAX_NUMBER_DIGITS
from specc.program import Static
from specc.sizes import (
    SizeLimit,
    Symbolic,
    evaluate,
    floor_div,
    free_symbols,
    render,
    size_max,
    size_min,
)


class StaticError(Exception):
    """An operation that has no value; the text completes a diagnostic's first line."""


def combine(symbol: str, left: Static, right: Static, assume: Mapping[str, int]) -> Static:
    """The value of `left symbol right`. `assume` decides comparisons of symbolic sizes.

    Raises:
        StaticError: operands of the wrong kind, a division by zero, an undecidable comparison.
    """
    if symbol in ("==", "!=") and not (_numeric(left) and _numeric(right)):
        return (left == right) == (symbol == "==")
    if isinstance(left, tuple) and isinstance(right, tuple) and symbol == "+":
        return (*left, *right)
    if not (_numeric(left) and _numeric(right)):
        raise StaticError(f"{show(left)} {symbol} {show(right)} is no arithmetic on numbers")
    if symbol in ("and", "or"):
        raise StaticError(
            f"{show(left)} {symbol} {show(right)} joins conditions, and these are numbers"
        )
    if symbol in _COMPARE:
        return _COMPARE[symbol](_difference(left, right, assume), 0)
    try:
        return _bounded(_ARITHMETIC[symbol](left, right))
    except (SizeLimit, OverflowError, ArithmeticError, TypeError, ValueError) as problem:
        raise StaticError(_why(symbol, left, right, problem)) from None


def _why(symbol: str, left: Static, right: Static, problem: Exception) -> str:
    text = f"{show(left)} {symbol} {show(right)}"
    if isinstance(problem, ZeroDivisionError):
        return f"{text} divides by zero"
    return f"{text} has no value that specc can hold"


def _numeric(value: Static) -> bool:
    return isinstance(value, (int, float, Symbolic)) and not isinstance(value, bool)


def _difference(left: Static, right: Static, assume: Mapping[str, int]) -> int | float:
    difference = _ARITHMETIC["-"](left, right)
    if isinstance(difference, Symbolic):
        free = free_symbols(difference) - assume.keys()
        if free:
            names = ", ".join(sorted(free))
            raise StaticError(
                f"whether {show(left)} is more or less than {show(right)} depends on {names}"
            )
        return evaluate(difference, assume)
    assert isinstance(difference, (int, float))
    return difference


def _power(left: Static, right: Static) -> Static:
    if isinstance(left, int) and isinstance(right, int):
        if abs(left) > 1 and right * left.bit_length() > 4 * MAX_NUMBER_DIGITS:
            raise OverflowError
        power: int | float = left**right
        return power
    raised: Static = left**right  # type: ignore[operator]
    return raised


def _divide(left: Static, right: Static) -> Static:
    if isinstance(left, Symbolic) or isinstance(right, Symbolic):
        quotient = floor_div(left, right)  # type: ignore[arg-type]
        if quotient * right != left:  # type: ignore[operator]
            raise StaticError(
                f"{show(left)}/{show(right)} may not be whole; write // to round down"
            )
        return quotient
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return left / right  # type: ignore[operator]


def _floor(left: Static, right: Static) -> Static:
    if isinstance(left, float) or isinstance(right, float):
        return left // right  # type: ignore[operator]
    return floor_div(left, right)  # type: ignore[arg-type]


def _bounded(value: Static) -> Static:
    if isinstance(value, int) and value.bit_length() > 4 * MAX_NUMBER_DIGITS:
        raise OverflowError
    if isinstance(value, complex):
        raise ArithmeticError
    return value


_COMPARE: dict[str, Callable[[int | float, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_ARITHMETIC: dict[str, Callable[[Static, Static], Static]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "//": _floor,
    "%": operator.mod,
    "^": _power,
}


def call(name: str, arguments: list[Static]) -> Static:
    """`min`, `max`, `abs`, `len`, `sum`, `range`, `reversed`, `sqrt` and its like over static values.

    Raises:
        StaticError: unknown function or unfit arguments.
    """
    first = arguments[0] if arguments else None
    values = list(first) if len(arguments) == 1 and isinstance(first, tuple) else arguments
    match name:
        case "min" | "max" if values and all(_numeric(v) for v in values):
            return _extreme(name, values)
        case "len" if len(arguments) == 1 and isinstance(first, tuple):
            return len(first)
        case "abs" if len(arguments) == 1 and isinstance(first, (int, float)):
            return abs(first)
        case "sum" if all(isinstance(v, (int, float)) for v in values):
            return sum(v for v in values if isinstance(v, (int, float)))
        case "reversed" if len(arguments) == 1 and isinstance(first, tuple):
            return first[::-1]
        case _ if name in _OF_ONE and len(arguments) == 1 and isinstance(first, (int, float)):
            return _of_one(name, first)
        case "range" if all(isinstance(v, int) for v in arguments) and 1 <= len(arguments) <= 3:
            return _range(tuple(v for v in arguments if isinstance(v, int)))
        case _ if name in _OF_ONE and isinstance(first, Symbolic):
            raise StaticError(f"{name}({show(first)}) is known only when {show(first)} is a number")
    shown = ", ".join(show(a) for a in arguments)
    raise StaticError(f"{name}({shown}) has no value")


def _root(value: float) -> int | float:
    """A whole root of a whole number stays whole, so that it may be a size."""
    root = math.sqrt(value)
    return int(root) if isinstance(value, int) and root % 1 == 0 else root


_OF_ONE: dict[str, Callable[[float], int | float]] = {
    "sqrt": _root,
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "square": lambda a: a * a,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
}
"""Layers that are functions of one number: over a known number they are known."""

STATIC_FUNCTIONS = ("min", "max", "len", "abs", "sum", "reversed", "range", *_OF_ONE)


def _of_one(name: str, value: float) -> int | float:
    try:
        return _OF_ONE[name](value)
    except (ValueError, OverflowError):
        raise StaticError(f"{name}({show(value)}) has no value") from None


def _extreme(name: str, values: list[Static]) -> Static:
    if all(isinstance(v, (int, float)) for v in values):
        pick = min if name == "min" else max
        return pick(v for v in values if isinstance(v, (int, float)))
    result = values[0]
    for value in values[1:]:
        join = size_min if name == "min" else size_max
        result = join(result, value)  # type: ignore[arg-type]
    return result


def _range(bounds: tuple[int, ...]) -> Static:
    if len(bounds) == 3 and bounds[2] == 0:
        raise StaticError("the step of a range is 0, and it never ends")
    steps = range(*bounds)
    if len(steps) > 1_000_000:
        raise StaticError(f"a range of {len(steps):,} numbers is too long")
    return tuple(steps)


def show(value: Static) -> str:
    """A static value as the language writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Symbolic():
            return render(value)
        case str():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(show(v) for v in value)}]"
        case int() if abs(value) >= 1000:
            return f"{value:,}"
        case _:
            return str(value)

"""Literal tensors of an example: nested lists of exact numbers, and arithmetic on them.

A number written with a point is the decimal fraction that it says, so 0.1 is one tenth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import zip_longest
from typing import TypeAlias

from msgspec import Struct

from specc.source import Span
from specc.syntax import tree

Exact: TypeAlias = Fraction | float
Nested: TypeAlias = "Exact | tuple[Nested, ...]"
MOST_NUMBERS = 4096
"""Of one literal: an example is worked by a person."""


class LiteralError(Exception):
    """An expression that is no literal tensor; carries where, and what would do."""

    def __init__(self, message: str, span: Span, help: str = "") -> None:
        super().__init__(message)
        self.message, self.span, self.help = message, span, help


class Literal(Struct, frozen=True):
    """Exact numbers in a shape, row by row. `decimal` says that one was written with a point."""

    sizes: tuple[int, ...]
    items: tuple[Exact, ...]
    decimal: bool = False


def literal(expr: tree.Expr, names: Mapping[str, Literal]) -> Literal:
    """The tensor that an expression writes down; `names` are those given before.

    Raises:
        LiteralError: it is computed, its rows differ in length, or it is too large.
    """
    nested = _value(expr, names)
    sizes = _sizes(nested, expr.span)
    items = tuple(_flat(nested))
    if len(items) > MOST_NUMBERS:
        raise LiteralError(f"an example takes tensors of at most {MOST_NUMBERS} numbers", expr.span)
    return Literal(sizes, items, _decimal(expr, names))


def _flat(value: Nested) -> Iterator[Exact]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _sizes(value: Nested, span: Span) -> tuple[int, ...]:
    if not isinstance(value, tuple):
        return ()
    inner = {_sizes(item, span) for item in value}
    if len(inner) != 1:
        shapes = " and ".join(sorted("×".join(map(str, s)) or "one number" for s in inner))
        raise LiteralError(
            "the rows of this tensor differ" if value else "this tensor is empty", span, shapes
        )
    return (len(value), *inner.pop())


def _decimal(expr: tree.Expr, names: Mapping[str, Literal]) -> bool:
    match expr:
        case tree.Number(_, value):
            return isinstance(value, float)
        case tree.Name(_, id):
            return id in names and names[id].decimal
        case tree.ListOf(_, items):
            return any(_decimal(i, names) for i in items)
        case tree.Unary(_, _, operand):
            return _decimal(operand, names)
        case tree.Binary(_, _, left, right):
            return _decimal(left, names) or _decimal(right, names)
        case tree.Call(_, _, arguments):
            return any(_decimal(a.value, names) for a in arguments)
        case _:
            return False


def _value(expr: tree.Expr, names: Mapping[str, Literal]) -> Nested:
    match expr:
        case tree.Number(span, value):
            if not math.isfinite(value):
                raise LiteralError("this number is too large", span)
            return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        case tree.ListOf(_, items):
            return tuple(_value(i, names) for i in items)
        case tree.Name(_, id) if id in names:
            return _nested(names[id].sizes, iter(names[id].items))
        case tree.Unary(_, "-", operand):
            return _each(lambda a: -a, _value(operand, names))
        case tree.Binary(_, sign, left, right) if sign in _ARITHMETIC:
            return _combined(expr, sign, _value(left, names), _value(right, names))
        case tree.Call(_, tree.Name(_, id), arguments) if id in _FUNCTIONS:
            return _called(expr, id, [_value(a.value, names) for a in arguments])
        case tree.Index(_, tree.Name(_, id), sizes) if id in _FUNCTIONS:
            inside = ", ".join(s.value.span.text for s in sizes)
            raise LiteralError(f"{id} is a function", expr.span, f"{id}({inside})")
        case _:
            raise LiteralError(
                "given takes a literal tensor, and this is computed",
                expr.span,
                f"y = {expr.span.text}" if "\n" not in expr.span.text else "",
            )


def _nested(sizes: tuple[int, ...], items: Iterator[Exact]) -> Nested:
    if not sizes:
        return next(items)
    return tuple(_nested(sizes[1:], items) for _ in range(sizes[0]))


def _each(function: Callable[..., Exact], *values: Nested) -> Nested:
    """A function of every number; one number goes with every entry of a list."""
    if not any(isinstance(v, tuple) for v in values):
        return function(*values)
    length = max(len(v) for v in values if isinstance(v, tuple))
    columns = [v if isinstance(v, tuple) else (v,) * length for v in values]
    return tuple(_each(function, *row) for row in zip_longest(*columns, fillvalue=()))


def _power(a: Exact, b: Exact) -> Exact:
    if isinstance(a, Fraction) and isinstance(b, Fraction) and b.denominator == 1 and abs(b) <= 64:
        return a ** int(b)
    return math.pow(a, b)


_ARITHMETIC: dict[str, Callable[[Exact, Exact], Exact]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": _power,
}


def _combined(expr: tree.Binary, sign: str, left: Nested, right: Nested) -> Nested:
    try:
        return _each(_ARITHMETIC[sign], left, right)
    except (ArithmeticError, TypeError):
        raise LiteralError("this arithmetic has no result", expr.span) from None


def _transposed(value: Nested) -> Nested:
    if not isinstance(value, tuple) or not all(isinstance(row, tuple) for row in value):
        raise TypeError
    return tuple(zip(*value, strict=True))


def _flipped(value: Nested) -> Nested:
    """Both axes of a kernel turned round; of a list of kernels each one."""
    if not isinstance(value, tuple):
        raise TypeError
    depth = len(_sizes_of(value))
    rows = tuple(_flipped(v) if isinstance(v, tuple) else v for v in value)
    return rows if depth > 2 else rows[::-1]


def _sizes_of(value: Nested) -> tuple[int, ...]:
    return (len(value), *_sizes_of(value[0])) if isinstance(value, tuple) and value else ()


def _filled(number: int) -> Callable[..., Nested]:
    def make(*sizes: Nested) -> Nested:
        value: Nested = Fraction(number)
        for size in reversed(sizes):
            if isinstance(size, tuple) or not 0 < size <= MOST_NUMBERS:
                raise TypeError
            value = (value,) * int(size)
        return value

    return make


def _eye(size: Nested) -> Nested:
    if isinstance(size, tuple) or not 0 < size <= 64:
        raise TypeError
    n = int(size)
    return tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n))


def _elementwise(function: Callable[[float], float]) -> Callable[[Nested], Nested]:
    return lambda value: _each(lambda a: function(float(a)), value)


_FUNCTIONS: dict[str, Callable[..., Nested]] = {
    "transpose": _transposed,
    "flip": _flipped,
    "zeros": _filled(0),
    "ones": _filled(1),
    "eye": _eye,
    "sqrt": _elementwise(math.sqrt),
    "exp": _elementwise(math.exp),
    "log": _elementwise(math.log),
}
"""Functions of literals: `flip(K)` turns a kernel round, `eye(3)` is the unit matrix."""


def _called(expr: tree.Call, name: str, arguments: list[Nested]) -> Nested:
    try:
        return _FUNCTIONS[name](*arguments)
    except (TypeError, ValueError, ArithmeticError):
        raise LiteralError(f"{name} has no result here", expr.span) from None

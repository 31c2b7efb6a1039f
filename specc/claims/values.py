"""The value of an expression in a claim: numbers, lists, arithmetic, parameters and other figures."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeGuard

from specc.claims.error import ClaimError
from specc.claims.figures import figure
from specc.claims.outcome import Value
from specc.claims.subjects import Subject, Tables
from specc.diagnostics import Diagnostic
from specc.nearest import nearest
from specc.program import Program
from specc.sizes import Size, SizeLimit, Symbolic, bounds, free_symbols, size_max, size_min, symbol
from specc.syntax import tree
from specc.types import Tensor

Number: TypeAlias = Size | float

_ARITHMETIC: Mapping[str, Callable[..., Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
_COMPARISONS: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOST_BITS = 4_096  # of a power


def dotted(expr: tree.Expr) -> tuple[tree.Name, ...] | None:
    """The names of `LeNet.C1.params`; None for another expression."""
    names: list[tree.Name] = []
    while isinstance(expr, tree.Member):
        names.append(expr.name)
        expr = expr.base
    return (expr, *reversed(names)) if isinstance(expr, tree.Name) else None


def subject_of(tables: Tables, expr: tree.Expr) -> tuple[Subject, tree.Name]:
    """The subject and the word of a figure.

    Raises:
        ClaimError: the expression is no figure of anything.
    """
    names = dotted(expr)
    if names is None or len(names) < 2:
        raise _error(
            "E604", "a claim is about a figure of a stage or network", expr, "C1.params = 156"
        )
    return tables.find(names[:-1]), names[-1]


class Evaluator:
    """Values of expressions over one program and convention."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.names = {p.name: p.value for p in tables.program.parameters}
        self.symbols = _symbols(tables.program)

    def __call__(self, expr: tree.Expr) -> Value:
        """The value.

        Raises:
            ClaimError: a name or figure is unknown, or the arithmetic has no result.
        """
        match expr:
            case tree.Number(_, value) | tree.Bool(_, value) | tree.Text(_, value):
                return value
            case tree.SizeLiteral(_, values):
                return values
            case tree.ListOf(_, items):
                return tuple(self(i) for i in items)
            case tree.Name():
                return self._name(expr)
            case tree.Member():
                return figure(*subject_of(self.tables, expr)).value
            case tree.Unary(_, sign, operand):
                return self._unary(expr, sign, self(operand))
            case tree.Binary():
                return self._binary(expr)
            case tree.Conditional(_, then, condition, otherwise):
                return self(then) if self(condition) is True else self(otherwise)
            case tree.Call():
                return self._call(expr)
            case _:
                raise _error("E604", "this cannot be computed from the networks alone", expr)

    def _name(self, name: tree.Name) -> Value:
        if name.id in self.names:
            return self.names[name.id]
        if name.id in self.symbols:
            return symbol(name.id)
        if name.id == "all":
            return "all"
        if name.id in {b.name for b in self.tables.program.networks}:
            message = f"{name.id} is a network; a claim is about one of its figures"
            raise _error("E603", message, name, f"such as {name.id}.params")
        near = nearest(name.id, [*self.names, *sorted(self.symbols)], 1)
        text = f'did you mean "{near[0]}"?' if near else ""
        trains = self.tables.program.trains
        if name.id in {m.name for plan in trains for m in plan.metrics} or (
            name.id == "loss" and trains
        ):
            text = f"of which rows? test.{name.id}"
        raise _error("E402", f'nothing is named "{name.id}"', name, text)

    def _unary(self, expr: tree.Expr, sign: str, value: Value) -> Value:
        if sign == "not":
            return value is not True
        if isinstance(value, (int, float, Symbolic)):
            return -value
        raise _error("E604", "only a number has a negative", expr)

    def _binary(self, expr: tree.Binary) -> Value:
        sign = expr.operator
        if sign in {"and", "or"}:
            left_true = self(expr.left) is True
            return self(expr.right) is True if left_true is (sign == "and") else left_true
        left, right = self(expr.left), self(expr.right)
        if sign in {"==", "!="}:
            return (left == right) is (sign == "==")
        if not (_is_number(left) and _is_number(right)):
            raise _error("E604", f'"{sign}" needs a number on both sides', expr)
        try:
            return _combined(sign, left, right)
        except (ArithmeticError, SizeLimit, TypeError, ValueError) as error:
            raise _error("E604", "this arithmetic has no result", expr, str(error)) from error

    def _call(self, expr: tree.Call) -> Value:
        """`min(…)`, `max(…)`, `sum([…])`."""
        name = expr.callee.id if isinstance(expr.callee, tree.Name) else ""
        values = [self(a.value) for a in expr.arguments]
        if len(values) == 1 and isinstance(values[0], tuple):
            values = list(values[0])
        sizes = [v for v in values if isinstance(v, (int, Symbolic))]
        if name not in {"min", "max", "sum"} or len(sizes) != len(values) or not sizes:
            raise _error("E604", "this cannot be computed from the networks alone", expr)
        if name == "sum":
            result: Size = 0
            for size in sizes:
                result = result + size
            return result
        return (size_min if name == "min" else size_max)(sizes[0], *sizes[1:])


def _is_number(value: Value) -> TypeGuard[Number]:
    return isinstance(value, (int, float, Symbolic)) and not isinstance(value, bool)


def _combined(sign: str, left: Number, right: Number) -> Value:
    """Arithmetic; Python's own operators refuse what has no meaning with a TypeError."""
    if sign in _COMPARISONS:
        return _compared(sign, left, right)
    if sign == "^":
        return _power(left, right)
    if sign == "/" and not isinstance(left, float) and not isinstance(right, float):
        return _quotient(left, right)
    return _ARITHMETIC[sign](left, right)


def _power(base: Number, exponent: Number) -> Value:
    if not isinstance(exponent, int) or not 0 <= exponent <= _MOST_BITS:
        raise ValueError("an exponent is a whole number from 0 on")
    if isinstance(base, int) and base.bit_length() * exponent > _MOST_BITS:
        raise ValueError("too large")
    return base**exponent


def _quotient(left: Size, right: Size) -> Value:
    """A whole result stays whole."""
    if left % right == 0:
        return left // right
    if isinstance(left, int) and isinstance(right, int):
        return left / right
    raise ValueError("this division leaves a rest for some sizes")


def _compared(sign: str, left: Number, right: Number) -> bool:
    """With free symbols the comparison must hold for every positive number."""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return _COMPARISONS[sign](left, right)
    low, high = bounds(left - right)  # type: ignore[arg-type, operator]
    if sign in {">", ">="}:
        return low is not None and _COMPARISONS[sign](low, 0)
    return high is not None and _COMPARISONS[sign](high, 0)


def _symbols(program: Program) -> frozenset[str]:
    """The free sizes of all inputs and parameters."""
    sizes = [
        s for b in program.networks for _, t in b.inputs if isinstance(t, Tensor) for s in t.sizes
    ]
    sizes += [p.value for p in program.parameters if isinstance(p.value, (int, Symbolic))]
    return frozenset[str]().union(*(free_symbols(s) for s in sizes))


def _error(code: str, message: str, expr: tree.Expr, text: str = "") -> ClaimError:
    return ClaimError(Diagnostic(code, message, expr.span, text))

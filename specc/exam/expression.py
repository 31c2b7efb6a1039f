"""A formula as a student writes it: `(k^2*c+1)*f`, `4h(d+h) + 4h`, `⌊(n − k)/s⌋ + 1`.

Read into a small tree, and evaluated exactly with fractions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

from specc.exam.unreadable import Unreadable

LONGEST = 300  # characters
DEEPEST = 40  # parentheses in each other
HIGHEST = 64  # exponent
LARGEST = 4_096  # bits of a number

_SIGNS = {
    "×": "*", "·": "*", "∙": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/", "**": "^",
    "²": "^2", "³": "^3", "⁴": "^4", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")",
    r"\cdot": "*", r"\times": "*", r"\left": "", r"\right": "", r"\lfloor": "floor(", r"\rfloor": ")",
    "{": "(", "}": ")",
}  # fmt: skip
_TIMES = re.compile(r"(?<=[\d)])(\s*)[xX]\1(?=[\d(]|[^\W\d_](?!\w))")
"""An x between numbers, parentheses and single letters multiplies."""
_PART = re.compile(r"[^\W\d_](?:_[^\W\d_]+|_?\d+)?")
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([^\W\d_]\w*)|(//|[-+*/^(),]))")
_FUNCTIONS = ("floor", "ceil", "min", "max")


class Number(Struct, frozen=True):
    """A number."""

    value: Fraction


class Letter(Struct, frozen=True):
    """A quantity by its name."""

    name: str


class Operation(Struct, frozen=True):
    """A sign or a function with its parts."""

    sign: str
    parts: tuple[Expression, ...]


Expression: TypeAlias = Number | Letter | Operation


def parse(text: str) -> Expression:
    """The tree of a formula.

    Raises:
        Unreadable: it is none.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"longer than {LONGEST} characters")
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return _Reader(_tokens(_TIMES.sub("*", text))).whole()


def letters(e: Expression) -> frozenset[str]:
    """The names in a formula."""
    match e:
        case Letter(name):
            return frozenset({name})
        case Operation(_, parts):
            return frozenset().union(*map(letters, parts))
        case _:
            return frozenset()


def spelt(e: Expression, known: Callable[[str], bool]) -> Expression:
    """With the known letters of an unknown name side by side: `k²cf` is k²·c·f, `HW` is H·W."""
    match e:
        case Letter():
            return _multiplied(_parts(e, known))
        case Operation("^", (Letter() as base, exponent)):
            *first, last = _parts(base, known)
            return _multiplied([*first, Operation("^", (last, spelt(exponent, known)))])
        case Operation(sign, parts):
            return Operation(sign, tuple(spelt(p, known) for p in parts))
        case _:
            return e


def _parts(e: Letter, known: Callable[[str], bool]) -> list[Expression]:
    parts = _PART.findall(e.name)
    whole = "".join(parts) == e.name and all(map(known, parts))
    return [Letter(p) for p in parts] if whole and not known(e.name) else [e]


def _multiplied(parts: Sequence[Expression]) -> Expression:
    return reduce(lambda left, right: Operation("*", (left, right)), parts)


def evaluate(e: Expression, values: Mapping[str, Fraction]) -> Fraction:
    """The value.

    Raises:
        KeyError: a letter has no value.
        ArithmeticError: division by zero, or a power that is no whole number or too large.
    """
    match e:
        case Number(value):
            return value
        case Letter(name):
            return values[name]
        case Operation(sign, parts):
            return _applied(sign, [evaluate(p, values) for p in parts])


def _applied(sign: str, v: list[Fraction]) -> Fraction:
    match sign:
        case "+":
            return v[0] + v[1]
        case "-":
            return v[0] - v[1] if len(v) == 2 else -v[0]
        case "*":
            return v[0] * v[1]
        case "/":
            return v[0] / v[1]
        case "//":
            return Fraction(v[0] // v[1])
        case "^":
            return _power(v[0], v[1])
        case "floor" | "ceil":
            return Fraction(floor(v[0]) if sign == "floor" else ceil(v[0]))
        case _:
            return min(v) if sign == "min" else max(v)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > HIGHEST:
        raise ArithmeticError(f"an exponent is a whole number up to {HIGHEST}")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > LARGEST:
        raise ArithmeticError("too large a number")
    return base ** int(exponent)


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"{text[at:].strip()[:10]!r} has no meaning here")
        found.append(match.group().strip())
        at = match.end()
    return found


class _Reader:
    """Recursive descent; two factors side by side are multiplied."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        found = self._sum()
        if self._next():
            raise Unreadable(f"{self._next()!r} has no meaning here")
        return found

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if token and token in wanted:
            self.at += 1
            return token
        return ""

    def _sum(self) -> Expression:
        left = self._product()
        while sign := self._take("+", "-"):
            left = Operation(sign, (left, self._product()))
        return left

    def _product(self) -> Expression:
        left = self._signed()
        while True:
            if sign := self._take("*", "/", "//"):
                left = Operation(sign, (left, self._signed()))
            elif self._next()[:1].isdecimal() and isinstance(left, Number):
                raise Unreadable(f"a sign is missing before {self._next()!r}")
            elif self._next() == "(" or self._next()[:1].isalnum():
                left = Operation("*", (left, self._power()))
            else:
                return left

    def _signed(self) -> Expression:
        if self._take("-"):
            return Operation("-", (self._signed(),))
        return self._power()

    def _power(self) -> Expression:
        base = self._atom()
        return Operation("^", (base, self._signed())) if self._take("^") else base

    def _atom(self) -> Expression:
        token = self._next()
        self.at += 1
        if token == "(":
            return self._inside()[0]
        if token[:1].isdecimal():
            return Number(Fraction(token))
        if token in _FUNCTIONS and self._take("("):
            parts = self._inside()
            if token in {"floor", "ceil"} and len(parts) != 1:
                raise Unreadable(f"{token} takes one number")
            return Operation(token, parts)
        if token[:1].isalpha():
            return Letter(token)
        raise Unreadable(f"something is missing before {token!r}" if token else "it breaks off")

    def _inside(self) -> tuple[Expression, ...]:
        """The parts up to the closing parenthesis."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable(f"more than {DEEPEST} parentheses in each other")
        parts = [self._sum()]
        while self._take(","):
            parts.append(self._sum())
        if not self._take(")"):
            raise Unreadable("a parenthesis is not closed")
        self.depth -= 1
        return tuple(parts)

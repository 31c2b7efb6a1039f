"""A value's code put into the code that uses it: parentheses then follow from precedence."""

from __future__ import annotations

from collections.abc import Callable

from specc.emit.layout import width
from specc.layers.code import (
    Attribute,
    Code,
    Fn,
    Infix,
    Item,
    Method,
    Module,
    Prefix,
    Raw,
    X,
)

Operand = Callable[[int, str | None], Code]
"""The code of the operand with that number; a part of it, where it is a distribution."""


def bound(code: Code, operand: Operand, module: str) -> Code:
    """The code with its operands and its module put in."""

    def go(code: Code) -> Code:
        return bound(code, operand, module)

    def put(code: Fn | Method) -> Code:
        arguments = tuple(map(go, code.arguments))
        keywords = tuple((name, go(value)) for name, value in code.keywords)
        if isinstance(code, Method):
            return Method(go(code.base), code.name, arguments, keywords)
        name = module if isinstance(code.function, Module) else code.function
        return Fn(name, arguments, keywords)

    match code:
        case X(index, part):
            return operand(index, part)
        case Module():
            return Raw(module)
        case Fn() | Method():
            return put(code)
        case Attribute() | Item() | Infix() | Prefix():
            return _around(code, go)
        case tuple() | list():
            return type(code)(map(go, code))
        case _:
            return code


def _around(code: Attribute | Item | Infix | Prefix, go: Callable[[Code], Code]) -> Code:
    match code:
        case Attribute(base, name):
            return Attribute(go(base), name)
        case Item(base, index):
            return Item(go(base), tuple(map(go, index)))
        case Infix(operator, left, right):
            return Infix(operator, go(left), go(right))
        case Prefix(operator, operand):
            return Prefix(operator, go(operand))


def written(text: str) -> Code:
    """A name, a number or a chain of calls as code."""
    return Prefix("-", Raw(text[1:])) if text.startswith("-") else Raw(text)


def no_operand(index: int, part: str | None) -> str:
    """What a printer of code asks for operands that has none left: they are put in before."""
    raise AssertionError((index, part))


def short(text: str) -> bool:
    """Whether a value is short enough to stand inside the expression that uses it."""
    return width(text) <= 36 and text.count("(") <= 2

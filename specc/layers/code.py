"""PyTorch code as data. Layers say how they print; the emitter prints it with its own names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from specc.sizes import Size, Symbolic, render_python


class X(Struct, frozen=True):
    """The operand with that number; `part` picks a parameter of a distribution."""

    index: int
    part: str | None = None


class Module(Struct, frozen=True):
    """The module of the stage itself: `self.conv1`."""


class Raw(Struct, frozen=True):
    """A fixed piece of Python that specc itself wrote (never text of a spec)."""

    text: str


class Fn(Struct, frozen=True):
    """`F.relu(x)`, `nn.Conv2d(1, 6, 5)`: a call by dotted name, or of a module."""

    function: str | Module
    arguments: tuple[Code, ...] = ()
    keywords: tuple[tuple[str, Code], ...] = ()


class Method(Struct, frozen=True):
    """`x.flatten(1)`."""

    base: Code
    name: str
    arguments: tuple[Code, ...] = ()
    keywords: tuple[tuple[str, Code], ...] = ()


class Attribute(Struct, frozen=True):
    """`self.conv1.weight`."""

    base: Code
    name: str


class Item(Struct, frozen=True):
    """`x[:, 0]`; every entry of `index` is code, `Raw(":")` for a whole axis."""

    base: Code
    index: tuple[Code, ...]


class Infix(Struct, frozen=True):
    """`a + b`; `operator` is Python's."""

    operator: str
    left: Code
    right: Code


class Prefix(Struct, frozen=True):
    """`-a`."""

    operator: str
    operand: Code


Code: TypeAlias = (
    X
    | Module
    | Raw
    | Fn
    | Method
    | Attribute
    | Item
    | Infix
    | Prefix
    | Size
    | float
    | bool
    | str
    | None
    | tuple["Code", ...]
    | list["Code"]
)

_PRECEDENCE = {
    "or": 1, "and": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "&": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "@": 6, "**": 8,
}  # fmt: skip
_UNARY = 7
_ATOM = 9


def fn(function: str | Module, *arguments: Code, **keywords: Code) -> Fn:
    """A call, written as it reads."""
    return Fn(function, arguments, tuple(keywords.items()))


def method(base: Code, name: str, *arguments: Code, **keywords: Code) -> Method:
    """A method call, written as it reads."""
    return Method(base, name, arguments, tuple(keywords.items()))


def level_of(text: str) -> int:
    """How tightly an expression binds, read from its operators outside of brackets and texts."""
    depth, quoted, lowest = 0, False, _ATOM
    for word in _WORDS.findall(text):
        if word == '"':
            quoted = not quoted
        if quoted or word == '"':
            continue
        depth += (word in "([{") - (word in ")]}")
        if depth == 0:
            lowest = min(lowest, _PRECEDENCE.get(word.strip(), 0 if word == " if " else _ATOM))
    return min(lowest, _UNARY) if text.startswith("-") else lowest


_WORDS = re.compile(r'["()\[\]{}]| (?:or|and|if|==|!=|<=|>=|<|>|&|\+|-|\*\*|\*|//|/|%|@) |\*\*')
_SIMPLE = re.compile(r"-?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|[^\W\d]\w*(?:\.[^\W\d]\w*)*)")


class Printer(Struct, frozen=True):
    """Prints code with the caller's names.

    `operand(index, part)` gives the text of an operand, any expression; `module` is the text of the
    stage's module; `symbols` maps size symbols to Python.
    """

    operand: Callable[[int, str | None], str]
    module: str = "self"
    symbols: Callable[[str], str] = str

    def __call__(self, code: Code) -> str:
        """The text of a piece of code."""
        return self._print(code)[0]

    def _print(self, code: Code) -> tuple[str, int]:
        match code:
            case X(index, part):
                text = self.operand(index, part)
                return text, level_of(text)
            case Module():
                return self.module, _ATOM
            case Raw(text):
                return text, _ATOM
            case Fn() | Method() | Attribute() | Item():
                return self._postfix(code), _ATOM
            case Infix(operator, left, right):
                return self._infix(operator, left, right)
            case Prefix(operator, operand):
                return f"{operator}{self._tight(operand, _UNARY)}", _UNARY
            case _:
                return self._literal(code)

    def _postfix(self, code: Fn | Method | Attribute | Item) -> str:
        match code:
            case Fn(function, arguments, keywords):
                name = function if isinstance(function, str) else self.module
                return f"{name}({self._arguments(arguments, keywords)})"
            case Method(base, name, arguments, keywords):
                return f"{self._tight(base, _ATOM)}.{name}({self._arguments(arguments, keywords)})"
            case Attribute(base, name):
                return f"{self._tight(base, _ATOM)}.{name}"
            case Item(base, index):
                return f"{self._tight(base, _ATOM)}[{', '.join(map(self._entry, index))}]"

    def _entry(self, code: Code) -> str:
        """An index; `slice(…)` is written with a colon, as the formatter sets it."""
        if not isinstance(code, Fn) or code.function != "slice":
            return self(code)
        ends = [self(end) for end in code.arguments]
        first, last = ("", *ends)[-2:]
        simple = all(re.fullmatch(r"\w*", end) for end in (first, last))
        return f"{first}:{last}" if simple else f"{first} : {last}".strip()

    def _arguments(self, arguments: Sequence[Code], keywords: Sequence[tuple[str, Code]]) -> str:
        return ", ".join([*(self(a) for a in arguments), *(f"{k}={self(v)}" for k, v in keywords)])

    def _infix(self, operator: str, left: Code, right: Code) -> tuple[str, int]:
        level = _PRECEDENCE[operator]
        if operator == "**":
            return self._power(self._tight(left, level + 1), self._tight(right, level)), level
        return f"{self._tight(left, level)} {operator} {self._tight(right, level + 1)}", level

    def _power(self, base: str, exponent: str) -> str:
        """With spaces only around what is more than a name or a number, as the formatter has it."""
        simple = all(_SIMPLE.fullmatch(side) for side in (base, exponent))
        return f"{base}**{exponent}" if simple else f"{base} ** {exponent}"

    def _tight(self, code: Code, level: int) -> str:
        text, own = self._print(code)
        return text if own >= level else f"({text})"

    def _literal(self, code: Code) -> tuple[str, int]:
        match code:
            case Symbolic():
                text = render_python(code, self.symbols)
                return text, _ATOM if text.isidentifier() else 5
            case tuple():
                comma = "," if len(code) == 1 else ""
                return f"({', '.join(self(c) for c in code)}{comma})", _ATOM
            case list():
                return f"[{', '.join(self(c) for c in code)}]", _ATOM
            case bool() | None | str():
                return _quoted(code), _ATOM
            case int() | float():
                return repr(code), _ATOM if code >= 0 else _UNARY
        raise AssertionError(code)


def _quoted(value: str | bool | None) -> str:
    """Like `repr`, but with the double quotes of a formatter."""
    if not isinstance(value, str) or '"' in value:
        return repr(value)
    return '"' + repr("'" + value)[2:-1].replace("\\'", "'") + '"'

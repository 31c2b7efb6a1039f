"""The code of a layer, worked instead of printed: the same data that the emitter writes as PyTorch."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from specc.byhand import scalar as s
from specc.byhand.array import Array, dropped, each, lone, picked, reshaped
from specc.byhand.functions import FUNCTIONS, truth
from specc.byhand.graph import GRAPHS, HandGraph, Places, rows
from specc.byhand.methods import METHODS
from specc.byhand.modules import MODULES, Weights
from specc.byhand.products import matmul
from specc.byhand.recurrent import HELPERS
from specc.byhand.scalar import Scalar
from specc.layers.code import Attribute, Code, Fn, Infix, Item, Method, Module, Prefix, Raw, X
from specc.sizes import Symbolic, evaluate

_INFIX: dict[str, Callable[[Scalar, Scalar], Scalar]] = {
    "+": s.add,
    "-": s.subtract,
    "*": s.multiply,
    "/": s.divide,
    "**": s.power,
    **{
        sign: truth(sign, rule)
        for sign, rule in {
            "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
            ">": operator.gt, ">=": operator.ge,
        }.items()
    },
    "//": s.floor_divide,
    "%": s.remainder,
    "&": truth("and", lambda a, b: bool(a) and bool(b)),
}  # fmt: skip


KNOWN: dict[str, Callable[..., Any]] = {**FUNCTIONS, **HELPERS, **GRAPHS}
"""Every function that can be worked, by its name in generated code."""


class ByHandError(Exception):
    """Something that cannot be worked by hand; the text completes a message."""


class Interpreter(Struct, frozen=True):
    """Works the code of one layer on its operands.

    `operands` holds arrays, and for a distribution its parts by name; `module` is the constructor of the
    stage's module, `weights` its tensors by their names; `symbols` says what the free sizes are.
    """

    operands: Sequence[Any]
    module: Fn | None = None
    weights: Weights = field(default_factory=dict)
    symbols: Mapping[str, int] = field(default_factory=dict)

    def __call__(self, code: Code) -> Any:
        """The value of a piece of code: an array, a tuple of them, or a plain number.

        Raises:
            ByHandError: a random number is asked for, or a function that is not known here.
        """
        match code:
            case X(index, part):
                operand = self.operands[index]
                return operand if part is None else operand[part]
            case Fn():
                return self._call(code)
            case Method():
                return self._method(code)
            case Item(base, index):
                return _item(self(base), [self._entry(i) for i in index])
            case Infix(sign, left, right):
                return _infix(sign, self(left), self(right))
            case Prefix("-", operand):
                value = self(operand)
                return each(s.negate, value) if isinstance(value, Array) else -value
            case _:
                return self._literal(code)

    def _literal(self, code: Code) -> Any:
        match code:
            case tuple() | list():
                return type(code)(self(c) for c in code)
            case bool() | str() | None | int():
                return code
            case Symbolic():
                return evaluate(code, dict(self.symbols))
            case float():
                return s.exactly(code)
            case Raw(text) if text.lstrip("-").isdigit():
                return int(text)
            case Attribute(Module(), name):
                return self.weights[name]
            case Attribute(base, name):
                return getattr(self(base), name)
            case Module():
                return self._forward()
            case _:
                raise ByHandError(
                    "is a random draw" if _random(code) else f"has no working ({code})"
                )

    def _call(self, code: Fn) -> Any:
        arguments = [self(a) for a in code.arguments]
        options = {name: self(value) for name, value in code.keywords if name != "device"}
        if isinstance(code.function, Module):
            return self._forward()(*arguments, **options)
        function = KNOWN.get(code.function)
        if function is None:
            raise ByHandError(_why_not(code.function))
        return function(*arguments, **options)

    def _forward(self) -> Callable[..., Any]:
        assert self.module is not None
        name = self.module.function
        make = MODULES.get(name) if isinstance(name, str) else None
        if make is None:
            raise ByHandError(_why_not(str(name)))
        arguments = [self(a) for a in self.module.arguments]
        return make(self.weights, *arguments, **{n: self(v) for n, v in self.module.keywords})

    def _method(self, code: Method) -> Any:
        base = self(code.base)
        if isinstance(base, HandGraph):
            return getattr(base, code.name)(*(self(a) for a in code.arguments))
        method = METHODS.get(code.name)
        if method is None:
            raise ByHandError(_why_not(f".{code.name}"))
        base = base if isinstance(base, Array) else lone(base)
        arguments = [self(a) for a in code.arguments]
        return method(base, *arguments, **{n: self(v) for n, v in code.keywords})

    def _entry(self, code: Code) -> Any:
        match code:
            case Raw("None"):
                return None
            case Raw("..."):
                return ...
            case Raw(text):
                return slice(*(int(p) if p else None for p in text.split(":")))
            case Fn("slice", arguments):
                return slice(*(_plain(self(a)) for a in arguments))
            case _:
                return _plain(self(code))


def missing(code: Code, module: Fn | None) -> str | None:
    """Why a piece of code cannot be worked by hand, None where it can."""
    match code:
        case Fn(Module(), arguments, keywords):
            name = "" if module is None else str(module.function)
            own = None if name in MODULES else _why_not(name)
        case Fn(function, arguments, keywords):
            known = function in KNOWN or function == "slice"
            own = None if known else _why_not(str(function))
        case Method(base, name, arguments, keywords):
            graphs = name in ("with_self_loops", "undirected", "degree")
            own = (None if name in METHODS or graphs else _why_not(f".{name}")) or missing(
                base, module
            )
        case Infix(_, left, right):
            return missing(left, module) or missing(right, module)
        case Item(base):
            return missing(base, module)
        case Prefix(_, operand):
            return missing(operand, module)
        case _:
            return None
    parts = (*arguments, *(value for _, value in keywords))
    return own or next((w for p in parts if (w := missing(p, module))), None)


def _plain(value: Any) -> Any:
    """A number without axes as a whole number."""
    if isinstance(value, Array) and not value.sizes:
        return int(value.items[0].value)
    return value


def _random(code: Code) -> bool:
    return isinstance(code, Raw) and code.text in ("batch_size", "device")


def _why_not(name: str) -> str:
    random = ("rand", "empty", "noise", "exponential", "RReLU")
    if any(word in name for word in random):
        return "is random: give its value instead"
    return f"has no working by hand ({name})"


def _infix(sign: str, left: Any, right: Any) -> Any:
    if not isinstance(left, Array) and not isinstance(right, Array):
        numbers = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
                   "**": operator.pow, "//": operator.floordiv}  # fmt: skip
        return numbers[sign](left, right)
    a, b = (x if isinstance(x, Array) else lone(x) for x in (left, right))
    return matmul(a, b) if sign == "@" else each(_INFIX[sign], a, b)


def _item(value: Any, entries: list[Any]) -> Any:
    if isinstance(value, tuple):
        return value[entries[0]]
    if len(entries) == 1 and isinstance(entries[0], Places):
        return rows(value, entries[0])
    if len(entries) == 1 and isinstance(entries[0], Array):
        return _masked(value, entries[0])
    if ... in entries:
        at = entries.index(...)
        missing = value.rank - sum(e is not None for e in entries) + 1
        entries = [*entries[:at], *[slice(None)] * missing, *entries[at + 1 :]]
    axis = 0
    for entry in entries:
        if entry is None:
            value = reshaped(value, (*value.sizes[:axis], 1, *value.sizes[axis:]))
            axis += 1
        elif isinstance(entry, slice):
            value = picked(value, axis, range(*entry.indices(value.sizes[axis])))
            axis += 1
        else:
            value = dropped(value, axis, entry % value.sizes[axis])
    return value


def _masked(x: Array, mask: Array) -> Array:
    """The places where a mask holds, one behind the other."""
    rest = x.sizes[mask.rank :]
    flat = reshaped(x, (-1, *rest))
    return picked(flat, 0, [i for i, hit in enumerate(mask.items) if hit.value])

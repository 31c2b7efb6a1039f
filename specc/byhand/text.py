"""Numbers and their workings as text: `1·1 + 2·(−3) + ½ = …`, as one writes them by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

from msgspec import Struct

from specc.byhand.scalar import Scalar, Value

LONGEST = 96
"""Characters of a working; a longer one shows its last step, or its ends."""
_WIDEST = 14  # characters of a fraction
_SHORT = 4  # digits of an exact number that are always shown
_SMALL = 1e-4  # what is below is written with a power of ten
_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = 1, 2, 3, 4, 9


class Style(Struct, frozen=True):
    """How numbers look: with so many decimals, and rational ones as fractions or as decimals."""

    places: int = 4
    decimal: bool = False

    def number(self, value: Value) -> str:
        """A number as text, with a true minus."""
        return self._plain(value).replace("-", "−")

    def _plain(self, value: Value) -> str:
        if isinstance(value, Fraction):
            if value.denominator == 1 and abs(value) < 10**_WIDEST:
                return str(value.numerator)
            if not self.decimal and len(str(value)) <= _WIDEST:
                return str(value)
            if self.decimal and (short := self._terminating(value)) is not None:
                return short
        return self._rounded(float(value))

    def _terminating(self, value: Fraction) -> str | None:
        digits = max(self.places, _SHORT) + self._leading_zeros(value)
        if abs(value) < _SMALL or (value * 10**digits).denominator != 1:
            return None
        return f"{float(value):.{digits}f}".rstrip("0").rstrip(".")

    def _rounded(self, value: float) -> str:
        if not math.isfinite(value):
            return "∞" if value > 0 else "−∞" if value < 0 else "undefined"
        if value and (abs(value) >= 1e9 or abs(value) < _SMALL):
            return f"{value:.{max(self.places - 1, 0)}e}"
        # Places count from the first digit: 0.0072 has two digits, from which nothing can be checked.
        text = f"{value:.{self.places + self._leading_zeros(value)}f}"
        return text.removeprefix("-") if float(text) == 0 else text

    def _leading_zeros(self, value: Value) -> int:
        """The zeros behind the point, 2 in 0.0072."""
        power = f"{float(value):.{max(self.places - 1, 0)}e}".partition("e")[2]
        return max(-int(power) - 1, 0) if value else 0


class Writer(Struct, frozen=True):
    """Writes the working of a number down to the numbers in `leaves`."""

    style: Style
    leaves: Collection[Scalar]
    full: bool = False

    def __call__(self, a: Scalar) -> str:
        """The working, empty where there is none: a number that was only moved."""
        a = self._moved(a)
        if self._given(a):
            return ""
        whole = self._whole(a)
        if whole is not None:
            return whole
        last = Writer(self.style, {*a.sources})._write(a, LONGEST)[0]
        return last if self.full or len(last) <= LONGEST else _shortened(last)

    def parts(self, a: Scalar) -> list[Scalar]:
        """What a working that is too long in full shows as numbers, though it was computed on the way."""
        a = self._moved(a)
        if self._given(a) or self._whole(a) is not None:
            return []
        parts = dict.fromkeys(map(self._moved, a.sources))
        return [part for part in parts if not self._given(part)]

    def _given(self, a: Scalar) -> bool:
        return a in self.leaves or not a.sources

    def _moved(self, a: Scalar) -> Scalar:
        """The number that was passed on as it is."""
        while a.op == "same" and a not in self.leaves:
            (a,) = a.sources
        return a

    def _whole(self, a: Scalar) -> str | None:
        text = self._write(a, LONGEST)[0]
        return text if len(text) <= LONGEST else None

    def _write(self, a: Scalar, room: int) -> tuple[str, int]:
        if self._given(a) or room <= 0:
            text = self.style.number(a.value)
            return text, _PRODUCT if "/" in text else _UNARY if text[0] == "−" else _ATOM
        rule = _RULES.get(a.op)
        return rule(self, a, room) if rule is not None else self._call(a.op, a, room)

    def inside(self, a: Scalar, level: int, room: int) -> str:
        """An operand, in parentheses where it binds less than asked."""
        text, own = self._write(a, room)
        return text if own > level or own == _ATOM else f"({text})"

    def _call(self, name: str, a: Scalar, room: int) -> tuple[str, int]:
        inner = ", ".join(self._write(x, room - 4)[0] for x in a.sources)
        return f"{name}({inner})", _ATOM

    def terms(self, sources: Sequence[Scalar], room: int) -> str:
        """a + b − c."""
        return joined([self.term(x, room) for x in sources])

    def term(self, a: Scalar, room: int) -> str:
        """A summand; a negative number keeps its sign for `joined`."""
        return self._write(a, room - 3)[0]

    def product(self, a: Scalar, b: Scalar, room: int) -> str:
        """a·b with negative factors in parentheses."""
        left, own = self._write(a, room - 2)
        left = left if own > _UNARY or (own == _PRODUCT and "/" not in left) else f"({left})"
        right, other = self._write(b, room - 2)
        return f"{left}·{right if other > _UNARY else f'({right})'}"


def joined(terms: Sequence[str]) -> str:
    """Summands with their signs."""
    text = terms[0] if terms else "0"
    for term in terms[1:]:
        text += f" − {term[1:]}" if term.startswith("−") else f" + {term}"
    return text


def _shortened(text: str) -> str:
    head, tail = text[: LONGEST // 2], text[-LONGEST // 4 :]
    return f"{head[: head.rfind(' ')]} … {tail[tail.find(' ') + 1 :]}"


Rule = Callable[[Writer, Scalar, int], tuple[str, int]]


def _add(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    return w.terms(a.sources, room), _SUM


def _subtract(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    left, right = a.sources
    text, own = w._write(right, room)
    plain = own > _SUM and not text.startswith("−")
    return f"{w.term(left, room)} − {text if plain else f'({text})'}", _SUM


def _multiply(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    left, right = a.sources
    if left is right:
        return f"{w.inside(left, _POWER, room)}²", _POWER
    return w.product(left, right, room), _PRODUCT


def _divide(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    top, below = a.sources
    return f"{w.inside(top, _PRODUCT, room)}/{w.inside(below, _UNARY, room)}", _PRODUCT


def _negate(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    return f"−{w.inside(a.sources[0], _UNARY, room)}", _UNARY


def _dot(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    sources = a.sources[:-1] if a.op == "dot+" else a.sources
    half = len(sources) // 2
    pairs = zip(sources[:half], sources[half:], strict=True)
    terms = [f"{w.inside(x, _POWER, room)}²" if x is y else w.product(x, y, room) for x, y in pairs]
    if a.op == "dot+":
        terms.append(w.term(a.sources[-1], room))
    return joined(terms), _SUM if len(terms) > 1 else _PRODUCT


def _same(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    return w._write(a.sources[0], room)


def _mean(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    if len(a.sources) == 1:
        return w._write(a.sources[0], room)
    return f"({w.terms(a.sources, room)})/{len(a.sources)}", _PRODUCT


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    base, exponent = a.sources
    text = w.inside(base, _POWER, room)
    n = exponent.value
    if not exponent.sources and isinstance(n, Fraction) and n.denominator == 1 and n >= 0:
        return text + str(n).translate(_RAISED), _POWER
    return f"{text}^{w.inside(exponent, _POWER, room)}", _POWER


def _exp(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    inner, own = w._write(a.sources[0], room - 2)
    return f"e^{inner if own >= _UNARY else f'({inner})'}", _POWER


def _prefixed(sign: str) -> Rule:
    def rule(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
        return f"{sign}{w.inside(a.sources[0], _POWER, room)}", _POWER

    return rule


def _called(name: str) -> Rule:
    return lambda w, a, room: w._call(name, a, room)


def _ln(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    return f"ln({w._write(a.sources[0], room - 4)[0]})", _ATOM


def _abs(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    return f"|{w._write(a.sources[0], room - 2)[0]}|", _ATOM


def _softplus(w: Writer, a: Scalar, room: int) -> tuple[str, int]:
    inner, own = w._write(a.sources[0], room - 8)
    return f"ln(1 + e^{inner if own >= _UNARY else f'({inner})'})", _ATOM


_RULES: dict[str, Rule] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negate": _negate,
    "dot": _dot,
    "dot+": _dot,
    "mean": _mean,
    "same": _same,
    "power": _power,
    "exp": _exp,
    "log": _ln,
    "sqrt": _prefixed("√"),
    "sigmoid": _called("σ"),
    "abs": _abs,
    "softplus": _softplus,
}

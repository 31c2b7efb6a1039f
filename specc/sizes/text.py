"""Sizes as text: for people (`⌊(H + 31)/32⌋`), LaTeX and Python. Ceilings are written as floors."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from specc.sizes.algebra import Atom, Extreme, Floor, Monomial, Size, Symbol

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Level(IntEnum):
    """How tightly a text binds: what stands around it may need parentheses."""

    SUM = 1
    PRODUCT = 2
    ATOM = 3


def level(size: Size) -> Level:
    """The level of a size's text; a negative number counts as a sum."""
    if isinstance(size, int):
        return Level.ATOM if size >= 0 else Level.SUM
    if len(size.terms) > 1 or size.terms[0][1] < 0:
        return Level.SUM
    monomial, coefficient = size.terms[0]
    return Level.ATOM if coefficient == 1 and len(monomial) == 1 else Level.PRODUCT


class Writer:
    """Writes sizes for people. Subclasses change the signs."""

    minus = "−"
    times = "·"

    def number(self, value: int) -> str:
        """Digits, with commas from 1,000 on."""
        return f"{value:,}"

    def symbol(self, name: str) -> str:
        """A free symbol."""
        return name

    def power(self, base: str, exponent: int) -> str:
        """The power of an atom."""
        return base + str(exponent).translate(_SUPERSCRIPTS)

    def floor(self, numerator: Size, divisor: Size) -> str:
        """A division rounded down."""
        return f"⌊{self.tight(numerator, Level.PRODUCT)}/{self.tight(divisor, Level.ATOM)}⌋"

    def extreme(self, kind: str, options: list[str]) -> str:
        """A maximum or minimum."""
        return f"{kind}({', '.join(options)})"

    def group(self, text: str) -> str:
        """The text in parentheses."""
        return f"({text})"

    def tight(self, size: Size, wanted: Level) -> str:
        """A size's text, in parentheses where it binds less tightly than wanted."""
        text = self(size)
        return text if level(size) >= wanted else self.group(text)

    def __call__(self, size: Size) -> str:
        """The text of a size."""
        if isinstance(size, int):
            return self.number(size) if size >= 0 else self.minus + self.number(-size)
        terms = list(size.terms)
        first = next((i for i, (_, c) in enumerate(terms) if c > 0), 0)
        terms.insert(0, terms.pop(first))
        text = "" if terms[0][1] > 0 else self.minus
        text += self._term(*terms[0])
        for monomial, coefficient in terms[1:]:
            sign = "+" if coefficient > 0 else self.minus
            text += f" {sign} {self._term(monomial, coefficient)}"
        return text

    def _term(self, monomial: Monomial, coefficient: int) -> str:
        size = abs(coefficient)
        alone = coefficient == 1 and len(monomial) == 1
        factors = [self._factor(atom, power, alone) for atom, power in monomial]
        if size != 1 or not factors:
            factors.insert(0, self.number(size))
        return self.times.join(factors)

    def _factor(self, atom: Atom, power: int, alone: bool) -> str:
        text = self.atom(atom, alone and power == 1)
        return text if power == 1 else self.power(text, power)

    def atom(self, atom: Atom, alone: bool) -> str:  # noqa: ARG002 - Python needs it
        """An atom; `alone` when nothing is multiplied with it."""
        if isinstance(atom, Symbol):
            return self.symbol(atom.name)
        if isinstance(atom, Extreme):
            return self.extreme(atom.kind, [self(o) for o in atom.options])
        return self.floor(atom.numerator, atom.divisor)


class LatexWriter(Writer):
    """Writes sizes as LaTeX for math mode."""

    minus = "-"
    times = r" \cdot "

    def number(self, value: int) -> str:
        """Digits, grouped by commas that take no space."""
        return f"{value:,}".replace(",", "{,}")

    def symbol(self, name: str) -> str:
        """A letter as it is, a word upright, what follows an underscore as subscript."""
        head, _, below = name.partition("_")
        return _latex_word(head) + (f"_{{{_latex_word(below)}}}" if below else "")

    def power(self, base: str, exponent: int) -> str:
        """The power of an atom."""
        return f"{base}^{{{exponent}}}"

    def floor(self, numerator: Size, divisor: Size) -> str:
        """A fraction between floor signs."""
        return rf"\left\lfloor \frac{{{self(numerator)}}}{{{self(divisor)}}} \right\rfloor"

    def extreme(self, kind: str, options: list[str]) -> str:
        """A maximum or minimum."""
        return rf"\{kind}\left({', '.join(options)}\right)"

    def group(self, text: str) -> str:
        """The text in parentheses that grow."""
        return rf"\left({text}\right)"


def _latex_word(word: str) -> str:
    return word if len(word) == 1 else rf"\mathrm{{{word}}}".replace("_", r"\_")


class PythonWriter(Writer):
    """Writes sizes as Python expressions, symbols by the names that the caller gives them."""

    minus = "-"
    times = " * "

    def __init__(self, names: Callable[[str], str]) -> None:
        self._names = names

    def symbol(self, name: str) -> str:
        """The caller's name for a free symbol."""
        return self._names(name)

    def number(self, value: int) -> str:
        """Plain digits."""
        return str(value)

    def power(self, base: str, exponent: int) -> str:
        """`d**2`."""
        return f"{base}**{exponent}"

    def floor(self, numerator: Size, divisor: Size) -> str:
        """`(h + 31) // 32`."""
        return f"{self.tight(numerator, Level.PRODUCT)} // {self._divisor(divisor)}"

    def _divisor(self, size: Size) -> str:
        text = self(size)
        return text if text.isidentifier() or text.isdigit() else self.group(text)

    def atom(self, atom: Atom, alone: bool) -> str:
        """An atom; a floor among factors stands in parentheses."""
        text = super().atom(atom, alone)
        return self.group(text) if isinstance(atom, Floor) and not alone else text


_TEXT = Writer()
_LATEX = LatexWriter()


def render(size: Size) -> str:
    """For people: `12·d² + 13·d`, `⌊(H + 31)/32⌋`, `61,706`."""
    return _TEXT(size)


def render_latex(size: Size) -> str:
    r"""For math mode: `12 \cdot d^{2} + 13 \cdot d`."""
    return _LATEX(size)


def render_python(size: Size, names: Callable[[str], str] = str) -> str:
    """An expression: `12 * d**2 + 13 * d`, `(h + 31) // 32`; `names` gives each symbol's text."""
    return PythonWriter(names)(size)

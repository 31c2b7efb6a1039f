"""One expression, three readings: its value, its symbols and its numbers.

`(k_h * k_w * c_in + 1) * c_out` is written once with Python's operators; `value` is 156, `symbols()`
gives `(k_h·k_w·c_in + 1)·c_out`, `numbers()` gives `(5·5·1 + 1)·6`, `working()` joins them to
`(5·5·1 + 1)·6 = 156`. A value may hold free symbols; then the working does too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias, Union

from msgspec import Struct

from specc.sizes import Size, floor_div, render, render_latex, size_max, size_min
from specc.sizes.text import LatexWriter, Level, Writer, level

Reading: TypeAlias = Literal["symbols", "numbers"]
Term: TypeAlias = Union["Formula", Size]


class Formula(Struct, frozen=True):
    """An expression with its value. Build it from `Var` and numbers with operators."""

    value: Size

    def __add__(self, other: Term) -> Formula:
        return _sum(self, 1, formula(other))

    def __radd__(self, other: Term) -> Formula:
        return _sum(formula(other), 1, self)

    def __sub__(self, other: Term) -> Formula:
        return _sum(self, -1, formula(other))

    def __rsub__(self, other: Term) -> Formula:
        return _sum(formula(other), -1, self)

    def __mul__(self, other: Term) -> Formula:
        return product((self, other))

    def __rmul__(self, other: Term) -> Formula:
        return product((other, self))

    def __truediv__(self, other: Term) -> Formula:
        below = formula(other)
        return Quotient(_exact(self.value, below.value), self, below)

    def __rtruediv__(self, other: Term) -> Formula:
        return formula(other) / self

    def __floordiv__(self, other: Term) -> Formula:
        below = formula(other)
        return Rounded(floor_div(self.value, below.value), self, below, "floor")

    def __pow__(self, exponent: int) -> Formula:
        return Power(self.value**exponent, self, exponent)

    @property
    def tidy(self) -> Formula:
        """The same without what changes nothing: factors and divisors of 1, terms of 0."""
        return self

    def symbols(self) -> str:
        """With the names of its variables: `(k_h·k_w·c_in + 1)·c_out`."""
        return _TEXT.write(self, "symbols")

    def numbers(self) -> str:
        """With the values put in: `(5·5·1 + 1)·6`."""
        return _TEXT.write(self, "numbers")

    def working(self) -> str:
        """Numbers and result: `(5·5·1 + 1)·6 = 156`. The last number is always the value."""
        numbers, result = self.numbers(), render(self.value)
        return numbers if numbers == result else f"{numbers} = {result}"

    def latex(self) -> str:
        """`symbols` for math mode."""
        return _LATEX.write(self, "symbols")

    def latex_numbers(self) -> str:
        """`numbers` for math mode."""
        return _LATEX.write(self, "numbers")

    def latex_working(self) -> str:
        """`working` for math mode."""
        numbers, result = self.latex_numbers(), render_latex(self.value)
        return numbers if numbers == result else f"{numbers} = {result}"


class Var(Formula, frozen=True):
    """A quantity with a name, such as `c_in`: made with `var("c_in", 3)`."""

    symbol: str


class Constant(Formula, frozen=True):
    """A number that belongs to the formula itself, such as the 1 of the bias."""


class Sum(Formula, frozen=True):
    """Terms with their signs (1 or -1)."""

    terms: tuple[tuple[int, Formula], ...]

    @property
    def tidy(self) -> Formula:
        """Without terms of 0."""
        kept = [(sign, t.tidy) for sign, t in self.terms if t.value != 0]
        if not kept:
            return Constant(0)
        first = kept[0][1] if kept[0][0] == 1 else Constant(0)
        rest = kept[1:] if kept[0][0] == 1 else kept
        return Sum(self.value, ((1, first), *rest)) if rest else first


class Product(Formula, frozen=True):
    """Factors."""

    factors: tuple[Formula, ...]

    @property
    def tidy(self) -> Formula:
        """Without factors of 1."""
        kept = tuple(f.tidy for f in self.factors if f.value != 1)
        if len(kept) < 2:
            return kept[0] if kept else Constant(1)
        return Product(self.value, kept)


class Quotient(Formula, frozen=True):
    """A division that leaves no rest."""

    above: Formula
    below: Formula

    @property
    def tidy(self) -> Formula:
        """Without a divisor of 1."""
        above = self.above.tidy
        return above if self.below.value == 1 else Quotient(self.value, above, self.below.tidy)


class Rounded(Formula, frozen=True):
    """A division rounded down or up."""

    above: Formula
    below: Formula
    to: Literal["floor", "ceil"]

    @property
    def tidy(self) -> Formula:
        """Without a divisor of 1."""
        above = self.above.tidy
        if self.below.value == 1:
            return above
        return Rounded(self.value, above, self.below.tidy, self.to)


class Power(Formula, frozen=True):
    """A power with a whole exponent."""

    base: Formula
    exponent: int

    @property
    def tidy(self) -> Formula:
        """Without an exponent of 1."""
        base = self.base.tidy
        return base if self.exponent == 1 else Power(self.value, base, self.exponent)


class Extreme(Formula, frozen=True):
    """The largest or the smallest of several."""

    options: tuple[Formula, ...]
    kind: Literal["max", "min"]


# -------------------------------------------------------------------- building


def var(symbol: str, value: Size) -> Var:
    """A named quantity."""
    return Var(value, symbol)


def formula(term: Term) -> Formula:
    """A number as a formula; a formula stays itself."""
    return term if isinstance(term, Formula) else Constant(term)


def _sum(left: Formula, sign: int, right: Formula) -> Formula:
    """Left sums stay flat; `a + (b - c)` too, but what is taken away keeps its parentheses."""
    terms = left.terms if isinstance(left, Sum) else ((1, left),)
    more = right.terms if isinstance(right, Sum) and sign == 1 else ((sign, right),)
    value = left.value + right.value if sign == 1 else left.value - right.value
    return Sum(value, (*terms, *more))


def total(terms: Iterable[Term]) -> Formula:
    """The sum of a sequence, 0 when it is empty."""
    parts = [formula(t) for t in terms]
    if len(parts) < 2:
        return parts[0] if parts else Constant(0)
    value: Size = 0
    for part in parts:
        value = value + part.value
    flat = [t for p in parts for t in (p.terms if isinstance(p, Sum) else ((1, p),))]
    return Sum(value, tuple(flat))


def product(factors: Iterable[Term]) -> Formula:
    """The product of a sequence, 1 when it is empty."""
    parts = [formula(f) for f in factors]
    if len(parts) < 2:
        return parts[0] if parts else Constant(1)
    value: Size = 1
    for part in parts:
        value = value * part.value
    flat = [f for p in parts for f in (p.factors if isinstance(p, Product) else (p,))]
    return Product(value, tuple(flat))


def ceil_div(above: Term, below: Term) -> Formula:
    """⌈above/below⌉."""
    high, low = formula(above), formula(below)
    return Rounded(floor_div(high.value + (low.value - 1), low.value), high, low, "ceil")


def largest(*options: Term) -> Formula:
    """The largest of several."""
    parts = tuple(formula(o) for o in options)
    return Extreme(size_max(*(p.value for p in parts)), parts, "max")


def smallest(*options: Term) -> Formula:
    """The smallest of several."""
    parts = tuple(formula(o) for o in options)
    return Extreme(size_min(*(p.value for p in parts)), parts, "min")


def _exact(above: Size, below: Size) -> Size:
    if isinstance(above, int) and isinstance(below, int) and above % below:
        raise ValueError(f"{above} does not divide by {below}")
    return floor_div(above, below)


# --------------------------------------------------------------------- writing


class _Notation(Struct, frozen=True):
    """The signs that plain text and LaTeX write differently."""

    size: Writer
    fraction: Callable[[str, str], str]
    floor: Callable[[str], str]
    ceil: Callable[[str], str]
    slash: bool  # a fraction stands on one line: its parts may need parentheses

    def write(self, node: Formula, reading: Reading) -> str:
        """The text of a formula."""
        return self._write(node, reading)[0]

    def _write(self, node: Formula, reading: Reading) -> tuple[str, Level]:
        match node:
            case Var(_, symbol) if reading == "symbols":
                return self.size.symbol(symbol), Level.ATOM
            case Sum(_, terms):
                return self._sum(terms, reading), Level.SUM
            case Product(_, factors):
                parts = [self._factor(f, reading) for f in factors]
                return self.size.times.join(parts), Level.PRODUCT
            case Quotient(_, above, below):
                return self._fraction(above, below, reading), Level.PRODUCT
            case Rounded(_, above, below, to):
                around = self.floor if to == "floor" else self.ceil
                return around(self._fraction(above, below, reading)), Level.ATOM
            case Power(_, base, exponent):
                text = self._tight(base, reading, Level.ATOM)
                return self.size.power(text, exponent), Level.ATOM
            case Extreme(_, options, kind):
                parts = [self.write(o, reading) for o in options]
                return self.size.extreme(kind, parts), Level.ATOM
            case _:
                return self.size(node.value), level(node.value)

    def _sum(self, terms: tuple[tuple[int, Formula], ...], reading: Reading) -> str:
        (_, first), *rest = terms
        text = self.write(first, reading)
        for sign, term in rest:
            joint = "+" if sign == 1 else self.size.minus
            text += f" {joint} {self._tight(term, reading, Level.PRODUCT)}"
        return text

    def _factor(self, node: Formula, reading: Reading) -> str:
        """A factor; a plain difference is set close, as in `(13−1)·2`."""
        text = self._tight(node, reading, Level.PRODUCT)
        if self.slash and isinstance(node, Sum) and len(node.terms) == 2 and node.terms[1][0] < 0:
            return text.replace(f" {self.size.minus} ", self.size.minus)
        return text

    def _fraction(self, above: Formula, below: Formula, reading: Reading) -> str:
        levels = (Level.PRODUCT, Level.ATOM) if self.slash else (Level.SUM, Level.SUM)
        return self.fraction(
            self._tight(above, reading, levels[0]), self._tight(below, reading, levels[1])
        )

    def _tight(self, node: Formula, reading: Reading, wanted: Level) -> str:
        text, own = self._write(node, reading)
        return text if own >= wanted else self.size.group(text)


_TEXT = _Notation(Writer(), "{}/{}".format, "⌊{}⌋".format, "⌈{}⌉".format, slash=True)
_LATEX = _Notation(
    LatexWriter(),
    r"\frac{{{}}}{{{}}}".format,
    r"\left\lfloor {} \right\rfloor".format,
    r"\left\lceil {} \right\rceil".format,
    slash=False,
)


def summed(*groups: Iterable[Formula | None]) -> Formula:
    """The sum of all, equal terms of a group written once: `3·(d + 1)·d + (d + 1)·d`."""
    parts = [[t for t in group if t is not None] for group in groups]
    return total(gathered(total(group)) for group in parts if group)


def gathered(sum_: Formula) -> Formula:
    """Equal terms of a sum once, with their number: `8·3·h`."""
    if not isinstance(sum_, Sum):
        return sum_
    alike = Counter(sum_.terms)
    terms = [(sign, t if n == 1 else product((n, t))) for (sign, t), n in alike.items()]
    alone = len(terms) == 1 and terms[0][0] == 1
    return terms[0][1] if alone else Sum(sum_.value, tuple(terms))

"""The canonical form of symbolic sizes and the arithmetic that keeps it.

A `Symbolic` is a polynomial with integer coefficients over atoms; an atom is a symbol, a floor or an
extreme (max, min). Terms stand in graded lexical order, so two equal forms have the same `key`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import gcd
from typing import Literal, TypeAlias, TypeGuard, Union

from msgspec import Struct

from specc.sizes import interval, limits
from specc.sizes.interval import Bounds


class SizeLimit(Exception):  # noqa: N818 - it reads as what is exceeded
    """A symbolic size grew beyond the table of limits."""


class Keyed(Struct, frozen=True, eq=False):
    """A value that its key describes wholly.

    `depth` counts floors and extremes inside each other; `range` is what is sure about the value.
    """

    key: str
    depth: int
    range: Bounds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyed) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Symbol(Keyed, frozen=True, eq=False):
    """A positive whole number that is not known yet."""

    name: str


class Floor(Keyed, frozen=True, eq=False):
    """⌊numerator/divisor⌋ with a positive divisor."""

    numerator: Size
    divisor: Size


class Extreme(Keyed, frozen=True, eq=False):
    """The largest or smallest of at least two sizes."""

    kind: Literal["max", "min"]
    options: tuple[Size, ...]


Atom: TypeAlias = Symbol | Floor | Extreme
# Atoms in the order of their keys, each with a positive power; `()` is the constant term.
Monomial: TypeAlias = tuple[tuple[Atom, int], ...]
Polynomial: TypeAlias = dict[Monomial, int]


class Symbolic(Keyed, frozen=True, eq=False):
    """A size with at least one free symbol. Build it with `symbol` and the operators."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Size) -> Size:
        return _combine(self, other, 1)

    __radd__ = __add__

    def __sub__(self, other: Size) -> Size:
        return _combine(self, other, -1)

    def __rsub__(self, other: Size) -> Size:
        return -self + other

    def __neg__(self) -> Size:
        return _canonical({m: -c for m, c in self.terms})

    def __mul__(self, other: Size) -> Size:
        return _multiply(self, other)

    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        return floor_div(self, other)

    def __rfloordiv__(self, other: Size) -> Size:
        return floor_div(other, self)

    def __mod__(self, other: Size) -> Size:
        return self - other * floor_div(self, other)

    def __rmod__(self, other: Size) -> Size:
        return other - self * floor_div(other, self)

    def __pow__(self, exponent: int) -> Size:
        if not 0 <= exponent <= limits.DEGREE:
            raise SizeLimit(f"the exponent {exponent} of a size")
        return 1 if exponent == 0 else self * self ** (exponent - 1)

    def __str__(self) -> str:
        from specc.sizes.text import render

        return render(self)

    __repr__ = __str__


Size: TypeAlias = Union[int, "Symbolic"]


def symbol(name: str) -> Symbolic:
    """A free size: a positive whole number called `name`."""
    return _atom(Symbol(name, 0, (1, None), name))


def known(size: Size) -> TypeGuard[int]:
    """Whether the size is a plain number."""
    return isinstance(size, int)


# ------------------------------------------------------------------ polynomials


def order(monomial: Monomial) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Sort key: highest degree first, then lexical (an admissible monomial order)."""
    return -sum(p for _, p in monomial), tuple((a.key, -p) for a, p in monomial)


def polynomial(size: Size) -> Polynomial:
    """The coefficient of every monomial."""
    if isinstance(size, int):
        return {(): size} if size else {}
    return dict(size.terms)


def _canonical(terms: Polynomial) -> Size:
    """The size of a polynomial: zero terms dropped, sorted, an `int` when constant."""
    kept = sorted(((m, c) for m, c in terms.items() if c), key=lambda term: order(term[0]))
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    if len(kept) > limits.TERMS:
        raise SizeLimit(f"a size with {len(kept)} terms")
    key = "+".join(_term_key(m, c) for m, c in kept)
    depth = max((a.depth for m, _ in kept for a, _ in m), default=0)
    _check(key, depth)
    values = interval.combination(
        (c, interval.product((a.range, p) for a, p in m)) for m, c in kept
    )
    return Symbolic(key, depth, values, tuple(kept))


def _term_key(monomial: Monomial, coefficient: int) -> str:
    if coefficient.bit_length() > limits.BITS:
        raise SizeLimit("a coefficient with too many digits")
    atoms = [a.key if p == 1 else f"{a.key}^{p}" for a, p in monomial]
    return "*".join(atoms if coefficient == 1 and atoms else [str(coefficient), *atoms])


def _check(key: str, depth: int) -> None:
    if len(key) > limits.KEY or depth > limits.NESTING:
        raise SizeLimit("a size whose formula is too long")


def _combine(left: Size, right: Size, sign: int) -> Size:
    if not isinstance(right, (int, Symbolic)):
        return NotImplemented
    terms = polynomial(left)
    for monomial, coefficient in polynomial(right).items():
        terms[monomial] = terms.get(monomial, 0) + sign * coefficient
    return _canonical(terms)


def _multiply(left: Symbolic, right: Size) -> Size:
    if not isinstance(right, (int, Symbolic)):
        return NotImplemented
    if isinstance(right, Symbolic) and len(left.terms) * len(right.terms) > limits.TERMS:
        raise SizeLimit("a product with too many terms")
    terms: Polynomial = {}
    for m1, c1 in left.terms:
        for m2, c2 in polynomial(right).items():
            monomial = _join(m1, m2)
            terms[monomial] = terms.get(monomial, 0) + c1 * c2
    return _canonical(terms)


def _join(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers.get(atom, 0) + power
    if sum(powers.values()) > limits.DEGREE:
        raise SizeLimit("a size of too high a degree")
    return tuple(sorted(powers.items(), key=lambda item: item[0].key))


def _without(monomial: Monomial, factor: Monomial) -> Monomial | None:
    """The monomial divided by a factor, None where that leaves a fraction."""
    powers = dict(monomial)
    for atom, power in factor:
        powers[atom] = powers.get(atom, 0) - power
    whole = all(p >= 0 for p in powers.values())
    return tuple((a, p) for a, p in powers.items() if p) if whole else None


def _atom(atom: Atom) -> Symbolic:
    _check(atom.key, atom.depth)
    return Symbolic(atom.key, atom.depth, atom.range, ((((atom, 1),), 1),))


def _key(size: Size) -> str:
    return str(size) if isinstance(size, int) else size.key


def _depth(*sizes: Size) -> int:
    return 1 + max((s.depth for s in sizes if isinstance(s, Symbolic)), default=0)


# --------------------------------------------------------------------- division


def floor_div(numerator: Size, divisor: Size) -> Size:
    """⌊numerator/divisor⌋. A symbolic divisor counts as positive.

    Raises:
        ZeroDivisionError: the divisor is 0.
    """
    if isinstance(divisor, int):
        if isinstance(numerator, int):
            return numerator // divisor
        if divisor == 0:
            raise ZeroDivisionError("a size divided by 0")
        if divisor < 0:
            numerator, divisor = -numerator, -divisor
    quotient, rest = _divide(polynomial(numerator), (*polynomial(divisor).items(),))
    return _canonical(quotient) + _proper_floor(_canonical(rest), divisor)


def ceil_div(numerator: Size, divisor: Size) -> Size:
    """⌈numerator/divisor⌉, as a floor: ⌊(numerator + divisor - 1)/divisor⌋."""
    return floor_div(numerator + (divisor - 1), divisor)


def _divide(
    numerator: Polynomial, divisor: tuple[tuple[Monomial, int], ...]
) -> tuple[Polynomial, Polynomial]:
    """Quotient and rest with numerator = quotient·divisor + rest, coefficients of the rest small.

    A divisor of several terms is taken out only where nothing is left: a partial quotient would
    only make the formula longer.
    """
    work, quotient, rest = dict(numerator), Polynomial(), Polynomial()
    lead, lead_coefficient = divisor[0]
    for _ in range(limits.TERMS):
        if not work:
            break
        monomial = min(work, key=order)
        coefficient = work.pop(monomial)
        left = _without(monomial, lead)
        times = 0 if left is None else coefficient // lead_coefficient
        if coefficient != times * lead_coefficient:
            rest[monomial] = coefficient - times * lead_coefficient
        if left is not None and times:
            quotient[left] = times
            _subtract(work, left, times, divisor[1:])
    if work or (rest and len(divisor) > 1):
        return {}, numerator
    return quotient, rest


def _subtract(
    work: Polynomial, monomial: Monomial, times: int, terms: tuple[tuple[Monomial, int], ...]
) -> None:
    for factor, coefficient in terms:
        product = _join(monomial, factor)
        work[product] = work.get(product, 0) - times * coefficient
        if not work[product]:
            del work[product]


def _proper_floor(numerator: Size, divisor: Size) -> Size:
    """The floor of a fraction out of which no whole part can be taken."""
    low, high = bounds(numerator)
    least = bounds(divisor)[0]
    if low is not None and high is not None and least is not None and 0 <= low <= high < least:
        return 0
    smaller = _cancel(numerator, divisor)
    if smaller is not None:
        return floor_div(*smaller)
    fused = _fuse(numerator, divisor)
    if fused is not None:
        return floor_div(*fused)
    key = f"[{_key(numerator)}/{_key(divisor)}]"
    values = interval.quotient(bounds(numerator), bounds(divisor))
    return _atom(Floor(key, _depth(numerator, divisor), values, numerator, divisor))


def _cancel(numerator: Size, divisor: Size) -> tuple[Size, Size] | None:
    """Numerator and divisor without their common factor; a constant left over is cut to whole."""
    above, below = polynomial(numerator), polynomial(divisor)
    variable = [c for m, c in above.items() if m]
    if not variable:
        return None
    number = gcd(*variable, *below.values())
    common = _common([*above, *below])
    if number == 1 and not common:
        return None

    def reduced(terms: Polynomial) -> Size:
        return _canonical({_without(m, common) or (): c // number for m, c in terms.items()})

    return reduced(above), reduced(below)


def _common(monomials: Iterable[Monomial]) -> Monomial:
    """The greatest monomial that divides them all."""
    first, *others = (dict(m) for m in monomials)
    powers = {a: min([p, *(o.get(a, 0) for o in others)]) for a, p in first.items()}
    return tuple((a, p) for a, p in powers.items() if p)


def _fuse(numerator: Size, divisor: Size) -> tuple[Size, Size] | None:
    """⌊(⌊a/m⌋ + k)/n⌋ = ⌊(a + k·m)/(m·n)⌋ where the numerator holds one floor, alone in its term."""
    terms = polynomial(numerator)
    inside = [m for m in terms if any(isinstance(a, Floor) for a, _ in m)]
    if len(inside) != 1 or len(inside[0]) != 1 or terms[inside[0]] != 1:
        return None
    atom, power = inside[0][0]
    if power != 1 or not isinstance(atom, Floor):
        return None
    rest = numerator - _atom(atom)
    return atom.numerator + rest * atom.divisor, atom.divisor * divisor


# ----------------------------------------------------------------------- max, min


def size_max(first: Size, *others: Size) -> Size:
    """The largest of the sizes."""
    sizes = (first, *others)
    numbers = [s for s in sizes if isinstance(s, int)]
    if len(numbers) == len(sizes):
        return max(numbers)
    return _extreme("max", sizes, lambda a, b: _never_negative(a - b))


def size_min(first: Size, *others: Size) -> Size:
    """The smallest of the sizes."""
    sizes = (first, *others)
    numbers = [s for s in sizes if isinstance(s, int)]
    if len(numbers) == len(sizes):
        return min(numbers)
    return _extreme("min", sizes, lambda a, b: _never_negative(b - a))


def _never_negative(size: Size) -> bool:
    low = bounds(size)[0]
    return low is not None and low >= 0


def _extreme(
    kind: Literal["max", "min"], sizes: tuple[Size, ...], wins: Callable[[Size, Size], bool]
) -> Size:
    """Nested extremes of the same kind opened, options that another always beats dropped."""
    options: list[Size] = []
    for size in (inner for s in sizes for inner in _options(s, kind)):
        if not any(wins(o, size) for o in options):
            options = [o for o in options if not wins(size, o)] + [size]
    if len(options) == 1:
        return options[0]
    options.sort(key=lambda o: (isinstance(o, int), _key(o)))
    key = f"{kind}({','.join(map(_key, options))})"
    values = interval.extreme(kind, map(bounds, options))
    return _atom(Extreme(key, _depth(*options), values, kind, tuple(options)))


def _options(size: Size, kind: str) -> tuple[Size, ...]:
    if isinstance(size, Symbolic):
        atom = size.terms[0][0][0][0]
        if isinstance(atom, Extreme) and (atom.kind, atom.key) == (kind, size.key):
            return atom.options
    return (size,)


def bounds(size: Size) -> Bounds:
    """What is sure about a size: its least and greatest value, None where there is no bound."""
    return (size, size) if isinstance(size, int) else size.range

"""Conditions on sizes, and what they mean for each symbol: "valid when H is a multiple of 16".

A form is *stepwise* when it is a sum of multiples of a symbol and of floors with constant divisors:
over one period it rises by a constant. Such conditions are solved exactly by trying one period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import gcd, lcm
from typing import Literal

from msgspec import Struct

from specc.sizes import limits
from specc.sizes.algebra import Atom, Extreme, Size, SizeLimit, Symbol, floor_div
from specc.sizes.substitution import evaluate, free_symbols, substitute
from specc.sizes.text import render, render_python


class Constraint(Struct, frozen=True):
    """A condition: `eq` left = right, `ge` left ≥ right, `divides` left divides right."""

    kind: Literal["eq", "ge", "divides"]
    left: Size
    right: Size

    def __str__(self) -> str:
        word = {"eq": "=", "ge": "≥", "divides": "divides"}[self.kind]
        return f"{render(self.left)} {word} {render(self.right)}"

    @property
    def python(self) -> str:
        """The condition as a Python expression over its symbols: `H // 2 - 2 >= 1`."""
        left, right = render_python(self.left), render_python(self.right)
        if self.kind == "divides":
            return f"({right}) % ({left}) == 0"
        return f"{left} {'==' if self.kind == 'eq' else '>='} {right}"

    @property
    def symbols(self) -> frozenset[str]:
        """The free symbols of both sides."""
        return free_symbols(self.left) | free_symbols(self.right)

    def put(self, values: Mapping[str, Size]) -> Constraint:
        """The condition with sizes in the place of symbols."""
        return Constraint(self.kind, substitute(self.left, values), substitute(self.right, values))


def holds(constraint: Constraint, values: dict[str, int]) -> bool:
    """Whether the condition is met for these numbers; a division by zero never is."""
    try:
        left, right = evaluate(constraint.left, values), evaluate(constraint.right, values)
    except ZeroDivisionError:
        return False
    if constraint.kind == "divides":
        return left > 0 and right % left == 0
    return left == right if constraint.kind == "eq" else left >= right


def solve(constraints: Iterable[Constraint]) -> tuple[str, ...]:
    """One sentence for each symbol, then one for each condition that ties symbols together.

    Conditions that always hold say nothing.
    """
    unique = tuple(dict.fromkeys(constraints))
    single: dict[str, list[Constraint]] = {}
    sentences: list[str] = []
    for constraint in unique:
        symbols = constraint.symbols
        if len(symbols) == 1:
            single.setdefault(next(iter(symbols)), []).append(constraint)
        elif symbols or not holds(constraint, {}):
            sentences.append(
                f"valid when {constraint}" if symbols else f"never valid: {constraint}"
            )
    return (*(s for name in single for s in _Conditions(name, single[name]).sentence()), *sentences)


def multiples(constraints: Iterable[Constraint]) -> dict[str, int]:
    """The symbols that must be multiples of a number, with the number."""
    own: dict[str, list[Constraint]] = {}
    for constraint in dict.fromkeys(constraints):
        if len(constraint.symbols) == 1:
            own.setdefault(next(iter(constraint.symbols)), []).append(constraint)
    found = {name: _Conditions(name, conditions).multiple for name, conditions in own.items()}
    return {name: number for name, number in found.items() if number > 1}


def nearest_valid(
    constraints: Iterable[Constraint], symbol: str, near: int
) -> tuple[int | None, int | None]:
    """The valid sizes at and next to `near`: the greatest not above it, the least not below it.

    Only conditions on this symbol alone count. None where the search finds nothing.
    """
    own = [c for c in dict.fromkeys(constraints) if c.symbols <= {symbol}]

    def valid(size: int) -> bool:
        return all(holds(c, {symbol: size}) for c in own)

    below = range(near, max(0, near - limits.SEARCH), -1)
    above = range(max(near, 1), near + limits.SEARCH)
    return next(filter(valid, below), None), next(filter(valid, above), None)


# ------------------------------------------------------------------ one symbol


class _Step(Struct, frozen=True):
    """A stepwise form: it rises by `rise` (or falls) whenever the symbol grows by `period`."""

    period: int
    rise: int


def _step(size: Size) -> _Step | None:
    """The step of a size with one symbol; None where it is not stepwise."""
    total = _Step(1, 0)
    for monomial, coefficient in () if isinstance(size, int) else size.terms:
        if not monomial:
            continue
        step = _atom_step(monomial[0][0]) if len(monomial) == monomial[0][1] == 1 else None
        if step is None:
            return None
        period = lcm(total.period, step.period)
        if period > limits.PERIOD:
            raise SizeLimit(f"a condition that repeats only after {period} sizes")
        rise = total.rise * (period // total.period)
        total = _Step(period, rise + coefficient * step.rise * (period // step.period))
    return total


def _atom_step(atom: Atom) -> _Step | None:
    if isinstance(atom, Symbol):
        return _Step(1, 1)
    if isinstance(atom, Extreme) or not isinstance(atom.divisor, int):
        return None
    inner = _step(atom.numerator)
    if inner is None:
        return None
    common = gcd(inner.rise, atom.divisor)
    return _Step(inner.period * (atom.divisor // common), inner.rise // common)


class _Conditions:
    """The conditions on one symbol, sorted by what they allow: residues, bounds, single values."""

    def __init__(self, symbol: str, constraints: Sequence[Constraint]) -> None:
        self.symbol = symbol
        self.constraints = constraints
        self.period = 1
        self.periodic: list[Constraint] = []
        self.low = 1
        self.high: int | None = None
        self.values: set[int] | None = None
        self.other: list[Constraint] = []
        for constraint in constraints:
            self._sort(constraint)

    def sentence(self) -> list[str]:
        """ "valid when …", or nothing when every size is valid."""
        if self.values is not None:
            return [self._valid_values(sorted(v for v in self.values if self._valid(v)))]
        residues = self._residues()
        if not residues or (self.high is not None and self.high < self.low):
            return [f"no {self.symbol} is valid"]
        parts = [self._congruence(residues), *self._bounds(residues), *map(str, self.other)]
        said = " and ".join(p for p in parts if p)
        return [f"valid when {said}"] if said else []

    @property
    def multiple(self) -> int:
        """What every valid size divides by; 1 where nothing is known."""
        return self.period if self.values is None and self._residues() == [0] else 1

    def _sort(self, constraint: Constraint) -> None:
        left, right = constraint.left, constraint.right
        if constraint.kind == "divides":
            if not isinstance(left, int) or left < 1:
                self.other.append(constraint)
                return
            left, right = right, left * floor_div(right, left)
        difference = left - right
        try:
            step = _step(difference)
        except SizeLimit:
            step = None
        if step is None:
            self.other.append(constraint)
        elif step.rise == 0:
            self.periodic.append(constraint)
            self.period = lcm(self.period, step.period)
        else:
            self._narrow(constraint.kind, difference, step)

    def _narrow(self, kind: str, difference: Size, step: _Step) -> None:
        """Cut the range by a form that grows or falls for ever."""
        at = self._at(difference)
        residues = range(1, step.period + 1)
        if kind == "eq":
            pairs = [(r, divmod(-at(r), step.rise)) for r in residues]
            found = {r + step.period * k for r, (k, rest) in pairs if rest == 0 and k >= 0}
            self.values = found if self.values is None else self.values & found
        elif step.rise > 0:  # the greatest size that fails decides
            fails = (r + step.period * (-(at(r) // step.rise) - 1) for r in residues if at(r) < 0)
            self.low = max(self.low, *(size + 1 for size in (0, *fails)))
        else:  # the least size that fails decides
            ends = [r + step.period * max(at(r) // -step.rise + 1, 0) for r in residues]
            high = min(ends) - 1
            self.high = high if self.high is None else min(self.high, high)

    def _at(self, size: Size) -> Callable[[int], int]:
        return lambda value: evaluate(size, {self.symbol: value})

    def _valid(self, value: int) -> bool:
        return all(holds(c, {self.symbol: value}) for c in self.constraints)

    def _residues(self) -> list[int]:
        """Valid residues modulo the least period, which then is `self.period`."""
        if self.period > limits.PERIOD:
            self.other += self.periodic
            self.period, self.periodic = 1, []
        size = self.period
        valid = [
            all(holds(c, {self.symbol: r or size}) for c in self.periodic) for r in range(size)
        ]
        self.period = next(
            p for p in range(1, size + 1) if size % p == 0 and valid == valid[:p] * (size // p)
        )
        return [r for r in range(self.period) if valid[r]]

    def _valid_values(self, values: list[int]) -> str:
        if not values:
            return f"no {self.symbol} is valid"
        return f"valid when {self.symbol} = {_either([f'{v:,}' for v in values])}"

    def _congruence(self, residues: list[int]) -> str:
        if len(residues) == self.period:
            return ""
        if residues == [0]:
            multiple = f"a multiple of {self.period:,}"
            return f"{self.symbol} is {'even' if self.period == 2 else multiple}"
        if self.period == 2:
            return f"{self.symbol} is odd"
        run = len(residues) > 3 and residues == list(range(residues[0], residues[-1] + 1))
        shown = f"{residues[0]} … {residues[-1]}" if run else _either([str(r) for r in residues])
        return f"{self.symbol} ≡ {shown} (mod {self.period:,})"

    def _bounds(self, residues: list[int]) -> list[str]:
        least = min(r or self.period for r in residues)
        low = [f"{self.symbol} ≥ {self.low:,}"] if self.low > least else []
        return low + ([f"{self.symbol} ≤ {self.high:,}"] if self.high is not None else [])


def _either(words: list[str]) -> str:
    """`0`, `0 or 1`, `0, 1 or 2`; a long list is cut."""
    if len(words) > 8:
        return ", ".join(words[:8]) + f", … ({len(words):,} in all)"
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

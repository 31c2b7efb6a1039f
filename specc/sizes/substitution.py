"""Putting numbers or other sizes in the place of symbols."""

from __future__ import annotations

from collections.abc import Mapping

from specc.sizes.algebra import Atom, Extreme, Floor, Size, Symbol, floor_div, size_max, size_min
from specc.sizes.algebra import symbol as make_symbol


def free_symbols(size: Size) -> frozenset[str]:
    """The names of the symbols that a size depends on."""
    if isinstance(size, int):
        return frozenset()
    return frozenset(name for m, _ in size.terms for atom, _ in m for name in _names(atom))


def _names(atom: Atom) -> frozenset[str]:
    if isinstance(atom, Symbol):
        return frozenset((atom.name,))
    parts = atom.options if isinstance(atom, Extreme) else (atom.numerator, atom.divisor)
    return frozenset().union(*map(free_symbols, parts))


def substitute(size: Size, values: Mapping[str, Size]) -> Size:
    """The size with some of its symbols replaced; symbols without a value stay."""
    if isinstance(size, int):
        return size
    total: Size = 0
    for monomial, coefficient in size.terms:
        product: Size = coefficient
        for atom, power in monomial:
            product = product * _replaced(atom, values) ** power
        total = total + product
    return total


def _replaced(atom: Atom, values: Mapping[str, Size]) -> Size:
    if isinstance(atom, Symbol):
        value = values.get(atom.name)
        return make_symbol(atom.name) if value is None else value
    if isinstance(atom, Floor):
        return floor_div(substitute(atom.numerator, values), substitute(atom.divisor, values))
    pick = size_max if atom.kind == "max" else size_min
    return pick(*(substitute(o, values) for o in atom.options))


def evaluate(size: Size, values: Mapping[str, int]) -> int:
    """The number that a size becomes.

    Raises:
        KeyError: a symbol has no value.
    """
    if isinstance(size, int):
        return size
    total = 0
    for monomial, product in size.terms:
        for atom, power in monomial:
            product *= _number(atom, values) ** power
        total += product
    return total


def _number(atom: Atom, values: Mapping[str, int]) -> int:
    if isinstance(atom, Symbol):
        return values[atom.name]
    if isinstance(atom, Floor):
        return evaluate(atom.numerator, values) // evaluate(atom.divisor, values)
    pick = max if atom.kind == "max" else min
    return pick(evaluate(o, values) for o in atom.options)

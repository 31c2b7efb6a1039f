"""Sizes under the condition that a symbol is a multiple of a number: `16·⌊(H + 15)/16⌋` is then H."""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd

from specc.sizes.algebra import Monomial, Size, Symbol, Symbolic, floor_div, symbol
from specc.sizes.substitution import substitute


def settled(size: Size, multiples: Mapping[str, int]) -> Size:
    """The size with fewer roundings where every symbol is a multiple of its number; else as it is."""
    if not isinstance(size, Symbolic) or not multiples:
        return size
    by_turns = substitute(size, {name: by * symbol(name) for name, by in multiples.items()})
    if not isinstance(by_turns, Symbolic):
        return by_turns
    total: Size = 0
    for monomial, coefficient in by_turns.terms:
        term = _term(monomial, coefficient, multiples)
        if term is None:
            return size
        total = total + term
    return total


def _term(monomial: Monomial, coefficient: int, multiples: Mapping[str, int]) -> Size | None:
    """A term in turns as one in the symbols themselves; a single symbol may be divided."""
    share = 1
    letters: Size = 1
    for atom, power in monomial:
        if not isinstance(atom, Symbol):
            return None
        share *= multiples.get(atom.name, 1) ** power
        letters = letters * symbol(atom.name) ** power
    common = gcd(coefficient, share)
    if share == common:
        return coefficient // common * letters
    alone = len(monomial) == 1 and monomial[0][1] == 1
    return coefficient // common * floor_div(letters, share // common) if alone else None

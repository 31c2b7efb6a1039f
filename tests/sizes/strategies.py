"""Random sizes as trees that can be built twice: with symbols, and with numbers in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from specc.sizes import Size, ceil_div, floor_div, size_max, size_min, symbol

NAMES = ("H", "W", "d")
PRIMES = (2, 3, 5, 7, 11, 13, 31, 61, 127, 251)
Tree = Callable[[Mapping[str, Size]], Size]

values = st.fixed_dictionaries(
    {n: st.one_of(st.integers(1, 300), st.sampled_from(PRIMES)) for n in NAMES}
)
SYMBOLS: dict[str, Size] = {n: symbol(n) for n in NAMES}


def _leaf(value: str | int) -> Tree:
    return lambda env: env[value] if isinstance(value, str) else value


def _binary(operation: Callable[[Size, Size], Size]) -> Callable[[tuple[Tree, Tree]], Tree]:
    return lambda pair: lambda env: operation(pair[0](env), pair[1](env))


def _positive(operation: Callable[[Size, int], Size]) -> Callable[[tuple[Tree, int]], Tree]:
    return lambda pair: lambda env: operation(pair[0](env), pair[1])


OPERATIONS: tuple[Callable[[Size, Size], Size], ...] = (
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    size_max,
    size_min,
)
DIVISIONS: tuple[Callable[[Size, int], Size], ...] = (
    floor_div,
    ceil_div,
    lambda a, n: a % n,
    lambda a, n: (a * n) // n,
    lambda a, n: floor_div(a, n) * n,
)

leaves = st.one_of(st.sampled_from(NAMES), st.integers(-9, 9)).map(_leaf)


def _grow(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    pairs = st.tuples(children, children)
    divisors = st.tuples(children, st.integers(1, 12))
    by_symbol = st.tuples(children, st.sampled_from(NAMES).map(_leaf))
    return st.one_of(
        *(pairs.map(_binary(o)) for o in OPERATIONS),
        *(divisors.map(_positive(o)) for o in DIVISIONS),
        by_symbol.map(_binary(floor_div)),
        by_symbol.map(_binary(lambda a, b: (a * b) // b)),
        children.map(lambda t: lambda env: -t(env)),
        st.tuples(children, st.integers(0, 3)).map(_positive(lambda a, n: a**n)),
    )


trees = st.recursive(leaves, _grow, max_leaves=8)

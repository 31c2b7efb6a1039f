"""Sizes with symbols compute exactly what numbers in their place would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.sizes import (
    Size,
    SizeLimit,
    bounds,
    ceil_div,
    evaluate,
    floor_div,
    free_symbols,
    known,
    size_max,
    size_min,
    substitute,
    symbol,
)
from tests.sizes.strategies import NAMES, SYMBOLS, Tree, trees, values

H, W, d, k = (symbol(name) for name in "HWdk")


@given(trees, values)
def test_numbers_put_in_afterwards_give_what_they_give_from_the_start(
    tree: Tree, env: dict[str, int]
) -> None:
    size = tree(SYMBOLS)
    assert substitute(size, env) == evaluate(size, env) == tree(env)


@given(trees, values, st.sampled_from(NAMES))
def test_symbols_may_be_replaced_one_after_the_other(
    tree: Tree, env: dict[str, int], first: str
) -> None:
    partly = substitute(tree(SYMBOLS), {first: env[first]})
    assert first not in free_symbols(partly)
    assert substitute(partly, env) == tree(env)


@given(trees, trees, trees)
def test_equal_sums_and_products_have_one_form(a: Tree, b: Tree, c: Tree) -> None:
    x, y, z = a(SYMBOLS), b(SYMBOLS), c(SYMBOLS)
    assert x + y == y + x
    assert (x + y) - y == x
    assert x * (y + z) == x * y + x * z
    assert hash(x * y) == hash(y * x)


@given(trees, values)
def test_the_bounds_hold(tree: Tree, env: dict[str, int]) -> None:
    low, high = bounds(tree(SYMBOLS))
    value = tree(env)
    assert low is None or low <= value
    assert high is None or value <= high


def test_five_halving_convolutions_are_one_floor() -> None:
    size: Size = H
    for _ in range(5):
        size = (size + 2 * 1 - 3) // 2 + 1
    assert size == (H + 31) // 32


@pytest.mark.parametrize(
    ("size", "simple"),
    [
        ((4 * d) // 4, d),
        ((d * k) // k, d),
        ((6 * d + 9) // 6, d + (1 + 0 * d)),
        ((3 * H + 1) // 2, H + (H + 1) // 2),
        ((2 * H + 5) // 4, (H + 2) // 2),
        ((H // 2 + 1) // 2, (H + 2) // 4),
        ((d * d + 2 * d * k + k * k) // (d + k), d + k),
        ((d * (H + 1)) // (d * W), (H + 1) // W),
        (ceil_div(H, 2), (H + 1) // 2),
        (H - H, 0),
        (size_max(H, 1), H),
        (size_max(H, W, H - 3), size_max(W, H)),
        (size_max(size_max(H, 5), W), size_max(5, size_max(W, H))),
        (size_min(H, 2 * H), H),
        (H % 1, 0),
    ],
)
def test_simplifications(size: Size, simple: Size) -> None:
    assert size == simple


def test_numbers_stay_plain() -> None:
    assert known(floor_div(7, 2))
    assert (floor_div(7, 2), ceil_div(7, 2), size_max(1, 2), size_min(1, 2)) == (3, 4, 2, 1)
    assert not known(H)
    assert evaluate(floor_div(H, -2), {"H": 7}) == -4
    with pytest.raises(ZeroDivisionError):
        floor_div(H, 0)


def test_work_is_bounded() -> None:
    wide = sum((symbol(f"s{i}") for i in range(60)), H)
    with pytest.raises(SizeLimit):
        wide * wide * wide
    with pytest.raises(SizeLimit):
        H**65
    with pytest.raises(SizeLimit):
        shrink(H)


def shrink(size: Size) -> Size:
    for _ in range(10_000):
        size = (size + 1) // 3 * 2
    return size

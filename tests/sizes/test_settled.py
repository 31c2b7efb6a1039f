"""Sizes of multiples lose their roundings, and keep their values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.sizes import Constraint, Size, evaluate, floor_div, multiples, render, settled, symbol

H, W = symbol("H"), symbol("W")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (16 * floor_div(H + 15, 16), "H"),
        (2 * floor_div(H, 4), "⌊H/2⌋"),
        (3 * floor_div(H + 3, 4) * floor_div(W, 2) * 16, "6·H·W"),
        (floor_div(H, 32), "⌊H/32⌋"),
        (7, "7"),
    ],
)
def test_what_is_settled(size: Size, text: str) -> None:
    conditions = (Constraint("divides", 16, H), Constraint("divides", 2, W))
    by = multiples(conditions)
    assert by == {"H": 16, "W": 2}
    found = settled(size, by)
    assert render(found) == text
    values = {"H": 48, "W": 10}
    assert evaluate(found, values) == evaluate(size, values)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(1, 9), st.integers(1, 24))
def test_the_value_stays(more: int, by: int, factor: int, turns: int) -> None:
    size = factor * floor_div(H + more, by) + 3
    for number in (2, 12, 16):
        found = settled(size, {"H": number})
        assert evaluate(found, {"H": number * turns}) == evaluate(size, {"H": number * turns})


def test_conditions_are_python() -> None:
    assert Constraint("divides", 4, H + 2).python == "(H + 2) % (4) == 0"
    assert eval(Constraint("ge", floor_div(H, 2) - 2, 1).python, {"H": 6})
    assert not eval(Constraint("eq", 2 * floor_div(H, 2), H).python, {"H": 5})

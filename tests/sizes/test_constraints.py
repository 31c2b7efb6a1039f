"""Conditions are said as a person would, and every sentence is true."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.sizes import Constraint, Size, holds, nearest_valid, solve, symbol

H, d, n = symbol("H"), symbol("d"), symbol("n")


def halved(size: Size, times: int) -> Size:
    for _ in range(times):
        size = size // 2
    return size


SKIP = Constraint("eq", halved(H, 4) * 16, H)


@pytest.mark.parametrize(
    ("constraints", "said"),
    [
        ([SKIP], "valid when H is a multiple of 16"),
        ([Constraint("eq", halved(H, 1) * 2, H)], "valid when H is even"),
        ([Constraint("ge", H // 5 - 9, 1)], "valid when H ≥ 50"),
        ([SKIP, Constraint("ge", H, 40)], "valid when H is a multiple of 16 and H ≥ 40"),
        ([Constraint("divides", 12, d)], "valid when d is a multiple of 12"),
        ([Constraint("divides", 3, 2 * n + 1)], "valid when n ≡ 1 (mod 3)"),
        ([Constraint("eq", (n + 2) // 4, n // 4)], "valid when n ≡ 0 or 1 (mod 4)"),
        ([Constraint("ge", 20, n)], "valid when n ≤ 20"),
        ([Constraint("eq", (H - 5) // 2 + 1, 12)], "valid when H = 27 or 28"),
        ([Constraint("eq", 2 * n, 7)], "no n is valid"),
        ([Constraint("eq", H, d)], "valid when H = d"),
        ([Constraint("divides", n, 768)], "valid when n divides 768"),
        ([Constraint("ge", 3, 4)], "never valid: 3 ≥ 4"),
    ],
)
def test_sentences(constraints: list[Constraint], said: str) -> None:
    assert solve(constraints) == (said,)


def test_what_always_holds_is_not_said() -> None:
    assert (
        solve([Constraint("ge", H, 1), Constraint("eq", 3, 3), Constraint("divides", 2, 4)]) == ()
    )


def test_the_nearest_sizes_that_fit_a_unet() -> None:
    assert nearest_valid([SKIP], "H", 250) == (240, 256)
    assert nearest_valid([SKIP], "H", 256) == (256, 256)
    assert nearest_valid([SKIP], "H", 7) == (None, 16)


def test_a_period_too_long_to_try_is_said_as_it_stands() -> None:
    far = Constraint("divides", 1_000_003, H)
    assert solve([far]) == ("valid when 1,000,003 divides H",)


@given(st.integers(1, 6), st.integers(-8, 8), st.integers(1, 9), st.integers(-5, 30))
def test_the_bound_is_the_least_valid_size(stride: int, shift: int, up: int, least: int) -> None:
    constraint = Constraint("ge", up * ((H + shift) // stride), least)
    said = solve([constraint])
    bound = int(re.findall(r"\d+", said[0])[0]) if said else 1
    assert [holds(constraint, {"H": h}) for h in range(1, 300)] == [
        h >= bound for h in range(1, 300)
    ]


@given(st.integers(1, 5), st.integers(0, 6), st.integers(1, 5))
def test_the_residues_are_the_valid_sizes(a: int, shift: int, b: int) -> None:
    constraint = Constraint("eq", a * ((H + shift) // a), b * (H // b))
    valid = {h for h in range(1, 200) if holds(constraint, {"H": h})}
    said = solve([constraint])
    if not said:
        assert len(valid) == 199
    elif said[0].startswith("no"):
        assert not valid
    elif "≡" in said[0]:
        *residues, modulus = map(int, re.findall(r"\d+", said[0]))
        if "…" in said[0]:
            residues = [*range(residues[0], residues[1] + 1)]
        assert valid == {h for h in range(1, 200) if h % modulus in residues}

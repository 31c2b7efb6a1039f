"""One expression gives the value, the symbols and the numbers, and they agree."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.formula import Formula, ceil_div, formula, gathered, largest, product, total, var
from specc.sizes import symbol

numbers = st.integers(1, 400)


def conv_parameters(c_in: int, groups: int = 1) -> Formula:
    k_h, k_w = var("k_h", 5), var("k_w", 5)
    return (k_h * k_w * var("c_in", c_in) / var("groups", groups) + 1) * var("c_out", 6)


def size(n: int, padding: int, kernel: int, stride: int) -> Formula:
    return (var("n", n) + 2 * var("p", padding) - var("k", kernel)) // var("s", stride) + 1


def test_the_count_of_a_convolution() -> None:
    count = conv_parameters(1)
    assert count.value == 156
    assert count.symbols() == "(k_h·k_w·c_in/groups + 1)·c_out"
    assert count.numbers() == "(5·5·1/1 + 1)·6"
    assert count.tidy.working() == "(5·5 + 1)·6 = 156"
    assert count.latex().startswith(r"\left(\frac{k_{h} \cdot k_{w} \cdot c_{\mathrm{in}}}")


def test_the_size_that_does_not_fit() -> None:
    assert size(4, 0, 5, 1).working() == "⌊(4 + 2·0 − 5)/1⌋ + 1 = 0"
    assert size(4, 0, 5, 1).symbols() == "⌊(n + 2·p − k)/s⌋ + 1"
    assert size(8, 1, 3, 2).latex_working().endswith(r"\right\rfloor + 1 = 4")


def test_a_transposed_convolution() -> None:
    n, s, p, k = var("n", 13), var("s", 2), var("p", 1), var("k", 4)
    assert ((n - 1) * s - 2 * p + k).working() == "(13−1)·2 − 2·1 + 4 = 26"


@pytest.mark.parametrize(
    ("built", "said"),
    [
        (var("n", 9) - (var("a", 3) - 1), "9 − (3 − 1) = 7"),
        (var("n", 9) + (var("a", 3) - 1), "9 + 3 − 1 = 11"),
        (product(var("d", v) for v in (256, 5, 5)) * 48, "256·5·5·48 = 307,200"),
        ((var("a", 1) + 2) ** 2 * 3, "(1 + 2)²·3 = 27"),
        (ceil_div(var("n", 7), 2), "⌈7/2⌉ = 4"),
        (largest(var("n", 7) - 9, 0), "max(7 − 9, 0) = 0"),
        (var("a", 12) / (var("b", 2) * 3), "12/(2·3) = 2"),
        (10 - var("a", 12) * -2, "10 − 12·(−2) = 34"),
        (total([1, var("a", 2) * 3, var("b", 4)]), "1 + 2·3 + 4 = 11"),
        (total([]), "0"),
        (formula(2_570), "2,570"),
    ],
)
def test_working(built: Formula, said: str) -> None:
    assert built.working() == said


def test_free_sizes_stay_in_the_working() -> None:
    count = (var("n", symbol("n") - 2) + 1) * var("units", 10)
    assert count.working() == "(n − 2 + 1)·10 = 10·n − 10"
    assert (var("c", symbol("n") - 2) * 3).working() == "(n − 2)·3 = 3·n − 6"


def test_an_exact_division_must_be_whole() -> None:
    with pytest.raises(ValueError, match="512 does not divide by 7"):
        var("width", 512) / var("heads", 7)


@given(numbers, st.integers(0, 5), numbers, st.integers(1, 5), numbers)
def test_the_working_ends_with_the_value_and_computes_to_it(
    n: int, p: int, k: int, s: int, c: int
) -> None:
    built = (size(n, p, k, s) * var("c", c) + 7) * c - ceil_div(var("n", n), s)
    left, right = built.working().replace("−", "-").replace(",", "").split(" = ")
    python = left.replace("·", "*").replace("/", "//").translate(str.maketrans("⌊⌋", "()"))
    python = re.sub(r"⌈(\d+)//(\d+)⌉", r"(-(-\1//\2))", python)
    assert eval(python) == int(right) == built.value
    assert built.tidy.value == built.value
    tidied = built.tidy.working().split(" = ")[-1]
    assert tidied.replace("−", "-").replace(",", "") == str(built.value)


def test_equal_terms_are_gathered() -> None:
    h = var("h", 4)
    assert gathered(total([3 * h, 3 * h])).symbols() == "2·3·h"
    mixed = gathered(total([3 * h, 2 * h, 3 * h]))
    assert (mixed.value, mixed.symbols()) == (32, "2·3·h + 2·h")

"""How sizes read, and that the Python they become computes the same."""

from __future__ import annotations

import pytest
from hypothesis import given

from specc.sizes import (
    Size,
    ceil_div,
    render,
    render_latex,
    render_python,
    size_max,
    symbol,
)
from tests.sizes.strategies import SYMBOLS, Tree, trees, values

H, W, d, n = (symbol(name) for name in "HWdn")


@given(trees, values)
def test_the_printed_python_computes_the_size(tree: Tree, env: dict[str, int]) -> None:
    text = render_python(tree(SYMBOLS), lambda name: f"size_{name}")
    assert eval(text, {f"size_{k}": v for k, v in env.items()}) == tree(env)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (61_706, "61,706"),
        (-3, "−3"),
        (12 * d**2 + 13 * d, "12·d² + 13·d"),
        (10 * n + 131, "10·n + 131"),
        ((H + 31) // 32, "⌊(H + 31)/32⌋"),
        (ceil_div(H, 2), "⌊(H + 1)/2⌋"),
        (5 - H, "5 − H"),
        (-(H // 2), "−⌊H/2⌋"),
        (3 * H * W // (2 * n), "⌊3·H·W/(2·n)⌋"),
        (size_max(H, W, 3), "max(H, W, 3)"),
        (2_570 * d**10, "2,570·d¹⁰"),
    ],
)
def test_for_people(size: Size, text: str) -> None:
    assert render(size) == str(size).replace("-", "−") if size == -3 else render(size) == text
    assert render(size) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (12 * d**2 + 13 * d, "12 * d**2 + 13 * d"),
        ((H + 31) // 32, "(H + 31) // 32"),
        (2 * (H // 2) - 1, "2 * (H // 2) - 1"),
        (61_706, "61706"),
    ],
)
def test_as_python(size: Size, text: str) -> None:
    assert render_python(size) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (12 * d**2 + 1300, r"12 \cdot d^{2} + 1{,}300"),
        ((H + 31) // 32, r"\left\lfloor \frac{H + 31}{32} \right\rfloor"),
        (symbol("c_in"), r"c_{\mathrm{in}}"),
    ],
)
def test_as_latex(size: Size, text: str) -> None:
    assert render_latex(size) == text

"""What a reader sees of a worked example: digits that can be checked, every working, edges by name."""

from __future__ import annotations

from fractions import Fraction

import pytest

from specc.byhand.show import as_text
from specc.byhand.text import Style
from tests.byhand.test_example import worked

DECIMAL, EXACT = Style(4, decimal=True), Style(4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-6.68e-5, "−6.680e−05"), (1.002e-4, "0.0001002"), (0.0072361, "0.007236"),
        (0.04335, "0.04335"), (0.2447, "0.2447"), (0.09999999, "0.1000"), (3.61984, "3.6198"),
        (Fraction("0.001999"), "0.001999"), (Fraction("0.9"), "0.9"), (Fraction(1, 3), "0.3333"),
        (0.0, "0.0000"),
    ],
)  # fmt: skip
def test_a_small_number_keeps_its_digits(value: float | Fraction, text: str) -> None:
    assert DECIMAL.number(value) == text


def test_places_count_digits_of_what_is_small() -> None:
    assert [Style(n, decimal=True).number(0.0123456) for n in (1, 2, 6)] == [
        "0.01",
        "0.012",
        "0.0123456",
    ]
    assert Style(0, decimal=True).number(2.4) == "2"


def shown(body: str, before: str = "", *, full: bool = False) -> str:
    return as_text(worked(body, before), full=full)


def test_no_sign_stands_twice() -> None:
    assert "y = −(−1/2) = 1/2" in shown("given x = -1/2\ny = -x")


def test_a_quotient_in_a_power_has_parentheses() -> None:
    text = shown("given x = [-2/5, 1]\ny = softmax(x)")
    assert "y[0] = e^(−2/5)/(e^(−2/5) + e^1)" in text


IMAGE = "given x = {}\ngiven K = [[1, 1], [1, 1]]\ny = x -> conv(weight=K)\nminimize sum(y)"


def test_what_is_left_out_is_counted_and_can_be_had() -> None:
    body = IMAGE.format([[i + j for j in range(7)] for i in range(7)])
    cut, whole = shown(body), shown(body, full=True)
    assert "    … 12 more; all with --full\n" in cut
    assert "+ … 28 more = 180" in cut
    assert "y[0, 5, 5] = " not in cut
    assert "y[0, 5, 5] = 10·1 + 11·1 + 11·1 + 12·1 = 44" in whole
    assert "dL/dx[0, 6, 6] = 1·1 = 1" in whole
    assert "more" not in whole


def test_a_long_working_has_its_parts_below_it() -> None:
    body = "given m = [1, -1]\ngiven s = [2, 1/2]\nk = kl(normal(m, std=s), normal([0, 1], std=[1, 3]))"
    body = body.replace("normal([0, 1], std=[1, 3])", "normal(n, std=r)")
    text = shown("given n = [0, 1]\ngiven r = [1, 3]\n" + body)
    assert "    k = 1.3069 + 1.5279 ≈ 2.8347\n" in text
    assert "      1.3069 ≈ (1/2)·(2·ln(1) − 2·ln(2) + (2² + (1 − 0)²)/1² − 1)\n" in text


GRAPH = """
message_passing loud(features) {
    in x
    message m = x.source - x.target
    aggregate a = sum(m)
    update y = linear(features, bias=false)(a)
    out y
}
network G {
    in g: graph[node=1]
    g -> loud(1) as M -> linear(1) as l
}
"""


def test_edges_have_names_and_a_network_its_graph() -> None:
    text = shown(
        "given g: graph[edges=[[0, 1], [2, 1]]] = [[1], [2], [3]]\n"
        "given G.M.linear1.weight = [[2]]\ngiven G.l.weight = [[3]]\n"
        "given G.l.bias = [0]\ny = G(g)",
        GRAPH,
    )
    assert "  [0→1]  [ −1 ]\n  [2→1]  [  1 ]\n" in text
    assert "m[2→1, 0] = 3 − 2 = 1" in text
    assert "G.l[1, 0] = 3·0 + 0 = 0" in text

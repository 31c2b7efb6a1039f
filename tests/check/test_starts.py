"""Weights that begin at 0 and never learn."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text


def found(out: str, setting: str = "", start: str = "") -> list[tuple[str, str, str]]:
    text = f"""specc 1

network Net {{
    in x: vector[64]
    weight w[64, 32]{start}
    weight v[32, 10]
    out y = {out}
}}
train Learn {{
    data digits(flat=true) as x, label
    minimize cross_entropy(Net(x), label)
    optimizer adam(lr=1e-3)
    {setting}
}}
"""
    return [(d.code, d.message, d.span.text) for d in compile_text(text).diagnostics]


def test_a_relu_behind_zeros() -> None:
    [(code, message, place)] = found("matmul(relu(matmul(x, w)), v)")
    assert (code, place) == ("W522", "relu(matmul(x, w))")
    assert message == "w begins at 0, where relu passes no gradient on: it never learns"


def test_two_products_in_a_row() -> None:
    [(code, message, _)] = found("matmul(tanh(matmul(x, w)), v)")
    assert code == "W522"
    assert message.startswith("w and v begin at 0, and each is multiplied by the other")


@pytest.mark.parametrize(
    ("out", "setting", "start"),
    [
        ("matmul(relu(matmul(x, w)), v)", "init xavier_uniform()", ""),
        ("matmul(relu(matmul(x, w)), v)", "", " = 0.1"),
        ("matmul(x -> linear(32) -> relu, v) + 0 * sum(w)", "", ""),
        ("linear(10)(tanh(matmul(x, w))) + 0 * sum(v)", "", ""),
    ],
)
def test_what_learns_is_not_remarked_on(out: str, setting: str, start: str) -> None:
    assert found(out, setting, start) == []

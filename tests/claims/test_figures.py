"""Figures hold under every convention and know what is frozen."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

FROZEN = """specc 1

network N {
    in x: vector[64]
    x -> linear(8) as A -> relu -> linear(8) as B
}

train T {
    data digits(flat=true) as x, y
    h = N(x)
    minimize mean(h ^ 2)
    update N.B with adam
}

answers "Q" {
    N.trainable = 72
    N.non_trainable = 520
    A.trainable = 0
    file.trainable = 72
    N.memory = 2_368
}
"""

SEQUENCE = """specc 1

network Net {
    in t: sequence[15, 18]
    t -> lstm(10) as LS -> attention(heads=2) as A -> layer_norm as N
      -> select(time, 0) -> batch_norm as B -> masked(linear(2), keep=%s) as M
}

answers "Q" (convention=%s) {
    %s
}
"""
KEEP = [[1, 0] * 5, [1, 1] * 5]


def test_what_is_frozen_is_not_trainable_in_the_whole() -> None:
    assert not list(compile_text(FROZEN).diagnostics)


@pytest.mark.parametrize(
    ("convention", "claims"),
    [
        ("pytorch", "LS.biases = 80\nLS.weights = 1_120\nA.biases = 40\nM.weights = 20"),
        ("keras", "LS.params = 1_160\nLS.biases = 40\nLS.weights = 1_120\nA.biases = 40"),
        ("keras", "B.weights = 10\nB.biases = 10\nB.params = 40\nB.trainable = 20"),
        ("textbook", "LS.biases = 40\nA.biases = 0\nA.weights = 400\nA.params = 400"),
        ("textbook", "M.params = 17\nM.weights = 15\nM.biases = 2"),
        ("textbook", "Net.biases = 40 + 0 + 10 + 10 + 2"),
    ],
)
def test_weights_and_biases_are_parts_of_what_a_convention_counts(
    convention: str, claims: str
) -> None:
    text = SEQUENCE % (KEEP, convention, claims.replace("\n", "\n    "))
    assert not list(compile_text(text).diagnostics)

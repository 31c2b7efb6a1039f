"""The comparison of conventions as people read it."""

from __future__ import annotations

from specc.count.conventions import compare
from specc.pipeline import compile_text
from specc.report.conventions import terminal

SPEC = """specc 1

param d
param h

network S {
    in x: sequence[T, d]
    x -> lstm(h) as L
}

network A {
    in x: sequence[T, d]
    x -> attention(heads=2)
}

network Siam {
    in a: image[1, 12, 12]
    in b: image[1, 12, 12]
    out d = abs(Tower(a) - Tower(b)) -> linear(1)
}

network Tower {
    in x: image[1, 12, 12]
    x -> conv(4, 3x3) as c -> batch_norm as n -> relu -> flatten -> linear(6) as f
}
"""


def test_a_total_with_letters_has_one_sign_and_the_reason_of_its_convention() -> None:
    program = compile_text(SPEC).program
    assert program is not None
    lines = [line.strip() for line in terminal(compare(program)).splitlines()]
    assert "Keras: −4·h (Keras has one offset for each gate, PyTorch two)" in lines
    assert "textbook: −4·h (one offset for each gate; PyTorch keeps two for cuDNN)" in lines
    assert not any("+0" in line or "+−" in line for line in lines)
    assert "textbook: −4·d (the projections of the paper have no offsets)" in lines


def test_a_called_network_says_why_it_counts_otherwise() -> None:
    program = compile_text(SPEC).program
    assert program is not None
    siam = terminal(c for c in compare(program) if c.network == "Siam")
    assert "Keras: +8 (keras counts the moving mean and variance too" in siam
    assert "with what Keras counts" in siam

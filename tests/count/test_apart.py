"""Free sizes are a network's own: a call fills them, and sums over a file keep them apart."""

from __future__ import annotations

import pytest

from specc.count import count, memory
from specc.count.conventions import compare
from specc.pipeline import compile_text
from specc.program import Program

HALF = """specc 1

network A {
    in x: image[1, H, W]
    x -> conv(8, 3x3, padding=1) -> max_pool(2x2)
}

network B {
    in x: image[8, H, W]
    x -> conv(4, 3x3, padding=1)
}
"""
BOTH = """
network C {
    in x: image[1, H, W]
    x -> A -> B
}
"""
TRAINED = """
train T {
    data digits as x, label
    minimize mean(B(A(x)))
    optimizer sgd(lr=0.1)
    epochs 1
}
"""
SAME = """specc 1

network E {
    in x: sequence[T, 8]
    x -> linear(8)
}

network D {
    in h: sequence[T, 8]
    h -> linear(8)
}

network Other {
    in x: sequence[T, 4]
    x -> linear(4)
}
"""
CALLED = """
network Whole {
    in x: sequence[T, 8]
    x -> E -> D
}
"""
JOINED = """specc 1

network E {
    in x: sequence[T, 2]
    x -> linear(1)
}

network D {
    in h: sequence[T, 1]
    h -> linear(2)
}

train R {
    data adding(length=6) as x, y
    minimize mean(D(E(x)))
    optimizer sgd(lr=0.1)
    epochs 1
}
"""


def compiled(text: str) -> Program:
    found = compile_text(text)
    assert found.program is not None, list(found.diagnostics)
    return found.program


def test_a_call_fills_the_sizes_of_what_it_calls() -> None:
    report = count(compiled(HALF + BOTH))
    whole = report.network("C")
    assert [str(row.macs) for row in whole.rows] == ["72·H·W", "288·⌊H/2⌋·⌊W/2⌋"]
    assert str(whole.totals.macs) == str(report.totals.macs) == "72·H·W + 288·⌊H/2⌋·⌊W/2⌋"
    (one,) = (c for c in compare(compiled(HALF + BOTH)) if c.network == "C")
    assert str(one.bias_additions) == "8·H·W + 4·⌊H/2⌋·⌊W/2⌋"


def test_the_memory_of_a_training_knows_the_sizes_of_its_data() -> None:
    (found,) = memory(compiled(HALF + TRAINED), 1)
    assert isinstance(found.activations, int)


@pytest.mark.parametrize(
    ("text", "macs"),
    [
        (HALF, "72·A.H·A.W + 288·B.H·B.W"),
        (HALF + TRAINED, "72·A.H·A.W + 288·B.H·B.W"),
        (SAME, "64·D.T + 64·E.T + 16·Other.T"),
        (SAME + CALLED, "16·Other.T + 128·Whole.T"),
        (SAME.replace("specc 1", "specc 1\nparam T"), "144·T"),
        (JOINED, "4·T"),
    ],
)
def test_equal_letters_of_networks_that_nothing_joins_are_two_sizes(text: str, macs: str) -> None:
    assert str(count(compiled(text)).totals.macs) == macs

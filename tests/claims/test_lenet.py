"""LeNet-5's table of connections is named as the convention that it is, and guessed for no other size."""

from __future__ import annotations

import pytest

from specc.claims.outcome import Value, same
from specc.claims.slips import diagnose
from specc.exam.asked import Desk
from specc.exam.result import Question
from specc.pipeline import compile_text

LENET = """specc 1

network LeNet {
    in x: image[1, 32, 32]
    x -> conv(6, 5x5) as C1 -> tanh
      -> avg_pool(2x2) as S2
      -> conv(%s) as C3 -> tanh
      -> avg_pool(2x2) as S4
      -> conv(120, 5x5) as C5 -> tanh -> flatten
      -> linear(84) as F6 -> tanh
      -> linear(10) as F7
}
"""


def said(figure: str, value: Value, conv: str = "16, 5x5") -> list[str]:
    program = compile_text(LENET % conv).program
    assert program is not None
    asked = Desk(program).ask(Question(figure))
    found = diagnose(asked.tables, asked.subject, asked.word, lambda other: same(value, other))
    return [f.sentence for f in found]


@pytest.mark.parametrize(
    ("figure", "value", "start"),
    [
        (
            "C3.params",
            1_516,
            "1,516 = 5·5·(6·3 + 9·4 + 6) + 16: LeNet-5 by LeCun's table of connec",
        ),
        ("C3.weights", 1_500, "1,500 = 5·5·(6·3 + 9·4 + 6): LeNet-5 by LeCun's table"),
        ("C3.macs", 150_000, "150,000 = 5·5·10·10·(6·3 + 9·4 + 6): LeNet-5 by LeCun's table"),
        ("LeNet.params", 60_806, "60,806: C3: LeNet-5 by LeCun's table"),
        (
            "LeNet.params",
            60_000,
            "60,000: LeNet-5 as published: LeCun's table of connections between 6 and 16 maps (− 900)",
        ),
        ("LeNet.params", 60_850, "60,850: LeNet-5 as published"),
    ],
)
def test_the_published_counts(figure: str, value: int, start: str) -> None:
    (first, *_) = said(figure, value)
    assert first.startswith(start)


def test_the_table_comes_with_two_slips_of_its_own() -> None:
    (both,) = said("C3.macs", 151_600)
    assert "table of connections" in both
    assert "adding the 1,600 biases multiplies nothing" in both


@pytest.mark.parametrize("conv", ["12, 5x5", "16, 5x5, groups=2", "32, 5x5"])
def test_there_is_no_table_for_other_maps(conv: str) -> None:
    for value in (1_516, 1_500):
        assert not any("table of connections" in s for s in said("C3.params", value, conv))


def test_the_kernel_may_have_another_size() -> None:
    (first, *_) = said("C3.params", 556, "16, 3x3, padding=1")
    assert first.startswith("556 = 3·3·(6·3 + 9·4 + 6) + 16: LeNet-5")

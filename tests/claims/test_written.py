"""An `answers` block reads what an answer file may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Diagnostics
from specc.exam.compare import agrees
from specc.exam.written import read
from specc.pipeline import compile_text
from specc.source import Source
from specc.syntax.format import format_text

SPEC = """specc 1

network LeNet {{
    in x: image[1, 32, 32]
    x -> conv(6, 5x5) as C1 -> avg_pool(2x2) as S2 -> flatten -> linear(84) as F
}}

answers "Q" {{
    {claims}
}}
"""


def said(claims: str) -> list[str]:
    return [f"{d.code} {d.message}" for d in compile_text(SPEC.format(claims=claims)).diagnostics]


@pytest.mark.parametrize(
    "claim",
    [
        "F.params = 98.9K", "F.params = 0.0989M", 'F.params = "≈ 98 900"', 'F.params = "98,868"',
        "LeNet.memory = 396KB", 'LeNet.memory = "0.4 MB"', 'S2.output = "6x14x14"',
        'S2.output = "6@14x14"', 'C1.params = "(k^2*c+1)*f"', 'C1.params = "(5*5*1+1)*6"',
        'F.receptive_field = "all"', "F.params = 98.9k C1.params = 156",
        "C1.receptive_field = 5x5", "LeNet.compression_ratio = 12.2", "C1.kernel = 5x5",
    ],
)  # fmt: skip
def test_it_is_right(claim: str) -> None:
    assert said(claim) == []


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("F.params = 98.8K", "E602 F.params is 98,868, not 98.8K"),
        ('S2.output = "14x14x6"', "E602 S2.output is [6, 14, 14], not 14x14x6"),
        ('C1.params = "k^2*c*f"', "E602 C1.params is 156, not k^2*c*f"),
        ('C1.params = "?"', "E602 C1.params is 156, not ?"),
        ("C1.params = 9.4Q", 'E101 something is missing after "Q"'),
    ],
)
def test_it_is_wrong(claim: str, message: str) -> None:
    assert said(claim)[:1] == [message]


def test_the_slip_is_found_behind_a_rounded_number() -> None:
    [found] = compile_text(SPEC.format(claims="C1.params = 0.15K")).diagnostics
    assert "150 = 5·5·1·6: the 6 biases are missing" in found.notes


@given(st.integers(1, 999), st.integers(0, 9), st.sampled_from(["K", "M", "k", "G"]))
def test_the_formatter_and_the_file_reader_agree(whole: int, tenth: int, unit: str) -> None:
    text = f"{whole}.{tenth}{unit}"
    laid = format_text(Source("s", SPEC.format(claims=f"F.params   =  {text}")), Diagnostics())
    assert laid is not None
    assert f"    F.params = {text}\n" in laid
    answer = read(text, "params")
    assert answer is not None
    assert (said(f"F.params = {text}") == []) == agrees(answer, 98_868)


def test_elsewhere_a_unit_is_none() -> None:
    text = SPEC.format(claims="C1.params = 156").replace("conv(6,", "conv(6K,")
    assert [d.code for d in compile_text(text).diagnostics][:1] == ["E101"]

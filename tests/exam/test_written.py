"""Answers as students write them."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.exam.compare import agrees, first_axis_last
from specc.exam.quantity import Quantity
from specc.exam.unreadable import Unreadable
from specc.exam.written import Shape, Symbols, read


@pytest.mark.parametrize(
    "text",
    ["61706", "61 706", "61,706", "61_706", "61'706", "61.7K", "61.7 k", "6.17e4", "6.17E+4",
     "6.17·10⁴", "6.17 x 10^4", "≈ 61 700", "~61,710", "ca. 62 thousand", "0.0617M",
     "61,706 parameters", "61706 params", "48120+13586", "= 61706", "48,120 + 13,586 = 61,706",
     "61706.0", "61.706,0", "61706!", "61706;", "61706?", '="61706"', "61706 (=48120+13586)",
     "Answer: 61706", "ans 61706", "48120+13586 -> 61706", "61\u202f706", "(5*5*16+1)*120+13586"],
)  # fmt: skip
def test_ways_to_write_61706(text: str) -> None:
    written = read(text, "params")
    assert written is not None
    assert agrees(written, 61_706), written


@pytest.mark.parametrize(
    "text", ["61707", "61.8K", "6.18e4", "617e3", "61,7K6", "≈ 61 600", "61.706"]
)
def test_what_is_not_61706(text: str) -> None:
    try:
        written = read(text, "params")
    except Unreadable:
        return
    assert written is None or not agrees(written, 61_706)


@pytest.mark.parametrize(
    "text",
    ["[6, 14, 14]", "6x14x14", "6×14×14", "(6,14,14)", "6*14*14", "6 14 14", "6@14x14",
     "6 x 14 x 14", "(None, 6, 14, 14)", "Nx6x14x14", "6·14·14", "{6;14;14}", "6 by 14 by 14",
     "6×14²", "[6, 14^2]", "C: 6, H: 14, W: 14", "height=14, width=14, channels=6", "=6*14*14",
     "6 feature maps, 14 by 14", "6 feature maps of size 14x14", "6 channels, 14 high, 14 wide",
     "6x14x14.", "6 × 14 × 14 = 1176", "(6, 14, 14) CHW", "6,14,14 (C,H,W)", "6 x 14px x 14px"],
)  # fmt: skip
def test_ways_to_write_a_shape(text: str) -> None:
    written = read(text, "output")
    assert isinstance(written, Shape)
    assert written.sizes == (6, 14, 14)
    assert agrees(written, (6, 14, 14))
    assert not first_axis_last(written, (6, 14, 14))


def test_channels_last_is_told_from_first() -> None:
    written = read("14×14×6", "output")
    assert written is not None
    assert first_axis_last(written, (6, 14, 14))
    assert not agrees(written, (6, 14, 14))


@pytest.mark.parametrize(
    ("text", "value"),
    [("246,824", 246_824), ("246824 B", 246_824), ("247 kB", 246_824), ("241 KiB", 246_824),
     ("0.235 MiB", 246_824), ("0.247 MB", 246_824)],
)  # fmt: skip
def test_memory_has_units(text: str, value: int) -> None:
    written = read(text, "memory")
    assert written is not None
    assert agrees(written, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "?",
        "n/a",
        "N.A.",
        "#N/A",
        "idk",
        "I don't know",
        "don’t know",
        "not sure",
        "---",
        "...",
    ],
)
def test_no_answer(text: str) -> None:
    assert read(text, "params") is None


@pytest.mark.parametrize(
    "text",
    ["(5*5", "5 +", "1/0", "5 $ 6", "2^(1/2)", "((" * 60, "48 12 + 5", "9^9^9^9", "((9^64)^64)^64"],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, "params")


def test_a_formula_in_letters() -> None:
    assert isinstance(read("(k^2*c+1)*f", "params"), Symbols)
    assert isinstance(read("4h(d+h) + 4h", "params"), Symbols)


@pytest.mark.parametrize("text", ["24.5", "24.5:1", "24.5 to 1", "24.5x", "49/2"])
def test_a_ratio(text: str) -> None:
    written = read(text, "compression_ratio")
    assert written is not None
    assert agrees(written, 24.5)


def test_a_field_of_all() -> None:
    written = read("all", "receptive_field")
    assert written is not None
    assert agrees(written, "all")


@given(st.integers(0, 10**12))
def test_every_way_to_group_a_number_is_read(number: int) -> None:
    for text in (str(number), f"{number:,}", f"{number:_}", f"{number:,}".replace(",", " ")):
        assert read(text, "params") == Quantity(Fraction(number))


@given(st.integers(10**4, 10**12), st.integers(2, 6))
def test_digits_claim_half_of_their_last_place(number: int, digits: int) -> None:
    text = f"{number:.{digits}e}"
    written = read(text, "params")
    assert isinstance(written, Quantity)
    assert agrees(written, number)
    assert not agrees(written, number + 3 * int(2 * written.spread + 1))


@given(st.text(max_size=40), st.sampled_from(["params", "output", "memory", "receptive_field"]))
def test_any_text_is_read_or_refused(text: str, figure: str) -> None:
    with contextlib.suppress(Unreadable):
        read(text, figure)


@pytest.mark.parametrize(
    "text",
    ["48120 (with bias)", "48120 weights+biases", "approx. 48k", "+48120", "48120.", "$48{,}120$",
     "48,120 parameters in total.", "= (5*5*16+1)*120 params", "(5x5x16+1)x120", "4,812e4",
     "48.12 thousand params", "48,000 + 120", "48 000 + 120", "48'000 + 120",
     r"\text{48120} learnable weights and biases"],
)  # fmt: skip
def test_ways_to_write_48120(text: str) -> None:
    written = read(text, "params")
    assert written is not None
    assert agrees(written, 48_120), written


@pytest.mark.parametrize("text", ["12 MB", "1e400", "48120 MB", "5 kbit"])
def test_a_number_of_something_else_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, "params")


@pytest.mark.parametrize("text", ["325248 bits", "10164*4 bytes", "40656 B in total", "40.7kB"])
def test_units_of_memory(text: str) -> None:
    written = read(text, "memory")
    assert written is not None
    assert agrees(written, 40_656), written


@pytest.mark.parametrize("text", ["0K", "0M", "1e5", "~100000", "0 million", "2K"])
def test_a_claimed_precision_has_an_end(text: str) -> None:
    written = read(text, "params")
    assert written is not None
    assert not agrees(written, 62_006)
    assert not agrees(written, 2_416)


def test_a_tolerance_that_is_given_counts_instead_of_the_digits() -> None:
    written = read("28k", "params")
    assert written is not None
    assert agrees(written, 28_100)
    assert not agrees(written, 28_100, 0.0)
    assert agrees(written, 28_100, 0.01)


@pytest.mark.parametrize(
    "text",
    ["6X28X28", "1x6x28x28", "(1, 6, 28, 28)", "torch.Size([6, 28, 28])", "6 maps of 28x28",
     "6 x (28 x 28)", "6 channels, 28x28", "6×28×28 pixels", "(-1, 6, 28, 28)"],
)  # fmt: skip
def test_ways_to_write_a_map(text: str) -> None:
    written = read(text, "output")
    assert written is not None
    assert agrees(written, (6, 28, 28)), written


@pytest.mark.parametrize("text", ["(10,)", "10 neurons", "10 classes", "1x10", "ten", "[10]"])
def test_ways_to_write_a_vector(text: str) -> None:
    written = read(text, "output")
    assert written is not None
    assert agrees(written, (10,)), written


def test_a_division_by_zero_is_said_in_words() -> None:
    with pytest.raises(Unreadable, match="it divides by zero"):
        read("1/0", "params")

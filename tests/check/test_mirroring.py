from __future__ import annotations

import pytest

from specc.pipeline import compile_text

SPEC = """specc 1

encoder Encoder {{
    in x: image[1, {size}, {size}]
    x -> flatten -> linear(8)
}}

decoder Decoder {{
    in z: vector[8]
    z -> linear(32 * 7 * 7) -> relu -> reshape[32, 7, 7]
      -> conv_transpose(32, {first}, stride=2, padding=1) -> relu
      -> conv_transpose(1, {last}, stride=2, padding=1)
}}
"""


def helps(size: int, first: str, last: str) -> tuple[str, ...]:
    [found] = compile_text(SPEC.format(size=size, first=first, last=last)).diagnostics
    assert found.code == "E501"
    return found.helps


@pytest.mark.parametrize(
    ("size", "first", "last", "help"),
    [
        (28, "3x3", "4x4", "4x4 in line 11 gives 14, and then (14−1)·2 − 2·1 + 4 = 28"),
        (28, "4x4", "3x3", "4x4 in line 12 gives 28"),
        (28, "3x3", "3x3", "output_padding=1 in lines 11 and 12 gives 28"),
        (30, "4x4", "4x4", "5x5 in line 11 gives 15, and then (15−1)·2 − 2·1 + 4 = 30"),
    ],
)
def test_the_kernel_that_fits_is_told(size: int, first: str, last: str, help: str) -> None:
    assert helps(size, first, last) == (help,)


def test_nothing_is_told_where_no_kernel_near_it_fits() -> None:
    assert helps(64, "4x4", "4x4") == ()

"""What is said of values that do not fit each other, word for word where it matters."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text

UNET = """specc 1

network UNet {{
    in x: image[3, {size}, {size}]
    e1 = x -> conv(8, 3x3, padding=1) -> relu -> max_pool(2x2) -> max_pool(2x2)
    e3 = e1 -> max_pool(2x2) -> conv(16, 3x3, padding=1) -> relu
    e4 = e3 -> max_pool(2x2) -> relu
    up3 = e4 -> conv_transpose(16, 2x2, stride=2)
    concat({order}) -> conv(2, 1x1)
}}
"""


def only(text: str) -> Diagnostic:
    [found] = [d for d in compile_text(text, "u.spec").diagnostics if d.code[0] == "E"]
    return found


@pytest.mark.parametrize("order", ["up3, e3", "e3, up3"])
def test_a_skip_connection_shows_the_way_down_and_up(order: str) -> None:
    found = only(UNET.format(size=250, order=order))
    ends = "30×30 with 31×31" if order == "up3, e3" else "31×31 with 30×30"
    assert found.message == f"this skip connection joins {ends}"
    assert found.notes == (
        "down: 250 → 125 → 62 → 31 → 15 (31/2 = 15.5 is cut to 15); up: 15 → 30 ≠ 31",
        "fits when height and width ≡ 0 … 7 (mod 16) and ≥ 16; nearest to 250: 247, 256",
    )
    assert found.helps == (
        "x: image[3, 247, 247]",
        "concat(up3, crop(e3, like=up3)) cuts the larger one, as in U-Net",
    )
    assert compile_text(UNET.format(size=247, order=order), "u.spec").program is not None


def test_branches_of_their_own_have_no_way() -> None:
    text = (
        "specc 1\nnetwork N {\n    in x: image[3, 32, 32]\n    a = x -> conv(8, 3x3)\n"
        "    b = x -> conv(8, 5x5)\n    out y = concat(a, b)\n}\n"
    )
    found = only(text)
    assert found.message == "concat joins 30×30 with 28×28"
    assert found.notes[0] == "height 30 ≠ 28, width 30 ≠ 28"
    assert found.helps[-1] == "concat(b, crop(a, like=b)) cuts the larger one, as in U-Net"


def network(pipe: str) -> str:
    return f"specc 1\nnetwork N {{\n    in x: vector[784]\n    x -> {pipe}\n}}\n"


def test_a_share_of_50_was_percent() -> None:
    found = only(network("dropout(50) -> linear(10)"))
    assert (found.text, found.helps) == ("0 ≤ p < 1", ("50 % is dropout(p=0.5)",))
    assert only(network("dropout(-0.5) -> linear(10)")).helps == ()
    assert only(network("dropout(500) -> linear(10)")).helps == ()


def test_a_number_in_quotes_is_mended_as_shown() -> None:
    found = only(network('linear("128")'))
    assert found.fix is not None
    assert found.fix.text == '"128" → 128'


TIED = """specc 1
encoder E {
    in x: vector[784]
    x -> linear(256) as hidden -> relu -> linear(32) as code
}
decoder D {
    in z: vector[32]
    z -> linear(784, weight=transpose(E.code.weight))
}
"""


def test_a_tied_weight_is_told_with_where_it_comes_from() -> None:
    found = only(TIED)
    assert found.notes == (
        "E.code.weight is 32×256 (line 4), transposed 256×32",
        "this linear: weight 784×32",
    )
    assert found.helps[0].startswith("mirror both layers: -> linear(256, weight=")


def test_a_value_that_nobody_reads_says_what_it_costs() -> None:
    text = (
        "specc 1\nnetwork N {\n    in x: vector[256]\n    aux = x -> linear(10)\n"
        "    flat = x -> relu\n    out y = x -> linear(2)\n}\n"
    )
    said = {d.span.text: d.text for d in compile_text(text, "n.spec").diagnostics}
    assert said == {"aux": "(256 + 1)·10 = 2,570 parameters that no loss reaches", "flat": ""}

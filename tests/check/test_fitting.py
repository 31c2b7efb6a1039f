"""A size that does not fit comes with the sizes that would."""

from __future__ import annotations

from specc.pipeline import compile_text

UNET = """specc 1

network Net {{
    in x: image[3, {size}]
    e1 = x -> conv(8, 3x3, padding=1) -> relu
    e2 = e1 -> max_pool(2x2) -> conv(16, 3x3, padding=1) -> relu
    e3 = e2 -> max_pool(2x2) -> conv(32, 3x3, padding=1) -> relu
    d2 = concat(e3 -> conv_transpose(16, 2x2, stride=2), e2) -> conv(16, 3x3, padding=1)
    out y = concat(d2 -> conv_transpose(8, 2x2, stride=2), e1) -> conv(1, 1x1)
}}
"""

LENET = """specc 1

network LeNet {
    in x: image[1, 28, 32]
    x -> conv(6, 5x5) as C1 -> avg_pool(2x2) -> conv(16, 5x5) -> avg_pool(2x2) -> conv(120, 5x5)
}
"""


def test_a_skip_names_the_multiples_that_fit() -> None:
    assert not list(compile_text(UNET.format(size="252, 252")).diagnostics)
    (diagnostic,) = compile_text(UNET.format(size="250, 250")).diagnostics
    assert diagnostic.code == "E302"
    assert (
        "fits when height and width are multiples of 4; nearest to 250: 248, 252"
        in diagnostic.notes
    )
    assert diagnostic.helps[0] == "x: image[3, 252, 252]"


def test_the_nearer_size_is_told() -> None:
    (diagnostic,) = compile_text(UNET.format(size="65, 66")).diagnostics
    assert diagnostic.helps[0] == "x: image[3, 64, 68]"


def test_axes_are_told_apart() -> None:
    (diagnostic,) = compile_text(UNET.format(size="250, 252")).diagnostics
    assert "fits when height is a multiple of 4; nearest to 250: 248, 252" in diagnostic.notes
    assert "fits when width is a multiple of 4; nearest to 252: 252, 252" not in diagnostic.notes


def test_a_kernel_that_does_not_fit_names_the_least_size() -> None:
    (diagnostic,) = compile_text(LENET).diagnostics
    assert diagnostic.code == "E301"
    assert "fits when height ≥ 32; nearest to 28: 32" in diagnostic.notes
    assert diagnostic.helps[0] == "x: image[1, 32, 32]"


def test_what_no_size_mends_says_nothing_of_sizes() -> None:
    text = (
        "specc 1\n\nnetwork N {\n    in x: image[1, 8, 8]\n    out y = x + (x -> conv(4, 3x3))\n}\n"
    )
    (diagnostic,) = compile_text(text).diagnostics
    assert not any("fits when" in note for note in diagnostic.notes)


def test_arguments_in_another_order_explain_a_size_that_does_not_fit() -> None:
    text = "specc 1\n\nnetwork N {\n    in x: image[3, 32, 32]\n    x -> conv(3, 32, 3) -> max_pool(2)\n}\n"
    [found] = compile_text(text.replace("(3, 32, 3)", "(3, 32, 3, padding=1)")).diagnostics
    assert (found.code, found.span.text) == ("E301", "max_pool(2)")
    assert found.helps == ("conv(32, 3x3, padding=1)",)

"""One bracket lost or too many: one message, and everything else of the line and the file is read."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

TEXT = """specc 1
block both(channels, deep=true) {
    in a
    main = (
        a -> conv(channels, 3x3, padding=1)
          -> batch_norm
    )
    out y = main -> relu
}
network Net {
    in x: image[1, 8, 8]
    h = x -> both(4) as first -> relu
    x -> for c in [4, 8] {
        conv(c, 3x3, padding=1) -> relu
      }
      -> global_avg_pool as pooled
    out y = h -> both(8)
      -> flatten -> linear(10)
    out z = pooled
}
generator G {
    in z: vector[4]
    z -> linear(64) -> reshape[1, 8, 8]
}
discriminator D {
    in x: image[1, 8, 8]
    x -> flatten -> linear(1)
}
train GAN {
    data digits(
        size=8,
        range=[-1, 1]
    ) as x, label
    z ~ normal[4]
    fake = G(z)
    step discriminator {
        minimize bce_with_logits(D(x), 1) + bce_with_logits(D(fake), 0)
        update D with adam(lr=1e-3)
    }
    step generator {
        minimize bce_with_logits(D(fake), 1)
        update G with adam(lr=1e-3)
    }
    epochs 2
}
"""
REST = """network Wrong {
    in x: vector[4]
    out y = (x -> linear(3)) + (x -> linear(5))
}
"""


def said(text: str) -> list[tuple[int, str]]:
    found = compile_text(text + REST, "t.spec").diagnostics
    return [(d.span.line, d.code) for d in found if d.code[0] == "E"]


def shape(text: str) -> tuple[int, str]:
    return text.count("\n") + 3, "E302"


def test_the_text_is_sound() -> None:
    assert said(TEXT) == [shape(TEXT)]


FAULTS = [
    ("both(channels, deep=true) {", "bothchannels, deep=true) {", 2),
    ("both(channels, deep=true) {", "both(channels, deep=true {", 2),
    ("both(channels, deep=true) {", "both(channels, deep=true)", 2),
    ("main = (", "main = ", 7),
    ("    )\n    out y = main", "    out y = main", 4),
    ("relu\n}\nnetwork", "relu\nnetwork", 2),
    ("relu\n}\nnetwork", "relu }\n}\nnetwork", 8),
    ("image[1, 8, 8]\n    h", "image1, 8, 8]\n    h", 11),
    ("image[1, 8, 8]\n    h", "image[1, 8, 8\n    h", 11),
    ("both(4)", "both4)", 12),
    ("both(4) as first", "both(4 as first", 12),
    ("relu\n    x -> for", "relu)\n    x -> for", 12),
    ("in [4, 8] {", "in 4, 8] {", 13),
    ("      }\n      -> global", "      -> global", 13),
    ("linear(10)", "linear(10", 18),
    ("    data digits(", "    data digits", 33),
    ("    ) as x", "    as x", 30),
    ("size=8,", "size=8, )", 31),
    ("range=[-1, 1]", "range=-1, 1]", 32),
    ("range=[-1, 1]", "range=[-1, 1", 32),
    ("D(x), 1)", "Dx), 1)", 37),
    ("    }\n    step generator", "    step generator", 36),
    ("    step generator {\n", "", 40),
    ("    step generator {", "    step generator", 40),
    ("    epochs 2", "    epochs 2 }", 44),
    ("    epochs 2", "    epochs 2 {", 44),
]


@pytest.mark.parametrize(("old", "new", "line"), FAULTS)
def test_a_bracket_is_one_message_and_hides_no_other_block(old: str, new: str, line: int) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    assert said(text) == [(line, "E101"), shape(text)]


def words(body: str) -> list[tuple[str, str]]:
    text = f"specc 1\nnetwork N {{\n    in x: image[1, 8, 8]\n    {body}\n}}\n"
    return [(d.code, d.span.text) for d in compile_text(text, "t.spec").diagnostics]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x -> conv(8, 3x3, paddng=1) -> rellu -> linear(4",
         [("E202", "paddng"), ("E201", "rellu"), ("E101", "(")]),
        ("x -> conv(8, 3x3, paddng=1 -> rellu -> flatten -> linear(4, bais=false",
         [("E101", "("), ("E202", "paddng"), ("E201", "rellu"), ("E101", "("), ("E202", "bais")]),
        ("h = x -> conv(2, 3x3)\n    out y = h -> conv8, 3x3, paddng=1) -> rellu",
         [("E202", "paddng"), ("E101", ")"), ("E201", "rellu")]),
    ],
)  # fmt: skip
def test_words_around_a_bracket_are_read(body: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(words(body)) == sorted(expected)

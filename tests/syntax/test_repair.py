"""One token lost, doubled or misspelt: one message at its place, and all else is checked as ever."""

from __future__ import annotations

import pytest

from specc.layers.distribution import FAMILIES
from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes
from specc.syntax.words import DISTRIBUTIONS

TEXT = """specc 1
param wide = 8
network Net {
    in x: image[1, 8, 8]
    h = x -> conv(wide, 3x3, stride=2) as C1 -> relu
      -> flatten
    out y = h -> linear(10)
}
block both {
    in a, b
    out y = a + b
}
bottleneck Latent {
    in x: vector[4]
    mu = x -> linear(2)
    logvar = both(mu, mu)
    out z ~ normal(mu, logvar=logvar)
}
cell counter(units) {
    in x
    state h[units], c[units]
    gate f = sigmoid(linear(units)([h, x]))
    next c = f * c
    next h = tanh(next c)
    out next h
}
message_passing layer(features) {
    in x
    message m = linear(features)(x.source)
    aggregate a = sum(m)
    update y = relu(linear(features)(x) + a)
    out y
}
network Members {
    in g: graph[node=4]
    g -> layer(3)
}
network Clipped {
    in x: sequence[T, 4]
    x -> scan(counter(8), keep=last) -> linear(2)
}
train T {
    data digits(size=8) as x, label
    logits = Net(x)
    minimize cross_entropy(logits, label)
    optimizer adam(lr=1e-3)
    epochs 2
    show grid(x, x) every 5 epochs
    checkpoint every 5 epochs
}
answers "counted" {
    C1.params = 80
    Net.params = 810
}
"""
SHAPE = """network Wrong {
    in x: vector[4]
    out y = (x -> linear(3)) + (x -> linear(5))
}
"""


def said(text: str) -> list[tuple[str, str]]:
    found = compile_text(text + SHAPE, "t.spec").diagnostics
    return [(d.code, d.span.text) for d in found]


def test_the_text_is_sound() -> None:
    assert [code for code, _ in said(TEXT)] == ["E302"]


LOST = [
    ("param wide = 8", "param wide 8", "8"),
    ("image[1, 8, 8]", "image[1 8, 8]", "8"),
    ("in x: image", "in x image", "image"),
    ("h = x -> conv", "h x -> conv", "x"),
    ("(wide, 3x3", "(wide 3x3", "3x3"),
    ("stride=2", "stride 2", "2"),
    ("as C1", "s C1", "s"),
    ("C1 -> relu", "C1 relu", "relu"),
    ("C1 -> relu", "C1 -> -> relu", "->"),
    ("      -> flatten", "      flatten", "flatten"),
    ("in a, b", "in a b", "b"),
    ("in a, b", "i a, b", "i"),
    ("out z ~ normal", "out z normal", "normal"),
    ("state h[units], c", "state h[units] c", "c"),
    ("gate f = sigmoid", "gate f sigmoid", "sigmoid"),
    ("next c = f", "next c f", "f"),
    ("tanh(next c)", "tanh(net c)", "net"),
    ("update y = relu", "update y relu", "relu"),
    ("as x, label", "as x label", "label"),
    ("as x, label", "as x, label,", ","),
    ("logits = Net", "logits Net", "Net"),
    ("(logits, label)", "(logits label)", "label"),
    ("every 5 epochs\n    ch", "evry 5 epochs\n    ch", "evry"),
    ("checkpoint every", "checkpoint evry", "evry"),
    ("C1.params = 80", "C1.params 80", "80"),
]


@pytest.mark.parametrize(("old", "new", "place"), LOST)
def test_one_token_is_one_message_and_hides_no_shape(old: str, new: str, place: str) -> None:
    assert old in TEXT
    found = said(TEXT.replace(old, new, 1))
    assert [code for code, _ in found] in (["E101", "E302"], ["E102", "E302"])
    assert found[0][1] == place


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, new, _ in LOST])
def test_a_fix_that_is_offered_puts_it_right(old: str, new: str) -> None:
    text = TEXT.replace(old, new, 1)
    fixes = [d.fix for d in compile_text(text, "t.spec").diagnostics if d.fix]
    if fixes:
        assert not list(compile_text(apply_fixes(text, fixes), "t.spec").diagnostics)


def test_faults_of_one_statement_are_all_said() -> None:
    text = TEXT.replace("(wide, 3x3, stride=2)", "(wide 3x3, strid=2)")
    assert said(text.replace("relu", "rellu", 1)) == [
        ("E101", "3x3"),
        ("E202", "strid"),
        ("E201", "rellu"),
        ("E302", "(x -> linear(3))"),
    ]


def test_what_is_drawn_from_is_known() -> None:
    assert set(FAMILIES) == DISTRIBUTIONS


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("in x: vector[4]\n    x -> linear(3, bias=true, bias=false)", "", "linear gets its bias"),
        (
            "in x: tokens[8, vocab=4, vocab=5]\n    x -> embedding(3)",
            "",
            "tokens gets its vocab",
        ),
        (
            "in x: vector[4]\n    x -> linear(3) as L",
            'answers "Q" (marks=2, marks=3) {\n    L.params = 15\n}\n',
            "answers gets its marks",
        ),
    ],
)
def test_an_argument_that_stands_twice(body: str, more: str, said: str) -> None:
    text = f"specc 1\n\nnetwork N {{\n    {body}\n}}\n{more}"
    found = [d for d in compile_text(text).diagnostics if d.code[0] == "E"]
    assert [d.message for d in found] == [f"{said} twice"]
    assert [label.text for label in found[0].labels] == ["first here"]

"""Calls of networks and blocks: what a port does not take is said at the call."""

from __future__ import annotations

from specc.pipeline import compile_text

HEAD = """specc 1

network M {
    in t: tokens[T, vocab=4]
    t -> embedding(3)
}
network C {
    in c: category[4]
    c -> embedding(3)
}
block B() {
    in t: tokens[T, vocab=4]
    t -> embedding(3)
}
block V() {
    in x: vector[3]
    x -> linear(2)
}
"""


def said(body: str) -> list[tuple[str, str, str]]:
    """Code, message and place of what is said of a network."""
    text = f"{HEAD}network N {{\n    {body}\n}}\n"
    errors = (d for d in compile_text(text).diagnostics if d.code.startswith("E"))
    return [(d.code, d.message, d.span.text) for d in errors]


def test_more_classes_than_a_port_knows_are_refused() -> None:
    tokens = "in t: tokens[7, vocab=12]\n    out y = "
    assert said(f"{tokens}M(t)") == [("E302", "network M takes 4 classes as t, and gets 12", "t")]
    assert said(f"{tokens}B()(t)") == [("E302", "block B takes 4 classes as t, and gets 12", "t")]
    assert said("in c: category[9]\n    out y = C(c)") == [
        ("E302", "network C takes 4 classes as c, and gets 9", "c")
    ]


def test_fewer_classes_are_taken() -> None:
    assert said("in t: tokens[T, vocab=3]\n    out y = M(t)") == []
    assert said("in t: tokens[7, vocab=4]\n    out y = B()(t)") == []


def test_a_block_says_at_its_call_what_it_does_not_take() -> None:
    assert said("in q: vector[4]\n    out y = V()(q)") == [
        ("E302", "block V takes x: 3, and gets 4", "q")
    ]
    assert said("in q: tokens[3, vocab=9]\n    out y = V()(q)") == [
        ("E203", "block V takes real numbers as x, and gets whole numbers", "q")
    ]


def test_a_tree_has_no_embedding() -> None:
    [(code, message, _)] = said("in t: tree[7, vocab=5]\n    out y = t -> embedding(4)")
    assert (code, message[:31]) == ("E301", "embedding takes class ids, and ")


def test_what_a_cell_of_the_library_does_not_take_is_said_at_its_call() -> None:
    body = "in t: tree[7, vocab=5, children=3]\n    out y = t -> fold(rntn(4))"
    assert said(body) == [
        ("E401", 'rntn does not fit here: this value has no part "left"', "rntn(4)")
    ]


def test_a_stage_may_be_a_choice() -> None:
    text = """specc 1
param deep = true
network N {
    in x: vector[8]
    h = x -> (linear(6) if deep else linear(4)) as L -> (relu if deep else tanh)
    out y = (sigmoid if deep else tanh)(h)
}
"""
    made = {deep: compile_text(text, overrides={"deep": deep}) for deep in (True, False)}
    words = {d: [n.name for n in c.program.networks[0].nodes] for d, c in made.items() if c.program}
    assert words == {True: ["x", "L", "relu1", "sigmoid1"], False: ["x", "L", "tanh1", "tanh2"]}

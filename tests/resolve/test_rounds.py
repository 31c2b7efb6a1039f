"""Loops inside of a pipe: every turn has weights of its own, also in loops of loops."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.program import Rounds
from tests.laws.conformity import conforms

FILM = """
block film(width) {
    in x, c
    out y = x + (x -> linear(width)) * (c -> linear(width))
}
"""
BESIDE = {
    "another input": "out y = x -> repeat 3 { film(4, c=c) }",
    "what is repeated": "out y = x -> repeat 3 { film(4, c=x) } -> linear(2)",
    "a value on the way": "h = x -> linear(4)\n    out y = h -> repeat 3 { film(4, c=h) -> relu }",
    "loops of loops": "m = x -> linear(4)\n    out y = x -> repeat 2 { repeat 2 { linear(4) -> add(m) } }",
    "two values": "out y = x -> repeat 2 { film(4, c=c) -> film(4, c=x) }",
    "another width first": "out y = x -> repeat 3 { linear(6) -> add(concat(c, c)) }",
}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            "out y = x -> for i in range(2) { for j in range(2) { linear(4) as L } }",
            ["L1_1", "L1_2", "L2_1", "L2_2"],
        ),
        (
            "out y = x -> for c in [4, 8] { linear(c) as A -> for d in [2, 3] { linear(d) as B } }",
            ["A1", "B1_1", "B1_2", "A2", "B2_1", "B2_2"],
        ),
    ],
)
def test_every_turn_of_a_loop_of_a_loop_has_its_own_weights(body: str, names: list[str]) -> None:
    program = compile_text(f"specc 1\nnetwork N {{\n    in x: vector[4]\n    {body}\n}}\n").program
    assert program is not None
    weighted = [s.name for s in program.network("N").stages if s.unit is not None and s.layer]
    assert [n for n in weighted if not n.startswith("add")] == names
    conforms(program)


def test_a_bare_weight_is_tied_to_layers() -> None:
    text = (
        "specc 1\nnetwork N {\n    in x: vector[4]\n    weight w[9, 4] = 0.5\n"
        "    x -> linear(9, weight=w) -> linear(4, weight=transpose(w))\n}\n"
    )
    program = compile_text(text).program
    assert program is not None
    conforms(program)


@pytest.mark.parametrize("body", BESIDE.values(), ids=BESIDE)
def test_rounds_that_read_a_value_beside_stay_rounds(body: str) -> None:
    text = (
        f"specc 1\n{FILM}network N {{\n    in x: vector[4]\n    in c: vector[3]\n    {body}\n}}\n"
    )
    program = compile_text(text).program
    assert program is not None
    assert any(isinstance(s.unit, Rounds) for s in program.network("N").stages)
    conforms(program)


@pytest.mark.parametrize(
    "body",
    [
        "let l = linear(4)\n    out y = x -> repeat 2 { l -> relu }",
        "a = x -> linear(4)\n    out y = x -> repeat 2 { linear(4, weight=a.weight) }",
    ],
)
def test_rounds_that_share_weights_with_the_body_around_them_stand_in_it(body: str) -> None:
    program = compile_text(f"specc 1\nnetwork N {{\n    in x: vector[4]\n    {body}\n}}\n").program
    assert program is not None
    assert not any(isinstance(s.unit, Rounds) for s in program.network("N").stages)
    conforms(program)

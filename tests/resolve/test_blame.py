"""A number that cannot be is said once, where it was given."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.program import Static

BLOCK = """block b(c, scale=1) {
    in x
    h = x -> linear(c) -> relu
    out y = [h, x -> linear(2 * c * scale)]
}
"""


def found(text: str, **overrides: Static) -> list[tuple[str, str, int]]:
    diagnostics = compile_text(f"specc 1\n{text}", overrides=overrides).diagnostics
    return [(d.code, d.span.text, d.span.line) for d in diagnostics]


def network(*pipes: str) -> str:
    outs = "\n".join(f"    out y{i} = {pipe}" for i, pipe in enumerate(pipes))
    return f"network N {{\n    in x: vector[8]\n{outs}\n}}\n"


@pytest.mark.parametrize("value", ["0", "-3"])
def test_a_parameter_that_is_no_size(value: str) -> None:
    uses = network("x -> b(n) -> linear(n)", "x -> linear(n + 8) -> linear(2 * n)")
    assert found(f"param n = {value}\n{BLOCK}{uses}") == [("E204", value, 2)]


def test_a_parameter_made_of_another() -> None:
    text = f"param n = 0\nparam m = 2 * n\n{network('x -> linear(m)', 'x -> linear(n)')}"
    assert found(text) == [("E204", "0", 2)]


def test_a_parameter_that_is_set() -> None:
    text = f"specc 1\nparam n = 4\n{BLOCK}{network('x -> b(n) -> linear(n)')}"
    [one] = compile_text(text, overrides={"n": 0}).diagnostics
    assert (one.code, one.span.text, one.span.line) == ("E204", "n", 2)
    assert one.message == "--set n=0: linear: features is 0; it must be at least 1"


def test_each_call_is_a_fault_of_its_own() -> None:
    text = BLOCK + network("x -> b(0) -> b(-1) -> b(8)", "x -> b(0)", "x -> b(8, scale=0)")
    assert found(text) == [
        ("E204", "0", 9),
        ("E204", "-1", 9),
        ("E204", "0", 10),
        ("E204", "0", 11),
    ]


def test_a_rate_that_two_layers_read() -> None:
    text = f"param p = 3\n{network('x -> dropout(p) -> linear(3) -> dropout(p)')}"
    assert found(text) == [("E204", "3", 2)]


def test_a_difference_is_wrong_where_it_is_written() -> None:
    text = f"param n = 4\n{network('x -> linear(n - 5)', 'x -> linear(n - 4)')}"
    assert found(text) == [("E204", "n - 5", 5), ("E204", "n - 4", 6)]


def test_items_of_a_loop_are_faults_of_their_own() -> None:
    pipe = "x -> for c in [0, 8, -2] { linear(c) -> linear(c) } -> linear(3)"
    assert found(network(pipe)) == [("E204", "0", 4), ("E204", "-2", 4)]


def test_a_size_of_a_draw_and_of_a_layer_is_one_fault() -> None:
    text = "param n = 0\n" + network("x -> linear(n)").replace(
        "    out", "    z ~ normal[n]\n    out"
    )
    assert found(text.replace("linear(n)", "linear(n) -> add(z)")) == [("E204", "0", 2)]


def test_what_a_call_alone_can_decide_is_not_said_of_a_block() -> None:
    block = "block r(c, s) {\n    x -> (linear(c) if s > 1 else relu)\n}\n"
    text = block + network("x -> r(8, 2) -> r(8, 1)").replace("vector[8]", 'vector["a"]')
    assert found(text) == [("E203", '"a"', 6)]

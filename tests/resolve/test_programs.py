"""What a sound program becomes: names, shapes, sharing, repetition."""

from __future__ import annotations

import time

from specc.pipeline import compile_text
from specc.program import Body, Invoke, Program, Rounds
from specc.types import Tensor


def program(text: str, **overrides: int) -> Program:
    compiled = compile_text("specc 1\n\n" + text, overrides=overrides)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program


def shapes(body: Body) -> dict[str, str]:
    return {n.name: str(n.types[0][1]) for n in body.nodes}


def test_stages_are_named_by_label_or_kind_and_order() -> None:
    net = program(
        "network N {\n    in x: vector[4]\n    x -> linear(3) as first -> relu -> linear(2)\n}\n"
    ).networks[0]
    assert shapes(net) == {"x": "4", "first": "3", "relu1": "3", "linear1": "2"}
    assert [s.name for s in net.stages] == ["first", "linear1"]


def test_a_label_is_not_given_again_as_an_automatic_name() -> None:
    net = program(
        "network N {\n    in x: vector[4]\n    x -> linear(3) -> linear(2) as linear1\n}\n"
    ).networks[0]
    assert [s.name for s in net.stages] == ["linear2", "linear1"]


def test_statements_may_stand_in_any_order() -> None:
    net = program(
        "network N {\n    in x: vector[4]\n    out y = h + x\n    h = x -> linear(4)\n}\n"
    ).networks[0]
    assert isinstance(net.output_types()[0][1], Tensor)


def test_equal_uses_of_a_block_have_one_body() -> None:
    net = program(
        "block b(c) { x -> linear(c) -> relu }\n"
        "network N {\n    in x: vector[8]\n    x -> b(8) -> b(8) -> b(4)\n}\n"
    ).networks[0]
    first, second, third = (s.unit for s in net.stages)
    assert first is second
    assert first is not third


def test_a_block_without_parentheses_is_one_instance() -> None:
    net = program(
        "block tail { x -> linear(8) }\nnetwork N {\n    in x: vector[8]\n    x -> tail -> tail\n}\n"
    ).networks[0]
    assert [s.name for s in net.stages] == ["tail"]
    assert sum(isinstance(n.operation, Invoke) for n in net.nodes) == 2


def test_a_long_repeat_costs_one_body() -> None:
    start = time.perf_counter()
    net = program(
        "network N {\n    in x: vector[8]\n    x -> repeat 1_000_000 { linear(8) -> relu }\n}\n"
    ).networks[0]
    assert time.perf_counter() - start < 2
    [stage] = net.stages
    assert isinstance(stage.unit, Rounds)
    assert [count for _, count in stage.unit.bodies] == [1_000_000]


def test_rounds_that_read_a_value_around_them_share_it() -> None:
    net = program(
        "network N {\n    in x: vector[8]\n    h = x -> linear(8)\n"
        "    out y = x -> repeat 3 { linear(8) -> add(h) }\n}\n"
    ).networks[0]
    assert [s.name for s in net.stages] == ["linear1", "repeat1"]
    assert [None if r is None else net.nodes[r.node].name for r in net.nodes[-1].operands] == [
        "x",
        "linear1",
    ]


def test_for_makes_stages_of_every_turn() -> None:
    net = program(
        "network N {\n    in x: image[3, 32, 32]\n"
        "    x -> for c in [8, 16] { conv(c, 3x3) as block -> relu }\n}\n"
    ).networks[0]
    assert [s.name for s in net.stages] == ["block1", "block2"]


def test_a_free_size_runs_through_as_a_formula() -> None:
    net = program(
        "network N {\n    in x: image[3, H, W]\n    x -> conv(8, 3x3, stride=2)\n}\n"
    ).networks[0]
    assert shapes(net)["conv1"] == "8×(⌊(H + 1)/2⌋ − 1)×(⌊(W + 1)/2⌋ − 1)"


def test_set_overrides_a_parameter() -> None:
    text = "param width = 4\nnetwork N {\n    in x: vector[8]\n    x -> linear(2 * width)\n}\n"
    assert shapes(program(text).networks[0])["linear1"] == "8"
    assert shapes(program(text, width=5).networks[0])["linear1"] == "10"


def test_a_conditional_takes_one_branch() -> None:
    net = program(
        "block b(c) {\n    in x\n    out y = x if x.features == c else (x -> linear(c))\n}\n"
        "network N {\n    in x: vector[8]\n    x -> b(8) -> b(4)\n}\n"
    ).networks[0]
    assert [len(s.unit.stages) for s in net.stages if isinstance(s.unit, Body)] == [0, 1]


def test_ten_thousand_stages_need_no_recursion() -> None:
    text = "network N {\n    in x: vector[8]\n    x" + "\n      -> relu" * 10_000 + "\n}\n"
    assert len(program(text).networks[0].nodes) == 10_001


def test_a_side_result_is_reached_by_name() -> None:
    net = program(
        "network N {\n    in x: image[3, 8, 8]\n"
        "    x -> max_pool(2x2) as p -> relu -> unpool(p.indices)\n}\n"
    ).networks[0]
    assert shapes(net)["unpool1"] == "3×8×8"


def test_rounds_of_one_block_are_called_after_it() -> None:
    net = program(
        "block layer(n) {\n    x -> linear(n) -> relu\n}\n"
        "block box(n) {\n    x -> linear(n) -> tanh\n}\n"
        "network N {\n    in x: vector[8]\n    x -> repeat 2 { layer(8) } -> repeat 2 { box(8) }\n"
        "      -> repeat 2 { layer(8) } -> repeat 2 { linear(8) -> relu } -> "
        "repeat 2 { layer(8) } as end\n}\n"
    ).networks[0]
    assert [s.name for s in net.stages] == ["layers", "boxes", "layers2", "repeat1", "end"]

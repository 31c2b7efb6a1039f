"""Cells: what is generated has what was counted, and the loop equals the equations step by step."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.count.counter import count
from specc.emit.model import model_file
from specc.layers.base import Convention
from specc.pipeline import compile_text
from specc.program import Program
from tests.laws.conformity import conforms, module_of

PEEPHOLE = """
cell peephole(units) {
    in x
    state h[units], c[units]
    weight p_f[units], p_i[units], p_o[units]
    gate f = sigmoid(linear(units)([h, x]) + p_f * c)
    gate i = sigmoid(linear(units)([h, x]) + p_i * c)
    g = tanh(linear(units)([h, x]))
    next c = f * c + i * g
    gate o = sigmoid(linear(units)([h, x]) + p_o * next c)
    next h = o * tanh(next c)
    out next h
}
"""
FULL = PEEPHOLE.replace("    weight p_f[units], p_i[units], p_o[units]\n", "")
for gate in "fio":
    FULL = FULL.replace(f"p_{gate} *", "linear(units, bias=false)").replace(
        "linear(units, bias=false) c", "linear(units, bias=false)(c)"
    )
FULL = FULL.replace("linear(units, bias=false) next c", "linear(units, bias=false)(next c)")

CELLS = {
    "elman": "in x\nstate h[units]\nnext h = tanh(linear(units)([h, x]))\nout next h",
    "input first": "in x\nstate h[units]\nnext h = tanh(linear(units)([x, h]))\nout next h",
    "two products": "in x\nstate h[units]\n"
    "next h = tanh(linear(units)(x) + linear(units, bias=false)(h))\nout next h",
    "output": "in x\nstate h[units]\nnext h = tanh(linear(units)([h, x]))\nout next h -> linear(2)",
    "start": "in x\nstate h[units] = 0.5\nnext h = sigmoid(linear(units)([h, x])) * h\nout next h",
    "sum": "in x\nstate s[3]\nnext s = s + x\nout next s",
    "gru": "in x\nstate h[units]\ngate z = sigmoid(linear(units)([h, x]))\n"
    "gate r = sigmoid(linear(units)([h, x]))\nn = tanh(linear(units)([r * h, x]))\n"
    "next h = (1 - z) * n + z * h\nout next h",
    "delay": "in x\nstate a[3], b[3]\nnext a = x\nnext b = a\nout b",
    "x outside": "in x\nstate h[units]\ngate u = sigmoid(linear(units)([h, x]))\n"
    "next h = u * h + (x -> linear(units) -> relu -> linear(units))\nout next h",
}


def compiled(text: str) -> Program:
    result = compile_text("specc 1\n" + text)
    assert [str(d.message) for d in result.diagnostics if d.code[0] == "E"] == []
    assert result.program is not None
    return result.program


def network(
    cell: str, options: str = "", before: str = "sequence[6, 3]", units: int = 5
) -> Program:
    body = cell.replace("\n", "\n    ")
    return compiled(
        f"cell made(units) {{\n    {body}\n}}\n"
        f"network Net {{\n    in x: {before}\n    x -> scan(made({units}){options})\n}}\n"
        if not cell.lstrip().startswith("cell")
        else f"{cell}\nnetwork Net {{\n    in x: {before}\n    x -> scan(peephole({units}){options})\n}}\n"
    )


def instance(program: Program) -> Any:
    torch.manual_seed(0)
    net = module_of(program).Net()
    for p in net.parameters():
        nn.init.normal_(p, std=0.4)
    return net


def by_steps(cell: Any, x: torch.Tensor, *states: torch.Tensor) -> list[torch.Tensor]:
    """The outputs of the plain form."""
    found = []
    for position in range(x.shape[1]):
        results = cell.step(x[:, position], *states)
        results = results if isinstance(results, tuple) else (results,)
        states = results[-len(states) :]
        found.append(results[0])
    return found


@pytest.mark.parametrize("name", CELLS)
def test_a_sequence_is_its_steps(name: str) -> None:
    program = network(CELLS[name])
    conforms(program)
    net = instance(program)
    x = torch.randn(4, 6, 3)
    cell = net.made1
    states = list(program.network("Net").stages[0].unit.states)  # type: ignore[union-attr]
    sizes = dict(program.network("Net").stages[0].unit.inputs)  # type: ignore[union-attr]
    starts = [torch.full((4, *sizes[s.name].sizes), s.start) for s in states]
    wanted = by_steps(cell, x, *starts)
    torch.testing.assert_close(net(x), torch.stack(wanted, 1))


@given(units=st.integers(1, 7), features=st.integers(1, 6), steps=st.integers(1, 5))
@settings(max_examples=15, deadline=None)
def test_counts_of_drawn_sizes(units: int, features: int, steps: int) -> None:
    program = network(PEEPHOLE, "", f"sequence[{steps}, {features}]", units)
    conforms(program)
    h, d = units, features
    assert count(program).totals.params == 4 * (h * (d + h) + h) + 3 * h


@pytest.mark.parametrize(("cell", "params"), [(PEEPHOLE, 2540), (FULL, 3680)])
def test_peephole_counts(cell: str, params: int) -> None:
    program = network(cell, ", keep=last", "sequence[T, 10]", 20)
    assert count(program).totals.params == params
    conforms(program, {"T": 4})


def test_the_last_output_and_the_last_states() -> None:
    text = PEEPHOLE + (
        "network Net {\n    in x: sequence[6, 3]\n    s = x -> scan(peephole(5), keep=last)\n"
        "    out y = s\n    out h = s.h\n    out c = s.c\n}\n"
    )
    program = compiled(text)
    conforms(program)
    net = instance(program)
    y, h, c = net(torch.randn(4, 6, 3))
    torch.testing.assert_close(y, h)
    assert c.shape == (4, 5)


def test_reverse_begins_at_the_end() -> None:
    there, back = network(CELLS["gru"]), network(CELLS["gru"], ", reverse=true")
    conforms(back)
    x = torch.randn(4, 6, 3)
    torch.testing.assert_close(instance(back)(x), instance(there)(x.flip(1)).flip(1))
    last = network(CELLS["gru"], ", reverse=true, keep=last")
    torch.testing.assert_close(instance(last)(x), instance(back)(x)[:, 0])


def test_both_directions_have_their_own_weights() -> None:
    program = network(CELLS["gru"], ", bidirectional=true")
    conforms(program)
    one = count(network(CELLS["gru"])).totals.params
    assert count(program).totals.params == 2 * one
    assert instance(program)(torch.randn(2, 6, 3)).shape == (2, 6, 10)


def test_the_last_states_of_both_directions() -> None:
    text = PEEPHOLE + (
        "network Net {\n    in x: sequence[6, 3]\n"
        "    s = x -> scan(peephole(5), bidirectional=true, keep=last)\n"
        "    out y = s\n    out h = [s.h_forward, s.h_backward]\n}\n"
    )
    y, h = instance(compiled(text))(torch.randn(4, 6, 3))
    torch.testing.assert_close(y, h)


def test_the_last_states_of_every_cell_of_a_kernel() -> None:
    text = (
        "network Net {\n    in x: sequence[6, 3]\n"
        "    s = x -> lstm(5, layers=2, bidirectional=true) as S\n"
        "    out h = s.h\n    out c = S.c_l0_backward\n    out y = s -> linear(1)\n}\n"
    )
    program = compiled(text)
    conforms(program)
    net, x = instance(program), torch.randn(4, 6, 3)
    h, c, _ = net(x)
    _, (states, cells) = net.S(x)
    torch.testing.assert_close(h, torch.cat((states[2], states[3]), 1))
    torch.testing.assert_close(c, cells[1])


def test_a_mask_holds_states_and_outputs() -> None:
    text = (
        "cell made(units) {\n    in x\n    state h[units]\n"
        "    next h = tanh(linear(units)([h, x]))\n    out next h\n}\n"
        "network Net {\n    in ids: tokens[6, vocab=9]\n"
        "    s = ids -> embedding(3) -> scan(made(5), keep=last, mask=ids != 0)\n"
        "    out y = s\n    out h = s.h\n}\n"
    )
    program = compiled(text)
    conforms(program)
    net = instance(program)
    short, padded = torch.tensor([[3, 4, 5]]), torch.tensor([[3, 4, 5, 0, 0, 0]])
    y, h = net(padded)
    torch.testing.assert_close(y, net(short)[0])
    torch.testing.assert_close(h, y)


def test_a_state_can_start_from_a_value_or_a_learnt_one() -> None:
    text = (
        "cell made(units) {\n    in x\n    state h[units]\n"
        "    next h = tanh(linear(units)([h, x]))\n    out next h\n}\n"
        "network Net {\n    in x: sequence[6, 3], z: vector[5]\n    weight first[5]\n"
        "    a = x -> scan(made(5), h=z, keep=last)\n"
        "    out y = a + (x -> scan(made(5), h=first, keep=last))\n}\n"
    ).replace("in x: sequence[6, 3], z: vector[5]", "in x: sequence[6, 3]\n    in z: vector[5]")
    program = compiled(text)
    conforms(program)
    net = instance(program)
    x, z = torch.randn(4, 6, 3), torch.randn(4, 5)
    wanted = by_steps(net.made1, x, z)[-1] + by_steps(net.made2, x, net.first.expand(4, -1))[-1]
    torch.testing.assert_close(net(x, z), wanted)


def test_a_shared_cell_is_counted_once() -> None:
    text = PEEPHOLE + (
        "network Net {\n    in x: sequence[6, 3]\n    in z: sequence[4, 3]\n"
        "    let read = peephole(5)\n    a = x -> scan(read, keep=last)\n"
        "    b = z -> scan(read, keep=last)\n    out y = a + b\n}\n"
    )
    program = compiled(text)
    conforms(program)
    assert count(program).totals.params == 4 * (5 * 8 + 5) + 15


def test_values_that_are_the_same_at_every_step() -> None:
    text = (
        "cell reader(units) {\n    in x, memory\n    state h[units]\n"
        "    score = softmax(mean(memory * unsqueeze(h, 0), axis=features))\n"
        "    read = sum(memory * unsqueeze(score, 1), axis=time)\n"
        "    next h = tanh(linear(units)([h, x, read]))\n    out next h\n}\n"
        "network Net {\n    in x: sequence[6, 3]\n    in m: sequence[4, 5]\n"
        "    x -> scan(reader(5), memory=m)\n}\n"
    )
    program = compiled(text)
    conforms(program)
    net = instance(program)
    x, m = torch.randn(2, 6, 3), torch.randn(2, 4, 5)
    h, wanted = torch.zeros(2, 5), []
    for position in range(6):
        h = net.reader1.step(x[:, position], m, h)
        wanted.append(h)
    torch.testing.assert_close(net(x, m), torch.stack(wanted, 1))


CONVENTIONS: list[tuple[str, Convention, int]] = [
    ("lstm", "textbook", 2480), ("lstm", "pytorch", 2560), ("lstm", "keras", 2480),
    ("gru", "textbook", 1860), ("gru", "pytorch", 1920), ("gru", "keras", 1920),
    ("rnn", "textbook", 620), ("rnn", "pytorch", 640), ("rnn", "keras", 620),
]  # fmt: skip


@pytest.mark.parametrize(("word", "convention", "params"), CONVENTIONS)
def test_offsets_by_convention(word: str, convention: Convention, params: int) -> None:
    program = compiled(
        f"network Net {{\n    in x: sequence[7, 10]\n    x -> scan({word}(20))\n}}\n"
    )
    conforms(program)
    assert count(program, convention).totals.params == params


@pytest.mark.parametrize("cell", ["scan(made(5), truncate=2)", "gru(5, truncate=2)"])
def test_gradients_end_at_windows_and_states_go_on(cell: str) -> None:
    text = (
        "cell made(units) {\n    in x\n    state h[units]\n"
        "    next h = tanh(linear(units)([h, x]))\n    out next h\n}\n"
        "network Net {\n    in x: sequence[5, 3]\n    x -> CELL\n}\n"
    )
    program = compiled(text.replace("CELL", cell))
    conforms(program)
    net = instance(program)
    whole = instance(compiled(text.replace("CELL", cell.replace(", truncate=2", ""))))
    x = torch.randn(2, 5, 3, requires_grad=True)
    torch.testing.assert_close(net(x), whole(x))
    for position, reached in ((0, [0]), (1, [0, 1]), (3, [2, 3]), (4, [4])):
        x.grad = None
        net(x)[:, position].sum().backward()
        assert x.grad is not None
        assert x.grad.abs().sum((0, 2)).nonzero().flatten().tolist() == reached


WRITER = (
    "cell writer(units) {\n    in token\n    state h[units]\n    e = token -> embedding(units)\n"
    "    next h = tanh(linear(units)([h, e]))\n    out next h -> linear(7)\n}\n"
    "network Net {\n    in ids: tokens[6, vocab=7]\n    ids -> scan(writer(5), free_running=HOW)\n}\n"
)


def test_a_decoder_runs_freely_when_evaluating() -> None:
    program = compiled(WRITER.replace("HOW", "evaluating"))
    conforms(program)
    net = instance(program)
    ids = torch.randint(7, (3, 6))
    forced = net.train()(ids)
    free = net.eval()(ids)
    torch.testing.assert_close(forced[:, 0], free[:, 0])
    read = torch.cat((ids[:, :1], free.argmax(2)[:, :-1]), 1)
    torch.testing.assert_close(net.train()(read), free)
    always = instance(compiled(WRITER.replace("HOW", "always")))
    torch.testing.assert_close(always.train()(ids), free)


def test_what_cannot_be_fed_back_is_refused() -> None:
    text = WRITER.replace("linear(7)", "linear(6)").replace("HOW", "evaluating")
    [found] = compile_text("specc 1\n" + text).diagnostics
    assert (found.code, found.message) == (
        "E302", "a step gives 6, and the next one reads a token of 7 classes"
    )  # fmt: skip


DRAWS = {
    "normal": "e ~ normal[units]", "uniform": "e ~ uniform(0, 1)[units]",
    "bernoulli": "e ~ bernoulli(0.5)[units]", "frozen": "e ~ frozen normal[units]",
    "sized by the input": "e ~ normal[x.features]",
}  # fmt: skip


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_a_cell_draws_anew_at_every_step(draw: str) -> None:
    cell = f"in x\nstate h[units]\n{draw}\nnext h = tanh(linear(units)([h, x])) + 0.1 * e\nout e"
    program = network(cell, "", "sequence[6, 5]")
    conforms(program)
    net = instance(program)
    found = net(torch.zeros(4, 6, 5))
    assert found.shape == (4, 6, 5)
    assert ("frozen" in draw) == bool((found[:, 0] == found[:, 1]).all())


def test_a_masked_step_that_runs_freely_feeds_back_what_it_holds() -> None:
    text = (
        "cell made(units) {\n    in x\n    state h[units]\n"
        "    next h = linear(units)([h, x])\n    out next h\n}\n"
        "network Net {\n    in x: sequence[6, 5]\n    in v: tensor[6]\n"
        "    x -> scan(made(5), free_running=always, mask=v > 0)\n}\n"
    )
    program = compiled(text)
    conforms(program)
    net = instance(program)
    x = torch.randn(1, 6, 5)
    found = net(x, torch.tensor([[1.0, 0, 1, 0, 0, 1]]))
    wanted = net(x[:, :3], torch.ones(1, 3))
    torch.testing.assert_close(found[:, [0, 2, 5]], wanted)
    torch.testing.assert_close(found[:, [1, 3, 4]], wanted[:, [0, 1, 1]])


def test_a_cell_keeps_what_is_read() -> None:
    program = network(PEEPHOLE, ", keep=last")
    last = instance(program).peephole1
    x = torch.randn(4, 6, 3)
    zeros = torch.zeros(4, 5)
    torch.testing.assert_close(last(x), by_steps(last, x, zeros, zeros)[-1])
    assert "outputs" not in model_file(program)
    ahead = instance(network(CELLS["delay"], ", keep=last")).made1
    torch.testing.assert_close(ahead(x), x[:, 3])  # the output before the state is moved on

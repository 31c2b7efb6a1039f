"""Cells over trees: all nodes of one height in one step equal node after node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.count.counter import count
from specc.pipeline import compile_text
from specc.program import Program
from tests.emit.test_data import module
from tests.laws.conformity import conforms, module_of

PLAIN = """in symbol
state h[units]
e = symbol -> embedding(units)
next h = tanh(linear(units)([h.left, h.right, e]))
out next h"""
TENSOR = """in symbol
state h[units]
e = symbol -> embedding(units)
p = [h.left, h.right]
next h = tanh(bilinear(units, bias=false)(p, p) + linear(units)([p, e]))
out next h -> linear(3)"""
CHILD_SUM = """in symbol
state h[units], c[units]
e = symbol -> embedding(units)
s = sum(h.children, axis=children)
gate i = sigmoid(linear(units)([s, e]))
gate o = sigmoid(linear(units)([s, e]))
g = tanh(linear(units)([s, e]))
gate f = sigmoid(linear(units)(h.children) + unsqueeze(e -> linear(units), 0))
next c = i * g + sum(f * c.children, axis=children)
next h = o * tanh(next c)
out next h"""
STARTED = PLAIN.replace("h[units]", "h[units] = 0.5")


TERNARY = """in symbol
state h[units], c[units]
e = symbol -> embedding(units)
gate i = sigmoid(linear(units)([h.children[0], h.children[1], h.children[2], e]))
gate f = sigmoid(linear(units)([h.children[2], e]))
g = tanh(linear(units)([flatten(h.children), e]))
next c = i * g + f * c.children[2] + sum(c.children, axis=children)
next h = tanh(next c)
out next h"""


def compiled(cell: str, fold: str = "fold(made(4))", children: int = 2) -> Program:
    body = cell.replace("\n", "\n    ")
    text = f"specc 1\ncell made(units) {{\n    {body}\n}}\n"
    text += (
        f"network Net {{\n    in t: tree[N, vocab=5, children={children}]\n    t -> {fold}\n}}\n"
    )
    result = compile_text(text)
    assert [d.message for d in result.diagnostics if d.code[0] == "E"] == []
    assert result.program is not None
    return result.program


def instance(program: Program) -> Any:
    torch.manual_seed(0)
    net = module_of(program).Net()
    for p in net.parameters():
        nn.init.normal_(p, std=0.4)
    return net


def node_by_node(
    cell: Any, tree: torch.Tensor, place: int, starts: list[float]
) -> list[torch.Tensor]:
    """The output and the states of one node of one tree, its children first."""
    symbol, *links = tree[place].tolist()
    below = [node_by_node(cell, tree, link - 1, starts)[1:] if link else None for link in links]
    states = [
        torch.stack([torch.full((4,), start) if b is None else b[i] for b in below])[None]
        for i, start in enumerate(starts)
    ]
    found = cell.step(torch.tensor([symbol]), *states)
    found = list(found) if isinstance(found, tuple) else [found]
    output, after = found[0][0], [f[0] for f in found[-len(starts) :]]
    return [output, *after]


@st.composite
def trees(draw: st.DrawFn, children: int = 2) -> torch.Tensor:
    """A batch of trees of several shapes, the root first and children after their parents."""
    nodes = draw(st.integers(1, 9))
    made = torch.zeros(draw(st.integers(1, 3)), nodes, 1 + children, dtype=torch.int64)
    for tree in made:
        tree[:, 0] = torch.tensor(draw(st.lists(st.integers(0, 4), min_size=nodes, max_size=nodes)))
        for child in range(1, nodes):
            free = [(p, k) for p in range(child) for k in range(1, children + 1) if tree[p, k] == 0]
            parent, side = draw(st.sampled_from([*free, (-1, 0)]))
            if parent >= 0:
                tree[parent, side] = child + 1
    return made


@pytest.mark.parametrize("cell", [PLAIN, TENSOR, CHILD_SUM, STARTED])
@given(batch=trees())
@settings(max_examples=15, deadline=None)
def test_levels_equal_nodes(cell: str, batch: torch.Tensor) -> None:
    program = compiled(cell)
    net = instance(program)
    starts = [s.start for s in program.network("Net").stages[0].unit.states]  # type: ignore[union-attr]
    found = net(batch)
    for tree, outputs in zip(batch, found, strict=True):
        for place in range(len(tree)):
            wanted = node_by_node(net.made1, tree, place, starts)[0]
            torch.testing.assert_close(outputs[place], wanted)


@pytest.mark.parametrize(("cell", "children"), [(TERNARY, 3), (CHILD_SUM, 4), (CHILD_SUM, 1)])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_levels_equal_nodes_of_any_arity(cell: str, children: int, data: st.DataObject) -> None:
    net = instance(compiled(cell, children=children))
    batch = data.draw(trees(children))
    for tree, outputs in zip(batch, net(batch), strict=True):
        for place in range(len(tree)):
            wanted = node_by_node(net.made1, tree, place, [0.0, 0.0])[0]
            torch.testing.assert_close(outputs[place], wanted)


@given(batch=trees(3))
@settings(max_examples=10, deadline=None)
def test_a_child_sum_does_not_see_the_order(batch: torch.Tensor) -> None:
    net = instance(compiled(CHILD_SUM, children=3))
    turned = torch.cat((batch[..., :1], batch[..., 1:].flip(2)), 2)
    torch.testing.assert_close(net(turned), net(batch))


def test_more_children_cost_a_child_sum_nothing() -> None:
    two, five = (count(compiled(CHILD_SUM, children=k)).totals.params for k in (2, 5))
    assert two == five
    conforms(compiled(TERNARY, children=3), {"N": 7})


def test_operators_of_several_values(tmp_path: Path) -> None:
    made = module("boolean_trees(depth=2, children=3, examples=80) as t, value, there", tmp_path)
    seen = set()
    for split in made.load().values():
        assert split.t.shape[1:] == (13, 4)
        for tree, value, there in zip(split.t, split.value, split.there, strict=True):
            for place in there.nonzero().flatten().tolist():
                symbol, *links = tree[place].tolist()
                below = [int(value[link - 1]) for link in links if link]
                seen.add(len(below))
                wanted = [min(below, default=0), max(below, default=0), sum(below) % 2]
                assert int(value[place]) == ([0, 1, *wanted][symbol])
    assert seen == {0, 2, 3}


@pytest.mark.parametrize("cell", [PLAIN, TENSOR, CHILD_SUM])
def test_what_is_counted_is_there(cell: str) -> None:
    conforms(compiled(cell), {"N": 7})
    conforms(compiled(cell, "fold(made(4), keep=root)"), {"N": 7})


@pytest.mark.parametrize(("d", "params"), [(25, 63_875), (30, 109_950)])
def test_the_count_of_the_tensor_network(d: int, params: int) -> None:
    """V (2d·2d·d), W (d·2d) and Ws (5·d), without offsets and without the table of words."""
    cell = """in symbol, vectors
    state h[units]
    p = [h.left, h.right]
    next h = tanh(bilinear(units, bias=false)(p, p) + linear(units, bias=false)(p) + vectors)
    out next h -> linear(5, bias=false)"""
    text = f"specc 1\ncell rntn(units) {{\n    {cell}\n}}\n"
    text += "network Net {\n    in t: tree[N, vocab=5]\n"
    text += f"    in v: vector[{d}]\n    t -> fold(rntn({d}), vectors=v)\n}}\n"
    program = compile_text(text).program
    assert program is not None
    assert count(program).totals.params == params
    conforms(program, {"N": 3})


def test_boolean_expressions_have_their_values(tmp_path: Path) -> None:
    made = module("boolean_trees(depth=2, test_depth=3, examples=50) as t, value, there", tmp_path)
    splits = made.load()
    deepest = dict.fromkeys(splits, 0)
    for name, split in splits.items():
        for tree, value, there in zip(split.t, split.value, split.there, strict=True):
            total, depth = evaluated(tree.tolist(), 0)
            assert total == int(value[0])
            assert depth >= 1
            assert bool(there[0])
            deepest[name] = max(deepest[name], depth)
    assert deepest == {"train": 2, "test": 3}


def evaluated(tree: list[list[int]], place: int) -> tuple[int, int]:
    """The value and the depth of an expression."""
    symbol, left, right = tree[place]
    if symbol < 2:
        assert left == right == 0
        return symbol, 0
    (a, da), (b, db) = evaluated(tree, left - 1), evaluated(tree, right - 1)
    return [a & b, a | b, a ^ b][symbol - 2], 1 + max(da, db)


@pytest.mark.parametrize(
    ("cell", "use", "code"),
    [
        (PLAIN, "t -> scan(made(4))", "E203"),
        ("in x\nstate h[units]\nnext h = h\nout h", "t -> fold(made(4))", "E203"),
        (PLAIN.replace("h.left", "h"), "t -> fold(made(4))", "E203"),
        (PLAIN, "x -> fold(made(4))", "E301"),
        (PLAIN, "t -> fold(made(4), keep=last)", "E203"),
        (PLAIN, "t -> fold(made(4), mask=t)", "E202"),
        (PLAIN, "t -> fold", "E202"),
        (PLAIN, "u -> fold(made(4))", "E401"),
    ],
)
def test_what_cannot_be_folded(cell: str, use: str, code: str) -> None:
    body = cell.replace("\n", "\n    ")
    text = f"specc 1\ncell made(units) {{\n    {body}\n}}\n"
    text += "network Net {\n    in t: tree[7, vocab=5]\n    in x: sequence[7, 3]\n"
    text += "    in u: tree[7, vocab=5, children=3]\n"
    text += f"    out y = {use}\n    out z = x\n}}\n"
    assert {d.code for d in compile_text(text).diagnostics if d.code != "W405"} == {code}

"""Two graphs in one network: each numbers its nodes and edges for itself."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.sizes import render
from specc.types import Graph

HEAD = """specc 1

message_passing along(units) {
    in x
    message m = linear(units)(x.source)
    out m
}
network Pair {
    in a: graph[node=4]
    in b: graph[node=4]
    x = a -> gcn(8)
    y = b -> gcn(8)
"""


def said(body: str) -> list[tuple[str, str, str]]:
    found = compile_text(f"{HEAD}{body}\n}}\n", "model.spec").diagnostics
    return [(d.code, d.message, d.span.text) for d in found if d.code != "W405"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("out s = mean(x + y, axis=nodes)", "add meets nodes of two graphs: a and b"),
        ("out s = mean([x, y], axis=nodes)", "concat meets nodes of two graphs: a and b"),
        (
            "e = (a -> along(4)).edge + (a -> self_loops -> along(4)).edge\nout s = sum(e, axis=edges)",
            "add meets edges of two graphs: a and a -> self_loops",
        ),
    ],
)
def test_values_of_two_graphs_do_not_meet(body: str, message: str) -> None:
    assert [f[:2] for f in said(body)] == [("E306", message)]


@pytest.mark.parametrize(
    "body",
    [
        "out s = mean(x, axis=nodes) + mean(y, axis=nodes)",
        "out s = mean(y + mean(x, axis=nodes), axis=nodes)",
        "w = a -> self_loops -> gcn(8)\nout s = mean(x + w, axis=nodes) + mean(y, axis=nodes)",
    ],
)
def test_values_of_whole_graphs_do(body: str) -> None:
    assert said(body) == []


def test_a_value_of_one_graph_is_spread_over_the_other() -> None:
    text = f"{HEAD}out s = mean(mean(x, axis=nodes) + y, axis=nodes)\n}}\n"
    program = compile_text(text, "model.spec").program
    assert program is not None
    body = program.network("Pair")
    (spread,) = [n for n in body.nodes if n.name.startswith("spread")]
    assert [body.nodes[r.node].name for r in spread.operands if r is not None][1] == "b"


def test_the_sizes_of_two_graphs_have_names_of_their_own() -> None:
    text = f"{HEAD}out s = mean(x, axis=nodes) + mean(y, axis=nodes)\n}}\n"
    program = compile_text(text, "model.spec").program
    assert program is not None
    kinds = [t for _, t in program.network("Pair").inputs if isinstance(t, Graph)]
    assert [render(k.nodes) for k in kinds] == ["nodes_a", "nodes_b"]

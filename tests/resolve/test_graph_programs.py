"""Programs over graphs: rows are nodes, pairs or graphs, and values keep the graph that they stand on."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

HEAD = """specc 1

network Coder {
    in g: graph[node=34]
    g -> self_loops -> gcn(4)
}
network Members {
    in g: graph[node=34]
    h = Coder(g)
    g2 = h -> gcn(4) -> relu
    out y = g2 -> linear(2)
    out z = g2
}
network Twice {
    in g: graph[node=4]
    g -> gcn(4)
}
train Club {
    data karate_club as g, faction
    a = Members(g)
    minimize cross_entropy(a.y, faction, where=labelled) + 0 * mean(mean(Twice(a.z), axis=nodes)^2)
    optimizer adam(lr=1e-2)
}
"""

GOOD = {
    "codes": "z = Coder(test.g)\nshow scatter(pca(z), test.faction)",
    "accuracy": "right = argmax(Members(test.g).y) == test.faction\nshow mean(right, axis=batch)\n"
    "show mean(rows(right, where=test.held_out), axis=batch)",
    "near": "z = Coder(test.g)\nnear = nearest(z, among=z, rank=2)\n"
    "show mean(rows(test.faction, at=near) == test.faction, axis=batch)",
    "each node": "z = Coder(test.g)\nfor i in range(2) {\n show mean(norm(z - rows(z, at=i)), axis=batch)\n}",
    "whole": "z = Coder(test.g)\nshow mean(norm(z - mean(z, axis=nodes)), axis=batch)",
    "inside": "h = Members(test.g).h\nshow sum(h, axis=nodes)",
    "again": "z = Coder(test.g)\nrepeat 3 {\n z = Twice(z)\n}\nshow mean(norm(z), axis=batch)",
    "parts": "y, z = Members(test.g)\nm = Twice(z)\nshow mean(norm(m) + norm(y), axis=batch)",
    "loops": "g = test.g -> self_loops\nrepeat 2 {\n show mean(norm(Coder(g)), axis=batch)\n}",
}  # fmt: skip


def said(body: str) -> list[tuple[str, str, str]]:
    found = compile_text(f"{HEAD}\nprogram p {{\n{body}\n}}\n", "model.spec").diagnostics
    return [(d.code, d.message, d.span.text) for d in found]


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_what_is_right(body: str) -> None:
    assert said(body) == []


def test_chosen_nodes_stand_on_no_graph() -> None:
    body = "z = rows(Members(test.g).z, where=test.held_out)\nshow norm(Twice(z))"
    assert [(c, t) for c, _, t in said(body)] == [("E302", "z")]


def test_nodes_of_two_splits_do_not_meet() -> None:
    (found,) = said("show mean(Coder(test.g) - Coder(train.g), axis=batch)")
    assert found[:2] == ("E306", "subtract meets nodes of two graphs: test.g and train.g")


def test_a_condition_is_of_the_same_nodes() -> None:
    body = "show mean(rows(mean(Coder(test.g), axis=nodes), where=test.held_out), axis=batch)"
    assert [m for _, m, _ in said(body)] == ["where takes one truth value for each row"]

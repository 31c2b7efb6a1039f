"""The work of sums of products, against numbers made by hand: one for each product that is summed."""

from __future__ import annotations

import pytest

from specc.count import count
from specc.pipeline import compile_text

N, E, F, D, H = 5, 9, 16, 6, 2  # nodes, edges, features that come in and go out, heads

LAYERS = [
    ("gcn(6)", N * F * D + E * D),  # a matrix at each node, a coefficient on each edge
    ("gat(6, heads=2)", N * F * H * D + 2 * N * H * D + E * H * D),  # two scores at each node
    ("sage(6)", N * 2 * F * D),  # what comes along the edges is added, not multiplied
    ("gin(6)", N * F * D + N * D * D),
    ("gated_graph()", N * F * F + 3 * N * 2 * F * F),
]


@pytest.mark.parametrize(("layer", "macs"), LAYERS, ids=[name for name, _ in LAYERS])
def test_a_graph_layer(layer: str, macs: int) -> None:
    text = f"network G {{\n    in g: graph[node={F}, nodes={N}, edges={E}]\n    g -> {layer}\n}}\n"
    assert _macs(text) == macs


@pytest.mark.parametrize(
    ("value", "macs"),
    [
        ("sum(x * y, axis=features)", 3 * 4),
        ("mean(x * y)", 3 * 4),
        ("sum(x)", 0),
        ("x * y", 0),
        ("sum(2 * x)", 0),
        ("sum(x + y)", 0),
    ],
)
def test_a_sum_of_products(value: str, macs: int) -> None:
    text = f"network S {{\n    in x: sequence[3, 4]\n    in y: sequence[3, 4]\n    out s = {value}\n}}\n"
    assert _macs(text) == macs


def test_any_messages_that_are_weighted() -> None:
    text = f"""message_passing weighted() {{
    in x
    in e: edge
    message m = x.source * e
    aggregate a = mean(m)
    update y = a
    out y
}}
network G {{
    in g: graph[node={F}, edge={F}, nodes={N}, edges={E}]
    g -> weighted()
}}
"""
    assert _macs(text) == E * F


def _macs(text: str) -> object:
    program = compile_text(f"specc 1\n\n{text}").program
    assert program is not None
    return count(program).totals.macs

"""Message passing: what is counted, what is refused, and where values stand."""

from __future__ import annotations

from pathlib import Path

import pytest

import specc
from specc.count.counter import count
from specc.pipeline import compile_text
from specc.std import INDEX
from specc.syntax import tree
from specc.types import Graph, Tensor

LAYER = """specc 1

message_passing layer(features) {{
    in x
    {inputs}
    {body}
}}

network Net {{
    in g: graph[{graph}]
    g -> layer(4)
}}
"""


def compiled(text: str) -> specc.pipeline.Compiled:  # type: ignore[name-defined]
    return compile_text(text, "net.spec")


def layer(body: str, inputs: str = "", graph: str = "node=3, edge=2, global=5") -> str:
    return LAYER.format(body=body.strip(), inputs=inputs, graph=graph)


def params(text: str) -> dict[str, object]:
    made = compiled(text)
    assert made.program is not None, [d.message for d in made.diagnostics]
    return {n.name: n.totals.params for n in count(made.program).networks}


def messages(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in compiled(text).diagnostics]


def test_every_word_of_the_index_is_in_its_file() -> None:
    folder = Path(specc.__file__).parent / "std"
    found = {}
    for path in folder.glob("*.spec"):
        made = specc.pipeline.compile_file(str(path))  # type: ignore[attr-defined]
        assert made.program is not None
        assert not made.diagnostics.failed
        for d in made.program.file.declarations:
            assert isinstance(d, tree.Definition)
            assert d.doc, d.name.id
            found[d.name.id] = path.stem
    assert found == INDEX


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ("gcn(7)", 5 * 7 + 7),
        ("sage(7)", 2 * 5 * 7 + 7),
        ("gat(7, heads=3)", 5 * 21 + 2 * 21 + 21),
        ("gin(7)", 1 + 5 * 7 + 7 + 7 * 7 + 7),
        ("gated_graph()", 5 * 5 + 5 + 3 * (2 * 5 * 5 + 5)),
        ("gcn(7) -> relu -> gcn(7)", 5 * 7 + 7 + 7 * 7 + 7),
        ("repeat 3 { gin(5) -> relu }", 3 * (1 + 5 * 5 + 5 + 5 * 5 + 5)),
    ],
)
def test_counts_of_the_library(stages: str, expected: int) -> None:
    text = f"specc 1\n\nnetwork Net {{\n    in g: graph[node=5]\n    g -> {stages}\n}}\n"
    assert params(text) == {"Net": expected}


def test_several_aggregations_stand_side_by_side() -> None:
    body = """message m = linear(features)(x.source)
    aggregate a = [mean(m), max(m), min(m), std(m)]
    update y = linear(features)([x, a])
    out y"""
    assert params(layer(body)) == {"Net": (3 + 1) * 4 + (3 + 16 + 1) * 4}


def test_edge_and_global_features_come_by_their_place() -> None:
    body = """message m = linear(features)([x.source, e, u])
    aggregate a = sum(m)
    out a"""
    made = params(layer(body, "in e: edge\n    in u: global"))
    assert made == {"Net": (3 + 2 + 5 + 1) * 4}


def test_a_value_of_one_end_is_computed_for_nodes() -> None:
    made = compiled(
        layer("message m = relu(linear(features)(x.source))\n aggregate a = max(m)\n out a")
    )
    assert made.program is not None
    macs = count(made.program).networks[0].totals.macs
    assert str(macs) == "12·nodes"


def test_results_stand_where_they_were_made() -> None:
    text = """specc 1

network Net {
    in g: graph[node=4, edge=4, global=4]
    h = g -> graph_network(8)
    out y = h
    out m = h.edge
    out r = h.global
    out score = sum(h.source * h.target, axis=features)
    out pooled = [mean(h, axis=nodes), max(h.edge, axis=edges)]
}
"""
    program = compiled(text).program
    assert program is not None
    body = program.networks[0]
    assert isinstance(body.inputs[0][1], Graph)
    kinds = {n: t for n, t in body.output_types() if isinstance(t, Tensor)}
    assert {n: (t.over, t.sizes) for n, t in kinds.items()} == {
        "y": ("nodes", (8,)),
        "m": ("edges", (8,)),
        "r": ("items", (8,)),
        "score": ("edges", ()),
        "pooled": ("items", (16,)),
    }


def test_a_network_takes_a_graph_with_other_features() -> None:
    text = """specc 1

network First {
    in g: graph[node=4]
    g -> gcn(8)
}
network Second {
    in g: graph[node=8]
    g -> gcn(2)
}
network Both {
    in g: graph[node=4]
    g -> First -> relu -> Second
}
"""
    assert params(text)["Both"] == 4 * 8 + 8 + 8 * 2 + 2


def test_a_block_that_passes_messages_gets_the_graph() -> None:
    text = """specc 1

block residual(features) {
    in x
    out y = x + (x -> gcn(features) -> relu)
}
block mlp(features) {
    in x
    x -> linear(features) -> relu
}
network Net {
    in g: graph[node=4]
    g -> residual(4) -> mlp(6) -> residual(6)
}
"""
    assert params(text) == {"Net": (4 * 4 + 4) + (4 * 6 + 6) + (6 * 6 + 6)}


def test_the_users_definition_hides_the_librarys() -> None:
    text = """specc 1

message_passing gcn(features) {
    in x
    message m = x.source
    aggregate a = sum(m)
    out a
}
network Net {
    in g: graph[node=4]
    g -> gcn(9)
}
"""
    assert [code for code, _ in messages(text)] == ["W405"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "message m = x\n aggregate a = sum(m)\n out a",
            "a message is a value on edges, and m is 3 per node",
        ),
        (
            "message m = x.source\n aggregate a = m\n out a",
            "aggregate brings edges together at nodes, and a is 3 per edge",
        ),
        (
            "message m = x.source + x\n aggregate a = sum(m)\n out a",
            "add meets values of several places: 3 per edge and 3 per node",
        ),
        (
            "message m = x.source\n aggregate a = sum(m)\n readout r = a\n out r",
            "readout gives one value of the whole graph, and r is 3 per node",
        ),
        (
            "message m = x.source\n aggregate a = sum(m)\n aggregate b = mean(x)\n out a\n out b",
            "aggregate brings edges together at nodes, and this stands on nodes: 3 per node",
        ),
    ],
)
def test_a_value_in_the_wrong_place_is_refused(body: str, said: str) -> None:
    assert ("E306", said) in messages(layer(body))


def test_features_that_a_graph_has_not_are_named() -> None:
    body = "message m = [x.source, e]\n aggregate a = sum(m)\n out a"
    assert messages(layer(body, "in e: edge", "node=3")) == [
        ("E306", "this graph has no edge features")
    ]


def test_a_layer_needs_a_graph() -> None:
    text = "specc 1\n\nnetwork Net {\n    in x: vector[4]\n    x -> gcn(3)\n}\n"
    assert messages(text) == [("E306", "gcn passes messages on a graph, and this is 4")]


def test_unknown_places_and_sizes_are_refused() -> None:
    assert [c for c, _ in messages(layer("message m = e\n out m", "in e: egde"))] == ["E206"]
    text = "specc 1\n\nnetwork Net {\n    in g: graph[8]\n    g -> gcn(3)\n}\n"
    assert messages(text)[0] == ("E202", "a graph has sizes by name only")


def test_the_designs_example_compiles_and_counts() -> None:
    """Its own `gcn` takes the place of the library's; the masks come with the data."""
    path = Path(__file__).parents[1] / "cases" / "design" / "karate_gcn.spec"
    made = compile_text(path.read_text(encoding="utf-8"), path.name)
    assert made.program is not None
    assert [d.message for d in made.diagnostics] == []
    assert count(made.program).networks[0].totals.params == 34 * 16 + 16 + 16 * 2 + 2
    fields = [name for name, _ in made.program.trains[0].body.inputs]
    assert fields == ["g", "faction", "labelled", "held_out"]

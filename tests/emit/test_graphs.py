"""Generated layers on graphs: numbers against plain sums, and the symmetries that graphs have."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.emit.model import model_file
from specc.emit.package import package
from specc.fields import FieldReader
from specc.pipeline import compile_file
from specc.program import Program
from specc.receptive import EVERYTHING, Field
from specc.std import INDEX
from specc.types import Graph as GraphType
from tests.laws.conformity import conforms
from tests.laws.symmetry import (
    assert_equivariant,
    joined,
    network_of,
    piped,
    program_of,
    random_graph,
    results,
)

ROOT = Path(__file__).parents[2]
ARGUMENTS = {"gated_graph": "()"}
"""How a layer of the library is called, where it is not with a number of features."""


# ------------------------------------------------------------------- symmetry

LIBRARY = {
    word: piped(f"self_loops -> {word}{ARGUMENTS.get(word, '(5)')}")
    if word != "graph_network"
    else program_of(
        "specc 1\n\nnetwork Net {\n    in g: graph[node=4, edge=3, global=2]\n    h = g -> graph_network(5)\n"
        "    out y = h\n    out m = h.edge\n    out r = h.global\n}\n"
    )
    for word, file in INDEX.items()
    if file == "graphs"
}


@pytest.mark.parametrize("word", sorted(LIBRARY))
def test_a_layer_of_the_library_knows_no_numbers_of_nodes(word: str) -> None:
    network, made = network_of(LIBRARY[word])
    for seed in range(5):
        torch.manual_seed(seed)
        assert_equivariant(LIBRARY[word], network, random_graph(made, seed))


@pytest.mark.parametrize("word", sorted(LIBRARY))
def test_graphs_side_by_side_do_not_touch(word: str) -> None:
    network, made = network_of(LIBRARY[word])
    first, second = random_graph(made, 1), random_graph(made, 2, nodes=5, edges=8)
    with torch.no_grad():
        alone = [results(network(g)) for g in (first, second)]
        both = results(network(joined(first, second)))
    for a, b, together in zip(*alone, both, strict=True):
        assert torch.allclose(torch.cat((a, b)), together, atol=1e-5)


ON_GRAPHS = [
    p
    for p in sorted(ROOT.joinpath("specs").rglob("*.spec"))
    if (found := compile_file(str(p)).program) is not None
    and any(isinstance(t, GraphType) for b in found.networks for _, t in b.inputs)
]


@pytest.mark.parametrize("path", ON_GRAPHS, ids=lambda p: p.stem)
def test_a_spec_on_graphs_knows_no_numbers_of_nodes(path: Path) -> None:
    program = compile_file(str(path)).program
    assert program is not None
    for body in program.networks:
        kinds = [t for _, t in body.inputs]
        if len(kinds) != 1 or not isinstance(kinds[0], GraphType):
            continue
        network, made = network_of(program, body.name)
        parts = {"node": kinds[0].node, "edge": kinds[0].edge, "whole": kinds[0].whole}
        sizes = {n: int(str(t.sizes[0])) if t is not None else 0 for n, t in parts.items()}
        assert_equivariant(program, network, random_graph(made, 3, **sizes), body.name)


# -------------------------------------------------------------------- numbers

HOW = {
    "sum": lambda rows: rows.sum(0),
    "mean": lambda rows: rows.mean(0),
    "max": lambda rows: rows.amax(0),
    "min": lambda rows: rows.amin(0),
    "std": lambda rows: rows.std(0, correction=0),
}


def aggregating(how: str, message: str = "x.source * e") -> Program:
    return program_of(
        "specc 1\n\nmessage_passing layer() {\n    in x\n    in e: edge\n"
        f"    message m = {message}\n    aggregate a = {how}(m)\n    out a\n}}\n"
        "network Net {\n    in g: graph[node=3, edge=3]\n    g -> layer()\n}\n"
    )


@pytest.mark.parametrize("how", sorted(HOW))
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), nodes=st.integers(2, 12), edges=st.integers(0, 40))
def test_an_aggregation_is_its_loop(how: str, seed: int, nodes: int, edges: int) -> None:
    network, made = network_of(aggregating(how))
    graph = random_graph(made, seed, nodes, edges, node=3)
    found = network(graph)
    rows = graph.node[graph.source] * graph.edge
    for node in range(nodes):
        arriving = rows[graph.target == node]
        wanted = HOW[how](arriving) if len(arriving) else torch.zeros(3)
        assert torch.allclose(found[node], wanted, atol=2e-5)


def test_std_of_equal_messages_has_a_gradient() -> None:
    network, made = network_of(aggregating("std"))
    graph = random_graph(made, 0, 4, 3, node=3)
    node = graph.node.clone().requires_grad_()
    network(replace(graph, node=node)).sum().backward()
    assert node.grad is not None
    assert node.grad.isfinite().all()


@pytest.mark.parametrize(
    "message", ["x.source", "x.source * sum(e)", "sum(e) * x.source", "x.source / (1 + sum(e)^2)"]
)
@pytest.mark.parametrize("how", ["sum", "mean"])
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), nodes=st.integers(2, 12), edges=st.integers(0, 40))
def test_a_sparse_product_is_the_plain_sum(
    how: str, message: str, seed: int, nodes: int, edges: int
) -> None:
    """With features of the edge in it, a message is no value of the sending node and not lowered."""
    lowered, plain = (aggregating(how, m) for m in (message, f"{message} + 0 * e"))
    assert ["neighbour_sum(" in model_file(p) for p in (lowered, plain)] == [True, False]
    network, made = network_of(lowered)
    other, also = network_of(plain)
    graph = random_graph(made, seed, nodes, edges, node=3)
    ends = []
    for model, kind in ((network, made), (other, also)):
        node = graph.node.clone().requires_grad_()
        parts = {n: getattr(graph, n) for n in ("source", "target", "owner", "count", "whole")}
        edge = graph.edge.clone().requires_grad_()
        value = model(kind(node=node, edge=edge, **parts))
        value.square().sum().backward()
        ends.append((value, node.grad))
    assert torch.allclose(ends[0][0], ends[1][0], atol=1e-4)
    assert torch.allclose(ends[0][1], ends[1][1], atol=1e-3)


def test_gcn_is_its_formula() -> None:
    """D^(-1/2) (A + I) D^(-1/2) X W + b with dense matrices."""
    network, made = network_of(piped("self_loops -> gcn(5)"))
    graph = random_graph(made, 4)
    matrix = torch.eye(9)
    matrix.index_put_((graph.target, graph.source), torch.ones(20), accumulate=True)
    root = matrix.sum(1).rsqrt()
    weights = dict(network.named_parameters())
    wanted = (root[:, None] * matrix * root) @ graph.node @ weights["gcn1.linear1.weight"].T
    assert torch.allclose(network(graph), wanted + weights["gcn1.b"], atol=1e-5)


def test_attention_weighs_the_neighbours() -> None:
    network, made = network_of(piped("self_loops -> gat(2, heads=3)"))
    graph = random_graph(made, 5)
    weights = {n.removeprefix("gat1."): p for n, p in network.named_parameters()}
    h = (graph.node @ weights["linear1.weight"].T).reshape(-1, 3, 2)
    looped = graph.with_self_loops()
    scores = (h * weights["a_source"]).sum(2)[looped.source] + (h * weights["a_target"]).sum(2)[
        looped.target
    ]
    scores = nn.functional.leaky_relu(scores, 0.2)
    for node in range(9):
        at = looped.target == node
        share = scores[at].softmax(0)
        wanted = (share[:, :, None] * h[looped.source[at]]).sum(0).flatten() + weights["b"]
        assert torch.allclose(network(graph)[node], wanted, atol=1e-5)


POOLS = {
    "readout": "sum(softmax(s) * x)", "named": "sum(softmax(s, axis=nodes) * x, axis=nodes)",
}  # fmt: skip


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_a_readout_weighs_the_nodes_of_each_graph(pool: str) -> None:
    network, made = network_of(
        program_of(
            "specc 1\n\nmessage_passing pool() {\n    in x\n    s = linear(1)(x)\n"
            f"    readout r = {pool}\n    out r\n}}\n"
            "network Net {\n    in g: graph[node=4]\n    g -> pool()\n}\n"
        )
    )
    parts = [random_graph(made, nodes, nodes) for nodes in (2, 7, 3)]
    whole = reduce(joined, parts)
    for at, part in enumerate(parts):
        share = network.pool1.linear1(part.node).softmax(0)
        wanted = (share * part.node).sum(0)
        torch.testing.assert_close(network(whole)[at], wanted)


def test_softmax_over_the_edges_of_each_graph() -> None:
    network, made = network_of(
        program_of(
            "specc 1\n\nnetwork Net {\n    in g: graph[node=4, edge=3]\n"
            "    out y = sum(softmax(g.edge, axis=edges), axis=edges)\n}\n"
        )
    )
    both = joined(random_graph(made, 1), random_graph(made, 2, nodes=5, edges=8))
    torch.testing.assert_close(network(both), torch.ones(2, 3))


def test_a_node_without_arriving_edges_sends_nothing_in_gcn() -> None:
    network, made = network_of(piped("gcn(5)"))
    graph = random_graph(made, 0, 3, 2)
    graph = replace(graph, source=torch.tensor([0, 1]), target=torch.tensor([1, 2]))
    weights = dict(network.named_parameters())
    sent = graph.node[1] @ weights["gcn1.linear1.weight"].T
    found = network(graph) - weights["gcn1.b"]
    torch.testing.assert_close(found, torch.stack((0 * sent, 0 * sent, sent)))


HALF = {word: LIBRARY[word] for word in sorted(LIBRARY)} | {
    how: program_of(
        "specc 1\n\nmessage_passing layer() {\n    in x\n    message m = linear(3)(x.source)\n"
        f"    aggregate a = {how}\n    readout r = [sum(a), mean(a), max(a), min(a), std(a)]\n"
        "    out r\n}\nnetwork Net {\n    in g: graph[node=4]\n    g -> layer() -> linear(2)\n}\n"
    )
    for how in ("sum(m)", "mean(m)", "max(m)", "min(m)", "std(m)", "sum(softmax(m) * m)")
}


@pytest.mark.parametrize("name", HALF)
def test_layers_learn_in_half_precision(name: str) -> None:
    network, made = network_of(HALF[name])
    graph = random_graph(made, 3)
    with torch.autocast("cpu", torch.bfloat16):
        found = results(network(graph))
    sum(v.float().square().sum() for v in found).backward()  # type: ignore[union-attr]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    with torch.no_grad():
        wanted = results(network(graph))
    for a, b in zip(found, wanted, strict=True):
        torch.testing.assert_close(a.float(), b, atol=0.1, rtol=0.1)


def test_edges_have_a_direction_until_a_spec_says_otherwise() -> None:
    body = (
        "specc 1\n\nmessage_passing layer() {\n    in x\n"
        "    message m = x.source * degree.target * out_degree.source\n"
        "    aggregate a = sum(m)\n    out a\n}\n"
        "network Net {\n    in g: graph[node=1]\n    g -> %slayer()\n}\n"
    )
    for word, wanted in (("", [0.0, 1.0, 2.0]), ("undirected -> ", [4.0, 8.0, 4.0])):
        network, made = network_of(program_of(body % word))
        graph = random_graph(made, 0, 3, 2, node=1)
        ends = {"source": torch.tensor([0, 1]), "target": torch.tensor([1, 2])}
        graph = replace(graph, node=torch.tensor([[1.0], [2.0], [3.0]]), **ends)
        assert network(graph).flatten().tolist() == wanted


def test_what_is_counted_is_what_is_made() -> None:
    text = """specc 1

network Net {
    in g: graph[node=4, edge=3, global=2]
    h = g -> graph_network(6) -> graph_network(7)
    out y = h
    out m = h.edge
    out r = [h.global, mean(h, axis=nodes)] -> linear(2)
}
"""
    conforms(program_of(text))


@pytest.mark.parametrize(
    ("stages", "hops"),
    [
        ("gcn(5)", 1),
        ("gcn(5) -> relu -> gcn(3)", 2),
        ("gin(5) -> sage(4) -> gat(3)", 3),
        ("repeat 4 { sage(4) }", 4),
        ("gat(1)", 1),
        ("gat(3) -> gat(2)", 2),
    ],
)
def test_a_node_sees_as_many_hops_as_there_are_layers(stages: str, hops: int) -> None:
    """The table says so, and so does the gradient on a path, on which every node is one hop further."""
    program = piped(f"self_loops -> {stages}")
    [field] = FieldReader().output(program.network("Net")).values()
    assert isinstance(field, Field)
    assert field.size == hops + 1
    network, made = network_of(program)
    path = random_graph(made, 0, 9, 8)
    ends = torch.arange(9)
    path = replace(path, source=ends[:-1], target=ends[1:])
    node = path.node.clone().requires_grad_()
    network(replace(path, node=node))[8].sum().backward()
    assert node.grad is not None
    seen = node.grad.abs().sum(1).nonzero().flatten().tolist()
    assert set(seen) <= set(range(8 - hops, 9))
    assert 8 - hops in seen


def test_a_pool_sees_the_whole_graph() -> None:
    program = program_of(
        "specc 1\n\nnetwork Net {\n    in g: graph[node=4]\n    h = g -> gcn(3)\n"
        "    mean(h, axis=nodes) -> linear(2)\n}\n"
    )
    assert list(FieldReader().output(program.network("Net")).values()) == [EVERYTHING]


def test_a_package_has_only_the_graph_operations_that_it_reads() -> None:
    text = (
        "specc 1\nnetwork Net {\n in g: graph[node=3]\n out y = mean(g -> gcn(4), axis=nodes)\n}\n"
    )
    plain, looped = (
        package(program_of(t))["model.py"]
        for t in (text, text.replace("g -> gcn", "g -> self_loops -> gcn"))
    )
    assert ["def with_self_loops" in t for t in (plain, looped)] == [False, True]
    assert ["import dataclass, replace" in t for t in (plain, looped)] == [False, True]
    assert not any("def undirected" in t or "def edge_owner" in t for t in (plain, looped))

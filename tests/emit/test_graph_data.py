"""Graphs as data: which nodes, pairs and graphs are learnt from, and batches of several graphs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from specc.emit.package import write
from specc.pipeline import compile_text

SPECS = Path(__file__).parents[2] / "specs" / "graphs"


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Any]:
    """Writes a spec's package and imports its data.py."""
    sys.path.insert(0, str(tmp_path))

    def load(stem: str, *changes: tuple[str, str]) -> Any:
        text = (SPECS / f"{stem}.spec").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        compiled = compile_text(text, f"{stem}.spec")
        assert compiled.program is not None, [d.message for d in compiled.diagnostics]
        write(compiled.program, tmp_path)
        for name in ("data", "model"):
            sys.modules.pop(name, None)
        return importlib.import_module("data")

    yield load
    sys.path.remove(str(tmp_path))
    for name in ("data", "model"):
        sys.modules.pop(name, None)


def test_the_club_has_one_known_member_of_each_faction(package: Any) -> None:
    splits = package("karate_gcn").load()
    g, faction, labelled, held_out = splits["train"].rows(0, 1).fields()
    assert (g.nodes, len(g.source), len(g)) == (34, 156, 1)
    assert labelled.nonzero().flatten().tolist() == [0, 33]
    assert (labelled ^ held_out).all()
    assert faction[labelled].tolist() == [0, 1]
    assert faction.bincount().tolist() == [17, 17]
    assert splits["test"] is splits["train"]


def test_more_members_can_be_known(package: Any) -> None:
    data = package("karate_gcn", ("labelled=1", "labelled=3"))
    _, faction, labelled, _ = data.load()["train"].rows(0, 1).fields()
    assert faction[labelled].bincount().tolist() == [3, 3]


def edges_of(g: Any) -> set[tuple[int, int]]:
    return set(zip(g.source.tolist(), g.target.tolist(), strict=True))


@pytest.mark.parametrize(
    "source", ["stochastic_blocks(blocks=4, size=25, task=links)", "les_miserables()"]
)
def test_hidden_edges_are_not_in_the_graph(package: Any, source: str) -> None:
    nodes = "77" if "les" in source else "100"
    changes = [
        ("stochastic_blocks(blocks=4, size=25, task=links)", source),
        ("node=100", f"node={nodes}"),
    ]
    splits = package(
        "link_prediction", *changes, ("3_760", str((int(nodes) + 1) * 32 + 33 * 16))
    ).load()
    train, test = (splits[n].rows(0, 1) for n in ("train", "test"))
    known = edges_of(train.g)
    assert edges_of(test.g) == known
    hidden = {tuple(p) for p in test.pairs[test.linked == 1].tolist()}
    assert hidden.isdisjoint(known)
    assert len(hidden) == round(0.2 * (len(known) // 2 + len(hidden)))
    assert int(test.linked.sum()) == len(test.linked) / 2
    apart = {tuple(p) for p in test.pairs[test.linked == 0].tolist()}
    assert apart.isdisjoint(known | hidden)
    assert {tuple(p) for p in train.pairs[train.linked == 1].tolist()} <= known


def test_pairs_without_an_edge_are_drawn_anew(package: Any) -> None:
    split = package("link_prediction").load()["train"]
    first, second = (split.rows(0, 1) for _ in range(2))
    joined = first.linked == 1
    assert (first.pairs[joined] == second.pairs[joined]).all()
    assert not (first.pairs[~joined] == second.pairs[~joined]).all()


def test_a_batch_of_graphs_is_its_graphs_side_by_side(package: Any) -> None:
    splits = package("graph_families").load()
    assert {n: len(s) for n, s in splits.items()} == {"train": 600, "test": 200}
    test = splits["test"]
    three = test.rows(5, 8)
    alone = [test.rows(i, i + 1) for i in range(5, 8)]
    assert (three.g.count, len(three.family)) == (3, 3)
    assert three.g.nodes == sum(a.g.nodes for a in alone)
    first = 0
    for number, one in enumerate(alone):
        mine = three.g.edge_owner == number
        moved = {(a - first, b - first) for a, b in zip(
            three.g.source[mine].tolist(), three.g.target[mine].tolist(), strict=True)}  # fmt: skip
        assert moved == edges_of(one.g)
        assert int((three.g.owner == number).sum()) == one.g.nodes
        first += one.g.nodes


def test_graphs_in_another_order_stay_whole(package: Any) -> None:
    test = package("graph_families").load()["test"]
    order = torch.tensor([3, 0, 7])
    taken = test.at(order)
    for place, row in enumerate(order.tolist()):
        ours, theirs = taken.rows(place, place + 1), test.rows(row, row + 1)
        assert edges_of(ours.g) == edges_of(theirs.g)
        assert ours.family.tolist() == theirs.family.tolist()


def test_families_are_as_often_and_as_large(package: Any) -> None:
    data = package("graph_families")
    whole, family = data.read()
    assert family.bincount().tolist() == [267, 267, 266]
    sizes = torch.bincount(whole.whole.owner)
    assert int(sizes.min()) >= 20
    assert int(sizes.max()) <= 40


def test_a_mask_is_no_setting_of_another_source() -> None:
    text = (
        "specc 1\n\nnetwork Net {\n    in g: graph[node=100]\n    g -> gcn(2)\n}\n"
        "train T {\n    data stochastic_blocks(task=links, labelled=3) as g, pairs, linked\n"
        "    minimize mean(Net(g)^2)\n    optimizer adam(lr=1e-2)\n}\n"
    )
    messages = [d.message for d in compile_text(text, "net.spec").diagnostics]
    assert any("labelled is not for task=links" in m for m in messages), messages


def test_a_batch_of_nodes_comes_with_a_part_of_its_neighbourhood(package: Any) -> None:
    data = package("blocks_sage")
    train = data.load()["train"]
    whole = train.g.of.graph
    part = train.rows(0, 20)
    assert (len(train), len(part)) == (80, 20)
    assert part.labelled.tolist() == [True] * 20 + [False] * (part.g.nodes - 20)
    assert part.g.nodes < whole.nodes
    arriving = torch.bincount(part.g.target, minlength=part.g.nodes)
    assert (arriving[:20] == train.g.of.degree[train.g.of.seeds[:20]].clamp(max=10)).all()
    assert int(arriving[20:].max()) <= 5
    numbers = part.g.node.argmax(1)  # one-hot features say which node it is
    known = edges_of(whole)
    drawn = edges_of(part.g)
    assert len(drawn) == len(part.g.source)
    assert {(int(numbers[a]), int(numbers[b])) for a, b in drawn} <= known
    assert (part.block == data.read()[1][numbers]).all()


def test_neighbourhoods_differ_from_batch_to_batch_and_follow_the_order(package: Any) -> None:
    train = package("blocks_sage").load()["train"]
    order = torch.randperm(len(train))
    moved = [field[order] for field in train.fields()]
    graph, label, mask, _ = (field[0:20] for field in moved)
    assert (graph.node.argmax(1)[:20] == train.g.of.seeds[order][:20]).all()
    assert len(label) == len(mask) == graph.nodes
    again = moved[0][0:20]
    assert not torch.equal(again.node, graph.node)


def test_a_node_without_neighbours_stands_alone(package: Any) -> None:
    changes = [("inside=0.2", "inside=0.001"), ("between=0.02", "between=0.001")]
    train = package("blocks_sage", *changes).load()["train"]
    for start in range(0, 80, 10):
        part = train.rows(start, start + 10)
        assert part.g.nodes >= 10
        assert len(part.block) == part.g.nodes


NPZ = (
    ("karate_club(labelled=1) as g, faction",
     'graph_npz("graph.npz", labelled=2) as g: graph[node=34], faction: category[2]'),
)  # fmt: skip


def archive(folder: Path, **changes: Any) -> None:
    """A ring of six nodes in the working directory."""
    arrays = {
        "node": np.ones((6, 34), np.float32),
        "edges": np.array([[i, (i + 1) % 6] for i in range(6)]),
        "label": np.array([0, 1] * 3),
    }
    np.savez(folder / "graph.npz", **{k: v for k, v in (arrays | changes).items() if v is not None})


def test_a_graph_of_an_archive(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    archive(tmp_path)
    split = package("karate_gcn", *NPZ).load()["train"].rows(0, 1)
    assert (split.g.nodes, len(split.g.source)) == (6, 12)
    assert split.faction.tolist() == [0, 1] * 3
    assert split.labelled.tolist() == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": None}, "has no array label; it has node, edges"),
        ({"node": np.ones((6, 3))}, "node is float64 (6, 3), in the spec 34 a row"),
        ({"node": np.full((6, 34), np.nan)}, "row 1 of node is not finite"),
        ({"edges": np.array([[0, 6]])}, "row 1 of edges has 6, none below 6"),
        ({"edges": np.array([0, 1])}, "edges is int64 (2,), not whole numbers"),
        ({"label": np.array([0, 1, 2, 0, 1, 0])}, "row 3 of label has 2, none below 2"),
        ({"label": np.array([0, 1])}, "label has 2 rows for 6 nodes"),
    ],
)
def test_what_is_wrong_with_an_archive_is_said(
    package: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    archive(tmp_path, **changes)
    data = package("karate_gcn", *NPZ)
    with pytest.raises(data.DataError) as problem:
        data.load()
    assert str(problem.value) == f"graph.npz: {said}"


LIST = (("stochastic_blocks(blocks=4, size=25, task=links)", 'edge_list("edges.csv", nodes=100)'),)


def test_edges_of_a_file(package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{i},{(i + 1) % 100}" for i in range(100)]
    tmp_path.joinpath("edges.csv").write_text("\n".join([*lines, "", "3 4", "5\t5"]))
    splits = package("link_prediction", *LIST).load()
    assert len(splits["train"].rows(0, 1).g.source) == 2 * 80
    assert len(splits["test"].rows(0, 1).pairs) == 40


@pytest.mark.parametrize(
    ("text", "said"),
    [("1,2\n3\n", "line 2 names 1 nodes, not 2"), ("1,2\n", "names 2 nodes, in the spec 100")],
)
def test_what_is_wrong_with_a_list_of_edges_is_said(
    package: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("edges.csv").write_text(text)
    data = package("link_prediction", *LIST)
    with pytest.raises(data.DataError) as problem:
        data.load()
    assert str(problem.value) == f"edges.csv: {said}"


@pytest.mark.parametrize(("neighbours", "inside", "corner"), [(8, 8, 3), (4, 4, 2)])
def test_a_pixel_is_joined_to_those_around_it(
    package: Any, neighbours: int, inside: int, corner: int
) -> None:
    data = package("digit_pixels", ("pixel_graphs as", f"pixel_graphs(neighbours={neighbours}) as"))
    g = data.load()["test"].rows(3, 4).g
    degree = g.degree(g.target).reshape(8, 8)
    assert (degree[1:-1, 1:-1] == inside).all()
    assert degree[0, 0] == degree[7, 7] == corner
    assert {(b, a) for a, b in edges_of(g)} == edges_of(g)
    assert g.node[:, 1].reshape(8, 8)[:, 0].tolist() == pytest.approx([i / 7 for i in range(8)])

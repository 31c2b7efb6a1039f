"""Many graphs in an archive of the user: each keeps its nodes and edges, and mistakes have a row."""

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

SPEC = """specc 1

network Kind {{
    in g: graph[node=2{edge}]
    h = g -> gcn(4)
    mean(h, axis=nodes) -> linear(3)
}}

train Many {{
    data graphs_npz("g.npz"{more}) as g: graph[node=2{edge}], kind: {kind}
    minimize {loss}(Kind(g), kind)
    optimizer adam(lr=1e-2)
    batch 4
    epochs 1
}}
"""


def compiled(edge: str = "", more: str = "", kind: str = "category[3]", loss: str = "") -> Any:
    loss = loss or ("cross_entropy" if "category" in kind else "mse")
    text = SPEC.format(edge=edge, more=more, kind=kind, loss=loss)
    if kind == "scalar":
        text = text.replace("linear(3)", "linear(1) -> reshape[]")
    return compile_text(text)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes an archive and a package, and imports its data.py."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def load(arrays: dict[str, Any], **spec: str) -> Any:
        np.savez("g.npz", **{k: v for k, v in arrays.items() if v is not None})
        program = compiled(**spec).program
        assert program is not None
        write(program, tmp_path)
        for name in ("data", "model"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module("data")

    yield load
    for name in ("data", "model"):
        sys.modules.pop(name, None)


def rings(**changes: Any) -> dict[str, Any]:
    """Ten rings of 3, 4, 5 nodes in turn; the features of a node are its ring and its place in it."""
    sizes = [3 + g % 3 for g in range(10)]
    firsts = np.cumsum([0, *sizes[:-1]])
    edges = [(f + i, f + (i + 1) % n) for f, n in zip(firsts, sizes, strict=True) for i in range(n)]
    node = [(g, i) for g, n in enumerate(sizes) for i in range(n)]
    owner = [g for g, n in enumerate(sizes) for _ in range(n)]
    arrays: dict[str, Any] = {
        "node": np.array(node, np.float32),
        "edges": np.array(edges),
        "owner": np.array(owner),
        "label": np.arange(10) % 3,
    }
    return arrays | changes


def test_each_graph_keeps_its_own(reader: Any) -> None:
    splits = reader(rings()).load()
    assert {name: len(split) for name, split in splits.items()} == {"train": 8, "test": 2}
    batch, kind = splits["train"].rows(0, 4).fields()
    assert kind.tolist() == [1, 2, 0, 1]
    assert (len(batch), batch.nodes) == (4, 4 + 5 + 3 + 4)
    assert len(batch.source) == 2 * batch.nodes  # both ways round the ring
    assert torch.equal(batch.owner[batch.source], batch.owner[batch.target])
    assert batch.node[:, 0].unique().tolist() == [1, 2, 3, 4]
    around = (batch.node[batch.source, 1] - batch.node[batch.target, 1]).abs()
    assert ((around == 1) | (around >= 2)).all()


def test_features_of_edges_and_numbers_to_be_found(reader: Any) -> None:
    arrays = rings(edge=np.arange(39.0)[:, None], label=np.arange(30.0).reshape(10, 3))
    data = reader(arrays, edge=", edge=1", more=", directed=true", kind="vector[3]")
    graphs, values = data.load()["test"].rows(0, 2).fields()
    assert graphs.edge.flatten().tolist() == [0, 1, 2, *range(19, 24)]
    assert values.tolist() == [[0, 1, 2], [15, 16, 17]]
    scalar = reader(rings(label=np.arange(10.0)), kind="scalar", loss="mse")
    assert scalar.load()["test"].kind.tolist() == [0.0, 5.0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": None}, "has no array owner; it has node, edges, label"),
        ({"owner": np.arange(7)}, "owner has 7 rows for 39 nodes"),
        ({"owner": np.arange(39) * 0 + 2}, "graph 0 has no node in owner"),
        ({"edges": np.array([[0, 1], [0, 3]])}, "row 2 of edges joins nodes of two graphs"),
        ({"edges": np.array([[0, 99]])}, "row 1 of edges has 99, none below 39"),
        ({"label": np.arange(4) % 3}, "label has 4 rows for 10 graphs"),
        ({"label": np.arange(10)}, "row 4 of label has 3, none below 3"),
        ({"node": np.ones((39, 3))}, "node is float64 (39, 3), in the spec 2 a row"),
    ],
)
def test_what_is_wrong_with_an_archive_is_said(
    changes: dict[str, Any], said: str, reader: Any
) -> None:
    data = reader(rings(**changes))
    with pytest.raises(data.DataError) as problem:
        data.load()
    assert str(problem.value) == f"g.npz: {said}"


@pytest.mark.parametrize(
    "kind", ["category[3], more: scalar", "image[1, 2, 2]", "tokens[4, vocab=3]"]
)
def test_a_label_is_one_class_or_numbers(kind: str) -> None:
    found = [f"{d.code} {d.message}" for d in compiled(kind=kind, loss="mse").diagnostics]
    assert any(said.startswith("E202") for said in found), found

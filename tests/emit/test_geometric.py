"""Graphs of PyTorch Geometric: read where it is installed, refused in one line where it is not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from specc.emit.package import write
from specc.pipeline import compile_text

SPEC = """specc 1

network Members {{
    in g: graph[node=3]
    g -> self_loops -> gcn(4) -> relu -> gcn(2)
}}

train Graph {{
    data geometric({source}) as g: graph[node=3], kind: category[2]
    minimize cross_entropy(Members(g), kind, where=labelled)
    optimizer adam(lr=1e-2)
    epochs 2
    metric accuracy(Members(g), kind, where=held_out)
}}
"""
CORA = 'Planetoid, name="Cora", labelled=1'


def codes(source: str) -> list[str]:
    found = compile_text(SPEC.format(source=source)).diagnostics
    return [f"{d.code} {d.message}" for d in found]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Any]:
    """Writes the package and imports its data.py."""
    sys.path.insert(0, str(tmp_path))

    def load(source: str = CORA) -> Any:
        program = compile_text(SPEC.format(source=source)).program
        assert program is not None, codes(source)
        write(program, tmp_path)
        for name in ("data", "model"):
            sys.modules.pop(name, None)
        return importlib.import_module("data")

    yield load
    sys.path.remove(str(tmp_path))
    for name in ("data", "model"):
        sys.modules.pop(name, None)


def ring(**changes: Any) -> SimpleNamespace:
    """A ring of four nodes as PyTorch Geometric gives it: both directions of each edge."""
    one = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    both = torch.cat((one, one.flip(0)), 1)
    return SimpleNamespace(
        **{"x": torch.ones(4, 3), "y": torch.tensor([0, 1, 0, 1]), "edge_index": both} | changes
    )


def installed(monkeypatch: pytest.MonkeyPatch, graph: object) -> list[tuple[Any, ...]]:
    """Stands for PyTorch Geometric; the arguments that its class is made with."""
    asked: list[tuple[Any, ...]] = []

    def planetoid(*given: Any) -> list[object]:
        asked.append(given)
        if isinstance(graph, Exception):
            raise graph
        return [graph]

    package, datasets = ModuleType("torch_geometric"), ModuleType("torch_geometric.datasets")
    datasets.__dict__["Planetoid"] = planetoid
    package.__dict__["datasets"] = datasets
    monkeypatch.setitem(sys.modules, "torch_geometric", package)
    monkeypatch.setitem(sys.modules, "torch_geometric.datasets", datasets)
    return asked


def test_a_graph_is_read(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = installed(monkeypatch, ring())
    split = reader(f'{CORA}, path="graphs"').load()["train"].rows(0, 1)
    assert asked == [("graphs", "Cora")]
    assert (split.g.nodes, len(split.g.source)) == (4, 8)
    assert split.kind.tolist() == [0, 1, 0, 1]
    assert split.labelled.tolist() == [True, True, False, False]


def test_a_large_graph_is_read_in_parts(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, ring())
    train = reader(f"{CORA}, neighbours=[1, 1]").load()["train"]
    part = train.rows(0, 2)
    assert len(train) == 2
    assert 2 <= part.g.nodes <= 4
    assert part.labelled.tolist()[:2] == [True, True]


def test_it_must_be_installed(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch_geometric", None)
    data = reader()
    with pytest.raises(data.DataError, match=r"not installed .*: pip install torch_geometric"):
        data.load()


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (ring(x=None), "Planetoid Cora: x is None, in the spec 3 a row"),
        (ring(x=torch.ones(4, 5)), "x is (4, 5), in the spec 3 a row"),
        (ring(y=torch.tensor([0, 1, 2, 1])), "row 3 of y is no class below 2"),
        (OSError("no network"), "Planetoid Cora cannot be read (OSError: no network)"),
    ],
)
def test_what_does_not_fit_is_said(
    graph: object, said: str, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, graph)
    data = reader()
    with pytest.raises(data.DataError) as problem:
        data.load()
    assert said in str(problem.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Planetoid", "Planetoid has several graphs"),
        ('KarateClub, name="x"', "KarateClub is one graph"),
        ("Cora", "E20"),
        ('Planetoid, name="a\\"b"', "E20"),
        ('Planetoid, name="{x}"', "E20"),
    ],
)
def test_what_is_no_graph_of_it(source: str, said: str) -> None:
    assert any(said in line for line in codes(source)), codes(source)

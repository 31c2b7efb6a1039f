"""Several sources in one train block: rows that are drawn apart."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from specc.emit.package import package, write
from specc.pipeline import compile_text
from tests import reviewers, scripts

SPEC = """specc 1

network Net {{
    in x: vector[2]
    x -> linear(2)
}}

train T {{
    {data}
    minimize mse(Net(a), a) + mse(Net(b), b)
    optimizer adam(lr=1e-3)
    batch 7
    epochs 2
    {more}
}}
"""
TWO = """data gaussians(examples=50) as a, mode
    data moons(examples=30, seed=3) as b"""


def compiled(data: str, more: str = "") -> Any:
    return compile_text(SPEC.format(data=data, more=more), "model.spec")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Writes a package and imports one of its modules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("data", "data_1", "data_2", "data_3", "model", "train", "trainer")

    def load(data: str = TWO, more: str = "", module: str = "data") -> Any:
        found = compiled(data, more)
        assert found.program is not None, [d.message for d in found.diagnostics]
        write(found.program, tmp_path)
        for name in names:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(module)

    yield load
    for name in names:
        sys.modules.pop(name, None)


def test_the_shorter_source_begins_again(reader: Any) -> None:
    train = reader().load()["train"]
    assert train.a.shape == train.b.shape == (40, 2)
    assert train.mode.shape == (40,)
    assert torch.equal(train.b[24:], train.b[:16])
    assert len(train.b.unique(dim=0)) == 24
    test = reader().load()["test"]
    assert (len(test), len(test.b.unique(dim=0))) == (10, 6)


def test_three_sources_and_a_validation_split(reader: Any) -> None:
    data = f"{TWO}\n    data iris as flower, kind"
    splits = reader(data, "validation 0.5").load(0.5, 0)
    assert {name: len(split) for name, split in splits.items()} == {
        "train": 60, "validation": 60, "test": 30
    }  # fmt: skip
    assert splits["train"].flower.shape == (60, 4)
    seen = {tuple(row.tolist()) for row in splits["train"].a}
    assert not seen & {tuple(row.tolist()) for row in splits["validation"].a}


def test_rows_are_drawn_apart_and_anew(reader: Any) -> None:
    """In an epoch each row of the longer source comes once, beside others than in the epoch before."""
    kind = reader(module="train").Training
    run = kind.__new__(kind)
    run.args, run.device = SimpleNamespace(seed=1, batch=7), torch.device("cpu")
    run.train = range(40)
    orders = []
    for epoch in (0, 1, 0):
        run.shuffle(epoch)
        orders.append(run.order)
    assert torch.equal(orders[0], orders[2])
    for order in orders:
        assert order.shape == (40, 2)
        assert torch.equal(order.sort(0).values, torch.arange(40)[:, None].expand(40, 2))
        assert not torch.equal(order[:, 0], order[:, 1])
    beside = [dict(order.tolist()) for order in orders[:2]]
    assert sum(beside[0][row] == beside[1][row] for row in range(40)) < 10


def test_the_file_with_a_mistake_is_named(reader: Any) -> None:
    np.savez("t.npz", x=np.full((9, 2), np.nan))
    data = reader('data moons(examples=30) as a\n    data npz("t.npz", keys=["x"]) as b: vector[2]')
    with pytest.raises(data.DataError, match=r"t[.]npz: row 1 of x is not finite"):
        data.load()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("data karate_club as g, kind", "karate_club stands alone"),
        ("data random_graphs as g, kind", "random_graphs stands alone"),
        ("data windows(echo(lag=2, length=8), steps=4) as s, t, k", "windows stands alone"),
        ("data moons as a", "a"),
        ("data nothing as b", 'no data set "nothing"'),
    ],
)
def test_what_stands_alone(second: str, said: str) -> None:
    found = compiled(f"data moons as a\n    data iris as flower\n    {second}").diagnostics
    lines = [f"{d.code} {d.message}" for d in found]
    assert any(said in line for line in lines), lines
    assert not any("E190" in line for line in lines)


def test_each_source_has_a_module() -> None:
    found = compiled(TWO)
    assert found.program is not None
    files = package(found.program)
    assert {"data.py", "data_1.py", "data_2.py"} <= set(files)
    assert "OWNERS = (0, 0, 1)" in files["data.py"]
    assert re.search(r"from data import OWNERS, DataError, Split", files["trainer.py"])


@pytest.mark.slow
def test_it_trains_and_reads_well(reader: Any, tmp_path: Path) -> None:
    reader()
    (tmp_path / "__init__.py").unlink()
    assert not reviewers.formatter_and_linter(tmp_path)
    assert not reviewers.type_checker(tmp_path, "data.py", "data_1.py", "data_2.py")
    for flags in ((), ("--resume", "--epochs", "3")):
        trained = scripts.run(tmp_path / "train.py", "--quiet", *flags, cwd=tmp_path)
        assert trained.returncode == 0, trained.stderr

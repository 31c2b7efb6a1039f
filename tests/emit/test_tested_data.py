"""Data of two sources: one is learnt from, the other is tested."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from specc.emit.data import data_files
from specc.pipeline import compile_text
from tests import reviewers
from tests.emit.test_data import plan

CSV = 'csv("a.csv", test=csv("b.csv")) as x: vector[2], y: category[3]'
SOURCES = {
    "csv": (CSV, 30, 12),
    "csv, fitted": (CSV.replace('"a.csv"', '"a.csv", transform=standardize, train=20'), 20, 12),
    "npz": ('npz("a.npz", test=npz("b.npz")) as x: vector[3]', 9, 4),
    "npy": ('npy("a.npy", test=npy("b.npy")) as x: vector[3]', 9, 4),
    "moons": ("moons(examples=50, test=moons(examples=30, noise=0.4, seed=2)) as x, y", 50, 30),
    "digits": ("digits(size=12, test=digits(size=12, binarize=0.5)) as x, y", 1797, 1797),
    "pairs": ("pairs(iris(test=iris), each=1) as a, b, same", 300, 300),
    "episodes": (
        "episodes(digits(test=digits), ways=3, examples=20, tests=4) as x, y, q, a",
        20,
        4,
    ),
}


def write_files(words: str = "cat dog fox") -> None:
    for name, rows, classes in (("a", 30, "cat dog fox"), ("b", 12, words)):
        lines = [f"{i},{i / 2},{classes.split()[i % 3]}" for i in range(rows)]
        Path(f"{name}.csv").write_text("\n".join(["u,v,kind", *lines]), encoding="utf-8")
    for name, rows in (("a", 9), ("b", 4)):
        values = np.full((rows, 3), rows, dtype=np.float32)
        np.savez(f"{name}.npz", x=values)
        np.save(f"{name}.npy", values)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    write_files()
    yield
    for name in ("data", "data_tested"):
        sys.modules.pop(name, None)


def made(data: str, more: str = "") -> Any:
    for name, text in data_files(plan(data, more), "data").items():
        Path(name).write_text(text, encoding="utf-8")
        sys.modules.pop(name.removesuffix(".py"), None)
    importlib.invalidate_caches()
    return importlib.import_module("data")


@pytest.mark.parametrize(("data", "known", "asked"), SOURCES.values(), ids=SOURCES)
def test_all_of_one_is_learnt_and_all_of_the_other_tested(
    data: str, known: int, asked: int
) -> None:
    splits = made(data).load()
    assert {name: len(split) for name, split in splits.items()} == {"train": known, "test": asked}
    types = [t for _, t in plan(data).body.inputs]
    for split in splits.values():
        for type, values in zip(types, split.fields(), strict=True):
            assert values.shape[1:] == type.sizes


def test_validation_rows_are_of_the_first() -> None:
    splits = made('npz("a.npz", test=npz("b.npz")) as x: vector[3]', "validation 0.34").load(
        0.34, 0
    )
    assert {n: set(s.x.flatten().tolist()) for n, s in splits.items()} == {
        "train": {9.0}, "validation": {9.0}, "test": {4.0}
    }  # fmt: skip


def test_a_transform_is_fitted_on_what_is_learnt() -> None:
    data = made(CSV.replace('"a.csv"', '"a.csv", transform=standardize'))
    splits = data.load()
    assert torch.allclose(splits["train"].x.mean(0), torch.zeros(2), atol=1e-5)
    back = data.transform().invert(splits["test"].x)
    assert torch.allclose(back[:, 0], torch.arange(12.0), atol=1e-4)


def test_the_file_with_a_mistake_is_named() -> None:
    data = made(CSV)
    text = Path("b.csv").read_text(encoding="utf-8").replace("3,1.5", "3,many")
    Path("b.csv").write_text(text, encoding="utf-8")
    with pytest.raises(data.DataError, match=r"b[.]csv: line 5, column v: 'many' is no number"):
        data.load()


def test_the_names_of_classes_are_the_same() -> None:
    write_files("cat dog wolf")
    data = made(CSV)
    with pytest.raises(
        data.DataError, match=r"a[.]csv: has the classes cat, dog, fox, and b[.]csv"
    ):
        data.load()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("iris(test=wine) as x, y", "the fields of wine are not those of iris"),
        ("iris(test=digits) as x, y", "the fields of digits are not those of iris"),
        ("iris(test=flowers) as x, y", 'no data set "flowers"'),
        ("iris(test=iris(test=0.2)) as x, y", "leave test= out there"),
        ("wine(test=wine(standardize=true)) as x, y", "leave standardize= out there"),
        ("wine(test=wine, split_seed=4) as x, y", "split_seed is for a random split"),
        ("pixel_graphs(test=pixel_graphs) as g, y", "each read from one source"),
        ("karate_club(test=karate_club) as g, y", "no rows to be tested apart"),
        ('text("a.txt", test=text("b.txt")) as x, y', "each text numbers its own symbols"),
        ('npz("a.npz", test=iris) as x: vector[3]', "the fields of iris are not those of npz"),
        ('csv("a.csv", test=npy("b.npy")) as x: vector[2], y: category[3]', "npy reads 1 field"),
        ("pairs(digits(test=digits), held_out=[1, 2]) as a, b, same", "leave test= of digits out"),
        ("iris(test=2) as x, y", "E204"),
        ("iris(test=0.0) as x, y", "E204"),
        ('iris(test="b") as x, y', "test"),
    ],
)
def test_what_cannot_be_tested(data: str, said: str) -> None:
    net = "network N {\n    in x: vector[1]\n    x -> linear(1)\n}\n"
    text = f"specc 1\n{net}train T {{\n    data {data}\n}}\n"
    found = [f"{d.code} {d.message}" for d in compile_text(text).diagnostics]
    assert any(said in line for line in found), found


@pytest.mark.slow
def test_how_it_reads() -> None:
    for number, data in enumerate((CSV, SOURCES["moons"][0])):
        folder = Path(f"package{number}")
        folder.mkdir()
        for name, text in data_files(plan(data), "data").items():
            (folder / name).write_text(text, encoding="utf-8")
        assert not reviewers.formatter_and_linter(folder)
        assert not reviewers.type_checker(folder, "data.py", "data_tested.py")

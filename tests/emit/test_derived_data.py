"""Generated data.py of tasks of few items, and of classes held out: who is in which split and task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.pipeline import compile_text
from tests.emit.test_data import module, plan, refused

FIELDS = "as x, label, query, answer"


def classes_of(made: Any, items: torch.Tensor) -> torch.Tensor:
    """The true classes of items, found by their values."""
    every, label = made.read()
    known = {tuple(row.flatten().tolist()): int(y) for row, y in zip(every, label, strict=True)}
    rows = items.flatten(0, 1)
    found = [known[tuple(row.flatten().tolist())] for row in rows]
    return torch.tensor(found).reshape(items.shape[:2])


def codes_of(data: str) -> set[str]:
    net = "network N {\n    in x: vector[1]\n    x -> linear(1)\n}\n"
    found = compile_text(f"specc 1\n{net}train T {{\n    data {data}\n}}\n").diagnostics
    return {f"{d.code} {d.message}" for d in found}


def test_a_task_is_true_and_asks_about_other_items(tmp_path: Path) -> None:
    data = f"episodes(digits, ways=4, shots=2, queries=3, examples=12, tests=5) {FIELDS}"
    made = module(data, tmp_path)
    splits = made.load()
    assert {name: len(split) for name, split in splits.items()} == {"train": 12, "test": 5}
    split = splits["train"]
    assert split.x.shape == (12, 8, 1, 8, 8)
    assert split.query.shape == (12, 12, 1, 8, 8)
    assert split.label.dtype == split.answer.dtype == torch.int64
    known, asked = classes_of(made, split.x), classes_of(made, split.query)
    for task in range(12):
        assert len(known[task].unique()) == 4
        names = dict(zip(split.label[task].tolist(), known[task].tolist(), strict=True))
        assert [names[n] for n in split.label[task].tolist()] == known[task].tolist()
        assert [names[n] for n in split.answer[task].tolist()] == asked[task].tolist()
        items = torch.cat((split.x[task], split.query[task])).flatten(1)
        assert len(items.unique(dim=0)) == 20
    assert len({tuple(row) for row in known.tolist()}) > 6  # other classes in other tasks


@pytest.mark.parametrize("data", ["episodes(iris, ways=1)", "episodes(iris, ways=4)"])
def test_as_many_classes_as_there_are(data: str) -> None:
    assert any(said.startswith("E204") for said in codes_of(f"{data} {FIELDS}"))


def test_classes_held_out_are_in_the_test_only(tmp_path: Path) -> None:
    data = "episodes(digits(flat=true), ways=3, held_out=[7, 8, 9], examples=20, tests=9)"
    made = module(f"{data} {FIELDS}", tmp_path)
    splits = made.load()
    assert set(classes_of(made, splits["test"].x).flatten().tolist()) == {7, 8, 9}
    assert set(classes_of(made, splits["train"].query).flatten().tolist()) == set(range(7))
    pairs = module("pairs(digits(flat=true), each=1, held_out=[0, 5]) as a, b, same", tmp_path)
    test = pairs.load()["test"]
    assert set(classes_of(pairs, test.a[:, None]).flatten().tolist()) == {0, 5}
    assert test.same.mean() == 0.5


def test_validation_tasks_are_of_training_rows(tmp_path: Path) -> None:
    data = f"episodes(digits(flat=true), ways=3, held_out=[7, 8, 9], tests=9) {FIELDS}"
    made = module(data, tmp_path, "validation 0.2")
    splits = made.load(0.2, seed=0)
    assert len(splits["validation"]) == 9
    assert classes_of(made, splits["validation"].x).max() < 7
    held = {tuple(r.tolist()) for r in splits["validation"].x.flatten(0, 1)}
    learnt = {tuple(r.tolist()) for r in splits["train"].x.flatten(0, 1)}
    assert not held & learnt


def test_the_transform_is_fitted_before_tasks_are_made(tmp_path: Path) -> None:
    data = f"episodes(wine(standardize=true), ways=2, held_out=[2], tests=2) {FIELDS}"
    assert any("2 classes" in said or "held_out names" in said for said in codes_of(data))
    made = module(f"episodes(wine(standardize=true), ways=3, tests=2) {FIELDS}", tmp_path)
    assert made.load()["train"].x.mean().abs() < 0.5
    assert made.transform().invert(made.load()["test"].x[0]).max() > 100


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("held_out=[7, 7, 8, 9, 1]", "names a class twice"),
        ("held_out=[8, 9, 10, 11, 12]", "0 to 9"),
        ("held_out=[9]", "names 5 to 5"),
        ("ways=11", "10 classes of digits"),
        ("shots=0", "at least 1"),
    ],
)
def test_what_no_task_can_be_made_of(setting: str, said: str) -> None:
    found = codes_of(f"episodes(digits, {setting}) {FIELDS}")
    assert any(said in text for text in found), found
    assert not any(text.startswith("E190") for text in found)


def test_only_items_with_a_class_make_tasks() -> None:
    assert any("needs items with a class" in s for s in codes_of(f"episodes(diabetes) {FIELDS}"))
    known = codes_of(f"episodes(digits(test=0.3), ways=2, held_out=[1, 2]) {FIELDS}")
    assert any("leave test= of digits out" in s for s in known)


def test_too_few_items_of_a_class(tmp_path: Path) -> None:
    said = refused(f"episodes(iris, ways=3, shots=50) {FIELDS}", tmp_path)
    assert "a task needs 3 classes" in said
    assert "0 classes with 55 items" in said


@given(ways=st.integers(2, 5), shots=st.integers(1, 3), queries=st.integers(1, 3))
@settings(max_examples=10, deadline=None)
def test_the_front_says_the_shapes(ways: int, shots: int, queries: int) -> None:
    data = f"episodes(digits, ways={ways}, shots={shots}, queries={queries}) {FIELDS}"
    sizes = [t.sizes for _, t in plan(data).body.inputs]
    known, asked = ways * shots, ways * queries
    assert sizes == [(known, 1, 8, 8), (known,), (asked, 1, 8, 8), (asked,)]

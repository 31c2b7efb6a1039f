"""Generated data.py of sequences: every task holds what its rule says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from specc.pipeline import compile_text
from tests.emit.test_data import module, plan, refused


def rows(data: str, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = module(data, folder).load()
    return found


def test_two_marked_numbers_are_added(tmp_path: Path) -> None:
    for split in rows("adding(length=9, examples=40) as x, y", tmp_path).values():
        numbers, marks = split.x[..., 0], split.x[..., 1]
        assert split.x.shape[1:] == (9, 2)
        assert (marks.sum(1) == 2).all()
        assert (marks[:, :4].sum(1) == 1).all()
        torch.testing.assert_close((numbers * marks).sum(1, keepdim=True), split.y)


def test_as_many_b_as_a(tmp_path: Path) -> None:
    split = rows("anbn(length=4, examples=100) as x, y, where_", tmp_path)["train"]
    for symbols, after, counts in zip(split.x, split.y, split.where_, strict=True):
        n = int((symbols == 1).sum())
        assert 1 <= n <= 4
        assert symbols.tolist() == [3] + [1] * n + [2] * n + [0] * (8 - 2 * n)
        assert after[: 2 * n + 1].tolist() == [1] * n + [2] * n + [3]
        assert counts.nonzero().flatten().tolist() == list(range(n + 1, 2 * n + 1))


@pytest.mark.parametrize("longer", [False, True])
def test_parity_of_the_bits_so_far(longer: bool, tmp_path: Path) -> None:
    more = ", test_length=8" if longer else ""
    found = rows(f"parity(length=5{more}, examples=100) as x, y, valid", tmp_path)
    for split in found.values():
        wanted = split.x[..., 0].cumsum(1) % 2
        assert (split.y == wanted).all()
        assert (split.x[..., 0] * ~split.valid == 0).all()
    assert found["train"].valid.sum(1).max() == 5
    assert found["test"].valid.sum(1).min() >= (6 if longer else 1)


def test_reversal_ends_where_the_sequence_does(tmp_path: Path) -> None:
    data = "reversal(length=6, shortest=3, symbols=4, examples=60) as x, y, before, valid"
    split = rows(data, tmp_path)["train"]
    for symbols, backwards, before, valid in zip(*split.fields(), strict=True):
        length = int(valid.sum())
        assert 3 <= length <= 6
        assert symbols[:length].flip(0).tolist() == backwards[:length].tolist()
        assert before[:length].tolist() == [5, *backwards[: length - 1].tolist()]
        assert symbols[length:].sum() + backwards[length:].sum() + before[length:].sum() == 0
        assert symbols[:length].min() >= 1
    plain = rows("reversal(length=6, examples=20) as x, y, before, valid", tmp_path)["train"]
    assert plain.valid.all()


def test_an_echo_comes_after_its_lag(tmp_path: Path) -> None:
    split = rows("echo(lag=3, length=10, examples=20) as x, y, valid", tmp_path)["train"]
    assert (split.x[:, :-3, 0] == split.y[:, 3:]).all()
    assert (split.valid.sum(1) == 7).all()


def test_digits_are_named(tmp_path: Path) -> None:
    made = module("digit_names as x, name, before", tmp_path)
    image, names, before = made.read()
    assert image.shape == (1797, 1, 8, 8)
    words = ["".join(made.LETTERS[n] for n in name).strip() for name in names[:10].tolist()]
    assert tuple(words) == made.NAMES
    assert (before[:, 0] == 16).all()
    assert (before[:, 1:] == names[:, :-1]).all()


def test_windows_of_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("poem.txt").write_text("a rose is a rose is a rose " * 4, encoding="utf-8")
    made = module('text("poem.txt", length=5, vocab=4) as x, y', tmp_path)
    assert made.vocabulary() == [" ", "s", "a"]
    x, y = made.read()
    assert (x[0].tolist(), y[0].tolist()) == ([3, 1, 0, 0, 2], [1, 0, 0, 2, 0])
    assert (x.flatten()[1:] == y.flatten()[:-1]).all()
    words = module('text("poem.txt", length=2, level=word) as x, y', tmp_path)
    assert words.vocabulary() == ["a", "rose", "is"]


def test_a_text_that_is_too_short_or_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no such file" in refused('text("gone.txt") as x, y', tmp_path).lower()
    Path("short.txt").write_text("short", encoding="utf-8")
    assert "5 characters make no window of 64" in refused('text("short.txt") as x, y', tmp_path)


def test_lengths_that_do_not_fit_are_refused() -> None:
    for data in (
        "parity(length=5, test_length=5) as x, y",
        "reversal(length=3, shortest=4) as x, y",
        "echo(lag=10, length=10) as x, y",
        "parity(length=5, test_length=8, test=0.2) as x, y",
    ):
        net = "network N {\n    in x: vector[1]\n    x -> linear(1)\n}\n"
        text = f"specc 1\n{net}train T {{\n    data {data}\n}}\n"
        assert "E204" in {d.code for d in compile_text(text).diagnostics}, data
    assert plan("adding as x, y").body.inputs[0][1].sizes == (50, 2)

"""Windows of a file whose rows are the steps of one series: what they hold, and how they are split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from specc.pipeline import compile_text
from tests.emit.test_data import module

NET = "network N {\n    in x: vector[1]\n    x -> linear(1)\n}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines = [f"{t},{-t},{t % 3}" for t in range(50)]
    Path("s.csv").write_text("\n".join(["a,b,kind", *lines]) + "\n", encoding="utf-8")
    x = np.arange(50, dtype=np.float32)[:, None]
    np.savez("s.npz", x=x, y=np.arange(50) % 4)
    return tmp_path


def test_the_series_itself_is_told(folder: Path) -> None:
    fields = "as x: sequence[4, 3], y: vector[3]"
    splits = module(f'windows(csv("s.csv"), steps=4) {fields}', folder).load()
    train, test = splits["train"], splits["test"]
    assert (len(train), len(test)) == (36, 6)
    assert train.x[2, :, 0].tolist() == [2, 3, 4, 5]
    assert train.y[2].tolist() == [6, -6, 0]
    assert train.y[:, 0].max() == 39  # the last fifth is for testing
    assert test.x[0, 0, 0] == 40


def test_stride_and_horizon(folder: Path) -> None:
    fields = "as x: sequence[4, 3], y: vector[3]"
    made = module(f'windows(csv("s.csv"), steps=4, stride=5, horizon=3) {fields}', folder)
    train = made.load()["train"]
    assert train.x[:, 0, 0].tolist() == [0, 5, 10, 15, 20, 25, 30]
    assert train.y[:, 0].tolist() == [6, 11, 16, 21, 26, 31, 36]


def test_a_column_is_asked_for(folder: Path) -> None:
    source = 'windows(csv("s.csv", target="kind", test=0.5), steps=4)'
    train = module(f"{source} as x: sequence[4, 2], y: category[3]", folder).load()["train"]
    assert train.y.tolist() == [(t + 3) % 3 for t in range(22)]
    train = module(f"{source} as x: sequence[4, 2], y: tokens[4, vocab=3]", folder).load()["train"]
    assert train.y[1].tolist() == [1, 2, 0, 1]


def test_arrays_of_an_archive(folder: Path) -> None:
    fields = "as x: sequence[5, 1], y: tokens[5, vocab=4]"
    train = module(f'windows(npz("s.npz"), steps=5) {fields}', folder).load()["train"]
    assert torch.equal(train.x[..., 0].long() % 4, train.y)
    alone = module('windows(npz("s.npz"), steps=5) as x: sequence[5, 1]', folder).load()
    assert len(alone["test"]) == 6


def test_a_transform_knows_the_training_rows_alone(folder: Path) -> None:
    source = 'windows(csv("s.csv", transform=minmax), steps=4)'
    splits = module(f"{source} as x: sequence[4, 3], y: vector[3]", folder).load()
    assert splits["train"].x.max() == 1
    assert splits["test"].y[:, 0].min() > 1


def test_too_few_rows(folder: Path) -> None:
    made = module('windows(csv("s.csv"), steps=12) as x: sequence[12, 3], y: vector[3]', folder)
    with pytest.raises(Exception, match="the 10 rows for test make no window; 13 are needed"):
        made.load()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            'windows(csv("s.csv"), steps=4) as x: vector[3]',
            "the first field is a window, as in x: sequence[4, 3]",
        ),
        (
            'windows(csv("s.csv"), steps=4) as x: sequence[5, 3]',
            "a window has 4 steps, and a field of 5 is written",
        ),
        (
            'windows(csv("s.csv"), steps=4) as x: sequence[4, 3], y: category[2]',
            "the second field is what the series is later: 3 numbers; a column of its own",
        ),
        ('windows(images("s", size=8, classes=2), steps=4) as x', "windows needs sequences"),
        ("windows(echo, steps=12, stride=3) as x", "stride is for a file"),
        (
            'windows(csv("s.csv", test=0.2, split_seed=1), steps=4) as x: sequence[4, 3]',
            "the rows are split in the order of time",
        ),
    ],
)
def test_what_does_not_fit(data: str, message: str) -> None:
    found = compile_text(f"specc 1\n{NET}train T {{\n    data {data}\n}}\n").diagnostics
    assert any(message in d.message for d in found), [d.message for d in found]

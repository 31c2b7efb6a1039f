"""Nothing that is written in a spec is ignored: whatever is deleted or changed is missed or refused."""

from __future__ import annotations

import random
from itertools import zip_longest
from pathlib import Path

import pytest

from specc.pipeline import compile_text
from tests.laws.deadness import changes, observed

# The words of this one come from outside: how many symbols its trees could have is read by nothing.
UNREAD = "published_counts_rntn"
SPECS = [
    p
    for p in sorted(Path(__file__).parents[2].joinpath("specs").rglob("*.spec"))
    if p.stem != UNREAD
]
EACH = 3
"""Changes that are tried of each spec."""

MANY = """specc 1

param width = 8

block twice(channels, depth=2, bias=true) {
    in x
    weight gain[channels]
    buffer shift[channels] = 0.5
    h = x -> linear(channels, bias=bias) -> repeat depth { linear(channels) -> relu }
    out y = h * gain + shift if depth > 2 else h
}

network Net {
    in x: vector[64]
    let shared = linear(64)
    z ~ frozen normal(0, 1)[64]
    h = (x + z) -> shared -> shared -> twice(width, depth=3) as T
    out y = h -> dropout(0.25) -> linear(10) as logits
}

train One {
    data digits(flat=true, size=8) as x, label
    logits = Net(x)
    minimize 0.5 * cross_entropy(logits, label, label_smoothing=0.1) + 0.01 * mean(square(logits))
    optimizer adam(lr=2e-3, betas=[0.8, 0.99], weight_decay=0.1)
    schedule cosine(warmup=10)
    batch 32
    epochs 12
    seed 3
    clip_grad_norm 2.5
    accumulate 2
    ema 0.99
    checkpoint every 3 epochs
    early_stopping 4
    validation 0.2
    precision bfloat16
    metric accuracy(logits, label)
    show grid(x) every 2 epochs
    show grid(x, x) every 70 steps
}

sample S {
    z ~ normal(0, 2)[64]
    show grid(Net(z))
    count 9
    seed 4
}

sample U {
    z ~ normal(0, 3)[64]
    show grid(Net(z))
    count 5
    seed 6
}

answers "by hand" (marks=2, tolerance=0.01) {
    T.params = 752
    logits.output = [10]
}
expect test.accuracy >= 0.1
"""


def ignored(text: str, most: int | None = None) -> list[str]:
    """The changes of a text that change nothing that it leads to."""
    before = list(observed(text))
    found = list(changes(text))
    tried = found if most is None or len(found) < most else random.Random(text).sample(found, most)
    return [c.what for c in tried for t in c.texts if _same(before, t)]


def _same(before: list[object], text: str) -> bool:
    return all(a == b for a, b in zip_longest(before, observed(text)))


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_nothing_is_ignored(path: Path) -> None:
    assert ignored(path.read_text(encoding="utf-8"), EACH) == []


def test_nothing_is_ignored_where_much_is_set() -> None:
    assert compile_text(MANY).program is not None
    assert ignored(MANY) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_nothing_at_all_is_ignored(path: Path) -> None:
    assert ignored(path.read_text(encoding="utf-8")) == []


START, END = MANY.split("sample S", 1)[0], "sample S" + MANY.split("sample S", 1)[1]
REFUSED = {
    "networks that nobody trains": START.split("train One", 1)[0] + END.split("expect", 1)[0],
    "an option of a picture": MANY.replace("grid(Net(z))", "grid(Net(z), columns=4)"),
    "a rhythm of a sample": MANY.replace("grid(Net(z))", "grid(Net(z)) every 2 epochs"),
    "a count twice": MANY.replace("count 9", "count 9\n    count 10"),
    "a rhythm of the batch": MANY.replace("batch 32", "batch 32 every 3 epochs"),
    "a rhythm of the optimizer": MANY.replace(
        "weight_decay=0.1)", "weight_decay=0.1) every 2 epochs"
    ),
    "a value of the checkpoints": MANY.replace("checkpoint every", "checkpoint 7 every"),
    "a setting twice": MANY.replace("seed 3", "seed 3\n    seed 3"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_be_ignored_is_refused(what: str) -> None:
    compiled = compile_text(REFUSED[what])
    assert len(list(compiled.diagnostics)) >= 1
    assert compiled.program is None

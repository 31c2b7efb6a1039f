"""States that go on from batch to batch: the values are the whole sequence's, the gradients are not."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from specc.emit.package import write
from specc.pipeline import compile_text
from specc.program import Program
from tests.emit.test_cells import PEEPHOLE, instance
from tests.laws.conformity import conforms

LAYERS = ["gru(5{})", "lstm(5{})", "rnn(5, layers=2{})", "scan(peephole(5){})"]


def compiled(text: str) -> Program:
    result = compile_text("specc 1\n" + text)
    assert [d.message for d in result.diagnostics if d.code[0] == "E"] == []
    assert result.program is not None
    return result.program


def network(stage: str) -> Program:
    return compiled(f"{PEEPHOLE}\nnetwork Net {{\n    in x: sequence[T, 3]\n    x -> {stage}\n}}\n")


@pytest.mark.parametrize("layer", LAYERS)
def test_windows_one_after_the_other_are_the_sequence(layer: str) -> None:
    program = network(layer.format(", carry=true"))
    conforms(program, {"T": 4})
    net, whole = instance(program), instance(network(layer.format("")))
    x = torch.randn(2, 12, 3, requires_grad=True)
    found = [net(window) for window in x.split(4, 1)]
    torch.testing.assert_close(torch.cat(found, 1), whole(x))
    found[2].sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum((0, 2)).nonzero().flatten().tolist() == [8, 9, 10, 11]


ECHO = """
network Echo {
    in x: sequence[T, 1]
    x -> LAYER -> linear(2)
}
train Listening {
    data windows(echo(lag=2, length=LENGTH, examples=EXAMPLES), steps=STEPS) as x, y, known
    minimize cross_entropy(Echo(x), y, where=known)
    optimizer sgd(lr=1e-30)
    batch BATCH
    epochs 3
    metric accuracy(Echo(x), y)
}
"""


def text(layer: str = "gru(4, carry=true)", **sizes: int) -> str:
    made = ECHO.replace("LAYER", layer)
    for name, value in {"length": 12, "examples": 50, "steps": 3, "batch": 4, **sizes}.items():
        made = made.replace(name.upper(), str(value))
    return made


def training(spec: str, folder: Path) -> Any:
    """A run of the package of a spec, in this process."""
    write(compiled(spec), folder)
    names = ("data", "model", "trainer", "train")
    sys.path.insert(0, str(folder))
    try:
        for name in names:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        module = importlib.import_module("train")
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
    kind = module.Training
    args = argparse.Namespace(
        device="cpu",
        seed=0,
        batch=kind.batch,
        epochs=kind.epochs,
        steps=None,
        out=folder,
        compile=None,
    )
    return kind(args, Console(quiet=True))


@given(
    windows=st.integers(1, 4),
    steps=st.integers(1, 4),
    batch=st.integers(1, 7),
    epoch=st.integers(0, 3),
)
@settings(max_examples=12, deadline=None)
def test_every_row_goes_on_in_the_next_batch(
    tmp_path_factory: pytest.TempPathFactory, windows: int, steps: int, batch: int, epoch: int
) -> None:
    windows = max(windows, 3 // steps + 1)
    spec = text(length=windows * steps, steps=steps, batch=batch)
    run = training(spec, tmp_path_factory.mktemp("run"))
    run.shuffle(epoch)
    bits = run.train.x[run.order][..., 0]
    whole = run.train.x[..., 0].reshape(40, windows * steps)
    seen = []
    for group in bits.split(windows * batch):
        rows = torch.cat(group.split(batch), 1)
        assert rows.shape == (batch, windows * steps)
        seen += [row.tolist() for row in rows]
    known = [row.tolist() for row in whole]
    assert len(seen) == 40 // batch * batch
    assert all(seen.count(row) <= known.count(row) for row in seen)
    assert run.batches == len(seen) // batch * windows


def test_an_evaluation_reads_whole_sequences_and_leaves_no_trace(tmp_path: Path) -> None:
    run = training(text(), tmp_path)
    run.shuffle(0)
    run.advance()
    before = run.state()["carried"]["echo.gru1"]
    values = run.evaluate("test")
    assert all(
        (a == b).all() for a, b in zip(before, run.state()["carried"]["echo.gru1"], strict=True)
    )
    test = run.splits["test"]
    net = run.model.echo.eval()
    net.gru1.carried = ()
    whole = test.x.reshape(-1, 12, 1)
    wanted = (net(whole).argmax(2) == test.y.reshape(-1, 12)).float().mean()
    assert values["accuracy"] == pytest.approx(wanted.item())


def test_each_sequence_begins_anew(tmp_path: Path) -> None:
    run = training(text("scan(peephole_lstm(4), carry=true)"), tmp_path)
    run.shuffle(0)
    states = []
    for _ in range(5):
        run.advance()
        states.append(run.model.echo.peephole_lstm1.carried)
    cell = run.model.echo.peephole_lstm1
    cell.carried = ()
    for number, batch in enumerate(run.train.x[run.order].split(4)[:5]):
        cell.carried = () if number == 4 else cell.carried
        cell(batch, carry=True)
        torch.testing.assert_close(cell.carried, states[number])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (text().replace("windows(echo", "(echo").replace(", steps=3)", ")"), "nothing to do"),
        (text("gru(4, carry=true, bidirectional=true)"), "no batch before it"),
        (text("gru(4, carry=true, truncate=2)"), "leave truncate= out"),
        (text("scan(peephole_lstm(4), carry=true, truncate=2)"), "leave truncate= out"),
        (text("scan(peephole_lstm(4), carry=true, reverse=true)"), "no batch before it"),
        (text(steps=5), "must divide the 12 steps"),
        (text().replace("Echo(x), y,", "Echo(x) + Echo(-x), y,"), "several times"),
        (text().replace("sgd(lr=1e-30)", "lbfgs(lr=1)"), "several times"),
        (text().replace("windows(echo(lag=2, length=12, examples=50)", "windows(digits"), "needs sequences"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_is_refused(spec: str, said: str) -> None:
    found = compile_text(
        "specc 1\n" + spec.replace("data (echo", "data echo").replace("50))", "50)")
    )
    words = [
        " ".join([d.message, d.text, *(label.text for label in d.labels), *d.helps, *d.notes])
        for d in found.diagnostics
    ]
    assert any(said in w for w in words), words


def test_a_picture_reads_windows_as_they_are(tmp_path: Path) -> None:
    spec = text().replace("    metric", "    logits = Echo(x)\n    show curve(logits)\n    metric")
    run = training(spec, tmp_path)
    run.shuffle(0)
    run.advance()
    before = run.state()["carried"]["echo.gru1"]
    run.args.checkpoint_epochs = 9
    run.end_epoch(3)
    assert torch.equal(before[0], run.state()["carried"]["echo.gru1"][0])
    assert list(tmp_path.glob("curve*.png"))


def test_one_window_is_a_whole_sequence(tmp_path: Path) -> None:
    run = training(text(steps=12), tmp_path)
    run.shuffle(0)
    run.advance()
    run.advance()
    alone = run.model.echo.gru1(run.train.x[run.order[4:8]])[1]
    torch.testing.assert_close(run.state()["carried"]["echo.gru1"][0], alone)

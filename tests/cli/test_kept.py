"""A package with a good run is not written over by a command that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.cli import train
from specc.cli.kept import other_networks
from tests.cli.conftest import Run

SPEC = """specc 1

param latent = 4

network Net {
    in x: vector[64]
    x -> linear(latent) -> linear(64)
}
train T {
    data digits(flat=true) as x, label
    minimize mse(Net(x), x)
    optimizer adam(lr=1e-3)
    epochs 1
}
program p {
    show mean(mse(Net(test.x), test.x), axis=batch)
}
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


@pytest.fixture
def package(specc: Run) -> Path:
    """The package of a spec that was built with latent=8, with a checkpoint."""
    Path("ae.spec").write_text(SPEC, encoding="utf-8")
    assert specc("build", "ae.spec", "--out", "runs", "--set", "latent=8").status == 0
    run = Path("runs/ae/run")
    run.mkdir()
    (run / "checkpoint.pt").write_bytes(b"")
    return run.parent


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str], str]]:
    """The scripts that are called, with their flags and the networks beside them; all end with 1."""
    calls: list[tuple[Path, list[str], str]] = []

    def call(script: Path, flags: list[str], *, aside: bool = False) -> int:
        assert not aside
        calls.append((script, list(flags), script.with_name("model.py").read_text("utf-8")))
        return 1

    monkeypatch.setattr(train, "call", call)
    return calls


def test_sampling_with_other_sizes_is_refused_first(
    specc: Run, package: Path, called: list[object]
) -> None:
    before = contents(package)
    for verb in (["sample", "ae.spec"], ["run", "ae.spec", "p"]):
        ended = specc(*verb)
        assert ended.status == 2
        assert "Net (latent=8, now latent=4); give the --set" in ended.err
    assert (contents(package), called) == (before, [])
    assert specc("sample", "ae.spec", "--set", "latent=8").status == 1
    assert len(called) == 1


def test_a_changed_program_is_still_run(specc: Run, package: Path, called: list[object]) -> None:
    spec = Path("ae.spec")
    text = SPEC.replace("show mean(", "error = mean(").replace(
        "batch)\n", "batch)\n    show error\n"
    )
    spec.write_text(text, encoding="utf-8")
    specc("sample", "ae.spec", "--set", "latent=8")
    assert len(called) == 1
    assert '"error"' in (package / "sample.py").read_text(encoding="utf-8")


def test_resuming_with_another_spec_leaves_the_package(
    specc: Run, package: Path, called: list[tuple[Path, list[str], str]]
) -> None:
    before = contents(package)
    ended = specc("train", "ae.spec", "--resume", "--epochs", "3")
    assert (ended.status, "runs/ae is as it was" in ended.err) == (1, True)
    [(script, flags, model)] = called
    run = str((package / "run").resolve())
    assert flags == ["--out", run, "--epochs", "3", "--resume"]
    assert "latent: int = 4" in model
    assert contents(package) == before
    assert not script.parent.exists()


def test_a_run_that_went_on_gets_its_package(
    specc: Run, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(script: Path, flags: list[str]) -> int:
        del script, flags
        (package / "run" / "checkpoint.2").write_bytes(b"new")
        (package / "run" / "checkpoint.2").replace(package / "run" / "checkpoint.pt")
        return 0

    monkeypatch.setattr(train, "call", call)
    assert specc("train", "ae.spec", "--resume").status == 0
    assert "latent: int = 4" in (package / "model.py").read_text(encoding="utf-8")


def test_resuming_the_same_spec_is_as_ever(
    specc: Run, package: Path, called: list[tuple[Path, list[str], str]]
) -> None:
    specc("train", "ae.spec", "--resume", "--set", "latent=8")
    assert [script for script, _, _ in called] == [package / "train.py"]


def test_other_networks_are_never_written_over_a_run(
    specc: Run, package: Path, called: list[object]
) -> None:
    before = contents(package)
    for verb in ("build", "train"):
        ended = specc(verb, "ae.spec", "--out", "runs")
        assert ended.status == 2
        assert "runs/ae was trained with other networks: Net (latent=8, now latent=4)" in ended.err
        assert "another --out" in ended.err
    Path("ae.spec").write_text(SPEC.replace("Net", "Other"), encoding="utf-8")
    ended = specc("train", "ae.spec", "--set", "latent=8")
    assert "Net (there is none now)" in ended.err
    assert (contents(package), called) == (before, [])
    assert specc("build", "ae.spec", "--out", "fresh").status == 0


def test_a_build_of_another_training_sets_the_run_aside(specc: Run, package: Path) -> None:
    assert specc("build", "ae.spec", "--out", "runs", "--set", "latent=8").err == ""
    assert (package / "run" / "checkpoint.pt").exists()
    Path("ae.spec").write_text(SPEC.replace("epochs 1", "epochs 2"), encoding="utf-8")
    ended = specc("build", "ae.spec", "--out", "runs", "--set", "latent=8")
    assert "runs/ae had a run of another spec; it is now in runs/ae/run-1" in ended.err
    assert (package / "run-1" / "checkpoint.pt").exists()
    assert not (package / "run").exists()


def test_a_new_run_keeps_the_one_before(
    specc: Run, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "run" / "checkpoint.pt").write_bytes(b"first")

    def call(script: Path, flags: list[str]) -> int:
        del flags
        (script.parent / "run").mkdir()
        (script.parent / "run" / "checkpoint.pt").write_bytes(b"next")
        return 130

    monkeypatch.setattr(train, "call", call)
    for number in (1, 2):
        ended = specc("train", "ae.spec", "--set", "latent=8")
        assert f"the run before is now in runs/ae/run-{number}" in ended.err
    kept = [(package / f / "checkpoint.pt").read_bytes() for f in ("run-1", "run-2", "run")]
    assert kept == [b"first", b"next", b"next"]


def test_a_run_that_does_not_begin_changes_nothing(
    specc: Run, package: Path, called: list[object]
) -> None:
    before = contents(package)
    Path("ae.spec").write_text(SPEC.replace("epochs 1", "epochs 2"), encoding="utf-8")
    ended = specc("train", "ae.spec", "--set", "latent=8", "--device", "none")
    assert (ended.status, len(called)) == (1, 1)
    assert "runs/ae is as it was, with its run" in ended.err
    assert contents(package) == before
    assert (package / "run" / "checkpoint.pt").exists()
    assert not (package / "run-1").exists()


def test_a_page_of_help_is_no_run(
    specc: Run, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(package)
    monkeypatch.setattr(train, "call", lambda *_: 0)
    assert specc("train", "ae.spec", "--set", "latent=8", "--", "--help").status == 0
    assert contents(package) == before
    assert (package / "run" / "checkpoint.pt").exists()
    assert not (package / "run-1").exists()


def test_a_second_spec_is_no_flag_of_the_script(specc: Run, package: Path) -> None:
    ended = specc("train", "ae.spec", "other.spec")
    assert (ended.status, ended.err) == (2, "specc: this takes one spec; what is other.spec?\n")
    assert not (package / "run-1").exists()


def test_only_constructors_count() -> None:
    old = "class A:\n    def __init__(self):\n        self.a = 1\n    def forward(self): return 1\n"
    assert other_networks(old, old.replace("return 1", "return 2")) == []
    assert other_networks(old, f"{old}\nclass B:\n    def __init__(self): pass\n") == []
    assert other_networks(old, old.replace("self.a = 1", "self.a = 2")) == ["A"]

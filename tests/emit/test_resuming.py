"""A run that goes on: nothing is lost in silence, and what cannot be read is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emit.test_training import ROOT, built, finished, logged

SPEC = ROOT / "specs" / "mlp" / "digits_mlp.spec"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(SPEC.read_text(encoding="utf-8"), tmp_path_factory.mktemp("package"))


def test_a_log_holds_the_steps_of_its_run_and_nothing_else(script: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 1}\n')  # of a run without a checkpoint
    _, said = finished(script, tmp_path, "--steps", "3", "--resume")
    assert "no checkpoint yet" in said
    with log.open("a") as file:
        file.write('garbage\n5\n{"step": "x"}\n{"step": 4, "lo')
    _, said = finished(script, tmp_path, "--steps", "5", "--resume")
    assert "resumed at step 3" in said
    assert [r["step"] for r in logged(tmp_path)] == [1, 2, 3, 4, 5]


def test_a_run_that_goes_on_is_as_long_as_it_was_to_be(script: Path, tmp_path: Path) -> None:
    """The length was given on the command line, and need not be given again."""
    finished(script, tmp_path, "--steps", "3")
    _, said = finished(script, tmp_path, "--resume")
    assert "goes on with the --steps 3 that it began with" in said
    assert "no step is left of 3" in said
    finished(script, tmp_path, "--steps", "5", "--resume")
    assert [r["step"] for r in logged(tmp_path)] == [1, 2, 3, 4, 5]


def test_where_no_checkpoint_is_whole_nothing_begins_anew(script: Path, tmp_path: Path) -> None:
    for name in ("checkpoint.pt", "checkpoint.previous.pt"):
        (tmp_path / name).write_bytes(b"damaged" * 9)
    (tmp_path / "log.jsonl").write_text('{"step": 1}\n')
    status, said = finished(script, tmp_path, "--steps", "3", "--resume")
    assert status == 1
    assert said.splitlines()[-1] == "no checkpoint is whole; without --resume the run begins anew"
    assert len(logged(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_is_said(script: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, said = finished(script, tmp_path / "file" / "run")
    assert (status, said.count("\n"), "Not a directory" in said) == (2, 2, True)

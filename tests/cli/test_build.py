"""`specc build`: a folder for each spec, never two specs in one."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_folder_for_each_spec(specc: Run, lenet: Path) -> None:
    ended = specc("build", str(lenet))
    assert (ended.status, ended.out) == (0, "generated/lenet\n")
    assert "class LeNet(nn.Module)" in Path("generated/lenet/model.py").read_text(encoding="utf-8")


def test_two_specs_of_one_name_clash(specc: Run, lenet: Path) -> None:
    Path("b").mkdir()
    Path("b/lenet.spec").write_text(lenet.read_text(encoding="utf-8"), encoding="utf-8")
    ended = specc("build", ".", "--out", "made")
    assert ended.status == 2
    assert "would both be built to made/lenet" in ended.err
    assert not Path("made").exists()


def test_a_wrong_spec_is_not_built(specc: Run, lenet: Path) -> None:
    lenet.write_text(lenet.read_text(encoding="utf-8").replace("156", "150"), encoding="utf-8")
    ended = specc("build", str(lenet), "--out", "made")
    assert (ended.status, ended.out) == (1, "")
    assert "C1.params is 156, not 150" in ended.err
    assert not Path("made").exists()


def test_an_empty_spec_builds_nothing(specc: Run, lenet: Path) -> None:
    Path("only.spec").write_text("specc 1\n", encoding="utf-8")
    ended = specc("build", "only.spec", str(lenet), "--out", "made")
    assert (ended.status, ended.out) == (1, "made/lenet\n")
    assert "only.spec: there is nothing to build" in ended.err
    assert not Path("made/only").exists()

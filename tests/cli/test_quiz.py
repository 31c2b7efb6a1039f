from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_markdown(specc: Run, lenet: Path) -> None:
    ended = specc("quiz", lenet.name, "--questions", "4", "--seed", "3")
    assert ended.status == 0
    assert "# LeNet, variant A" in ended.out
    assert "solutions and mark scheme" in ended.out
    paper = specc("quiz", lenet.name, "--questions", "4", "--seed", "3", "--part", "paper").out
    assert "mark scheme" not in paper
    assert ended.out.startswith(paper.rstrip())


def test_a_file(specc: Run, lenet: Path, tmp_path: Path) -> None:
    ended = specc("quiz", lenet.name, "--format", "moodle", "--out", "quiz.xml")
    assert (ended.status, ended.out) == (0, "")
    assert tmp_path.joinpath("quiz.xml").read_text(encoding="utf-8").startswith("<?xml")


def test_json(specc: Run, lenet: Path) -> None:
    made = json.loads(specc("quiz", lenet.name, "--variants", "2", "--json").out)
    assert [v["name"] for v in made["variants"]] == ["A", "B"]


def test_nothing_to_ask(specc: Run, tmp_path: Path) -> None:
    tmp_path.joinpath("a.spec").write_text(
        "specc 1\nnetwork N {\n    in x: vector[3]\n    out y = x + 1\n}\n", encoding="utf-8"
    )
    assert specc("quiz", "a.spec").status == 2

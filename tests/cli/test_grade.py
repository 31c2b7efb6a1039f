"""`specc grade`: a class marked from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Run

CLASS = (
    'student,C1.params,S2.output,F6.params,LeNet.params\nAnn,150,14x14x6,"10,164",61.7K\n'
    "Bob,156\nCyd,156,6x14x14,=1+1,61706\n"
)


def test_a_class(specc: Run, lenet: Path) -> None:
    Path("answers.csv").write_text(CLASS, encoding="utf-8")
    ended = specc("grade", str(lenet), "answers.csv", "--out", "marks.csv")
    assert ended.status == 1
    assert "answers.csv:3: 2 fields where the header has 5" in ended.err
    assert "150 = 5·5·1·6: the 6 biases are missing" in ended.out
    assert "Ann: 3 of 4" in ended.out
    rows = list(csv.DictReader(Path("marks.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["student"], r["question"], r["verdict"]) for r in rows[:2]] == [
        ("Ann", "C1.params", "wrong"),
        ("Ann", "S2.output", "right"),
    ]
    assert rows[0]["slips"] == "bias-forgotten"
    assert all(not r["answer"].startswith("=") for r in rows)


def test_answers_of_the_spec_itself(specc: Run, lenet: Path) -> None:
    ended = specc("grade", str(lenet))
    assert (ended.status, ended.err) == (0, "")
    assert "4 of 4" in ended.out
    lenet.write_text(lenet.read_text(encoding="utf-8").replace("= 156", "= 150"), encoding="utf-8")
    assert specc("grade", str(lenet)).status == 1


def test_json(specc: Run, lenet: Path) -> None:
    Path("a.yaml").write_text("Ann:\n  C1.params: 150\n", encoding="utf-8")
    document = json.loads(specc("grade", str(lenet), "a.yaml", "--json").out)
    (script,) = document["scripts"]
    assert (script["student"], script["earned"], script["of"]) == ("Ann", 0, 4)
    assert script["marks"][0]["slips"] == ["bias-forgotten"]
    assert script["marks"][0]["working"] == "(5·5·1 + 1)·6 = 156"


def test_wrong_use(specc: Run, lenet: Path) -> None:
    assert specc("grade", str(lenet), "nothing.csv").status == 2
    assert specc("grade", str(lenet), "--follow-through", "2").status == 2
    Path("bare.spec").write_text(
        "specc 1\n\nnetwork N {\n    in x: vector[2]\n    x -> linear(1)\n}\n"
    )
    ended = specc("grade", "bare.spec")
    assert ended.status == 2
    assert "no answers block" in ended.err


def test_a_class_that_is_not_read_at_all(specc: Run, lenet: Path) -> None:
    Path("a.csv").write_text("student,C1.params\n", encoding="utf-8")
    ended = specc("grade", str(lenet), "a.csv")
    assert (ended.status, ended.out) == (1, "")
    assert "a.csv:1: there is no answer in this file" in ended.err


def test_a_wrong_key_is_told_and_a_wrong_question_once(specc: Run, lenet: Path) -> None:
    text = lenet.read_text(encoding="utf-8").replace("= 156", "= 150")
    lenet.write_text(text, encoding="utf-8")
    Path("a.csv").write_text("student,C1.params\nAnn,156\n", encoding="utf-8")
    ended = specc("grade", str(lenet), "a.csv")
    assert ended.status == 0
    assert "C1.params is 156, not 150; answers are marked by what it is" in ended.err
    lenet.write_text(text.replace("C1.params", "C1.prams"), encoding="utf-8")
    ended = specc("grade", str(lenet))
    assert ended.err.count("prams") == 1
    assert ":0:" not in ended.err


def test_a_class_is_not_marked_by_a_paper_with_a_mistake(specc: Run, lenet: Path) -> None:
    text = lenet.read_text(encoding="utf-8").replace("C1.params", "C1.parms")
    lenet.write_text(text, encoding="utf-8")
    Path("a.csv").write_text("student,C1.params\nAnn,156\n", encoding="utf-8")
    ended = specc("grade", str(lenet), "a.csv")
    assert (ended.status, ended.out) == (1, "")
    assert 'C1 has no figure "parms"' in ended.err


def test_a_place_that_cannot_be_written_is_named(specc: Run, lenet: Path) -> None:
    ended = specc("grade", str(lenet), "--out", "nowhere/marks.csv")
    assert "nowhere/marks.csv" in ended.err
    assert ".tmp" not in ended.err

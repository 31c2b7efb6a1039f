"""Files of answers, and their malformed lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.exam.answers import AnswerFile, read_answers

WIDE = 'student,C1.params,S2.output\nAnn,150,"[6, 14, 14]"\nBob,156,6x14x14\n'
LONG = (
    "student;question;answer\nAnn;C1.params;150\nAnn;S2.output;[6, 14, 14]\n"
    "Bob;C1.params;156\nBob;S2.output;6x14x14\n"
)
JSON = (
    '{"Ann": {"C1.params": 150, "S2.output": [6, 14, 14]},\n'
    ' "Bob": {"C1.params": 156, "S2.output": "6x14x14"}}'
)
LISTED = (
    '[{"student": "Ann", "answers": {"C1.params": 150, "S2.output": [6, 14, 14]}},\n'
    ' {"student": "Bob", "C1.params": 156, "S2.output": "6x14x14"}]'
)
YAML = (
    "# a class\nAnn:\n  C1.params: 150\n  S2.output: [6, 14, 14]\n"
    "'Bob':\n  C1.params: 156  # right\n  S2.output: 6x14x14\n"
)
YAML_LIST = (
    "- student: Ann\n  answers:\n    C1.params: 150\n    S2.output: [6, 14, 14]\n"
    "- student: Bob\n  answers:\n    C1.params: 156\n    S2.output: 6x14x14\n"
)


def content(file: AnswerFile) -> list[tuple[str, str, str]]:
    return [(g.student, g.figure, g.text) for g in file.given]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.csv", WIDE), ("a.csv", LONG), ("a.json", JSON), ("a.json", LISTED), ("a.yaml", YAML),
     ("a.yml", YAML_LIST)],
)  # fmt: skip
def test_every_format_says_the_same(path: str, text: str) -> None:
    found = read_answers(path, text)
    assert found.problems == []
    assert content(found) == [
        ("Ann", "C1.params", "150"),
        ("Ann", "S2.output", "[6, 14, 14]"),
        ("Bob", "C1.params", "156"),
        ("Bob", "S2.output", "6x14x14"),
    ]


def test_lines_are_kept() -> None:
    for path, text in (("a.csv", WIDE), ("a.yaml", YAML), ("a.json", JSON)):
        lines = [g.line for g in read_answers(path, text).given]
        assert lines == [
            next(n for n, line in enumerate(text.splitlines(), 1) if "150" in line),
            next(n for n, line in enumerate(text.splitlines(), 1) if "[6, 14" in line),
            next(n for n, line in enumerate(text.splitlines(), 1) if "156" in line),
            next(n for n, line in enumerate(text.splitlines(), 1) if "6x14" in line),
        ]


def test_a_malformed_row_does_not_stop_the_rest() -> None:
    text = "student,C1.params,F6.params\nAnn,156,10,164\nBob,156\n,1,2\nCyd,156,10164\nCyd,1,2\n"
    found = read_answers("a.csv", text)
    assert content(found) == [("Cyd", "C1.params", "156"), ("Cyd", "F6.params", "10164")]
    assert [p.line for p in found.problems] == [2, 3, 4, 6]
    assert "an answer with a comma stands in quotes" in found.problems[0].message
    assert "2 fields where the header has 3" in found.problems[1].message
    assert "Cyd has a row already, in line 5" in found.problems[3].message


def test_a_malformed_line_of_yaml() -> None:
    found = read_answers("a.yaml", "Ann:\n  C1.params: 156\n  what is this\n  F6.params: 10164\n")
    assert [p.line for p in found.problems] == [3]
    assert len(found.given) == 2


def test_json_that_is_none() -> None:
    (problem,) = read_answers("a.json", '{"Ann": {\n  "C1.params": 156,,\n}}').problems
    assert problem.line == 2


def test_digits_of_json_stay_as_written() -> None:
    (given_,) = read_answers("a.json", '{"F.params": 6.170e4}').given
    assert (given_.student, given_.text) == ("", "6.170e4")


def test_a_second_answer_is_a_problem() -> None:
    found = read_answers("a.csv", "question,answer\nC1.params,1\nC1.params,2\n")
    assert content(found) == [("", "C1.params", "1")]
    assert [p.line for p in found.problems] == [3]


@given(st.text(max_size=200), st.sampled_from(["a.csv", "a.json", "a.yaml"]))
def test_any_text_is_read_without_failing(text: str, path: str) -> None:
    found = read_answers(path, text)
    assert all(p.line >= 1 for p in found.problems)


@given(st.dictionaries(st.text("abc XYZ", min_size=1), st.text("0123456789[]x, ", min_size=1)))
def test_json_comes_back(answers: dict[str, str]) -> None:
    found = read_answers("a.json", json.dumps({"s": {f"N.{k}": v for k, v in answers.items()}}))
    assert [(g.figure, g.text) for g in found.given] == [
        (f"N.{k}", v.strip()) for k, v in answers.items()
    ]

"""Files of answers, and their malformed lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.exam.answers import decoded, read_answers
from specc.exam.given import AnswerFile

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

TURNED = "Question|Ann|Bob\nC1.params|150|156\nS2.output|[6, 14, 14]|6x14x14\n"
TITLED = "Exam of 2026,,\n\n" + WIDE
NESTED = (
    '{"students": [{"name": "Ann", "C1": {"params": 150}, "S2": {"output": [6, 14, 14]}},\n'
    ' {"name": "Bob", "answers": [{"question": "C1.params", "answer": 156},\n'
    '  {"question": "S2.output", "answer": "6x14x14"}]}]}'
)
BY_QUESTION = (
    '{"C1.params": {"Ann": 150, "Bob": 156},\n "S2.output": {"Ann": [6, 14, 14], "Bob": "6x14x14"}}'
)


def content(file: AnswerFile) -> list[tuple[str, str, str]]:
    return [(g.student, g.figure, g.text) for g in file.given]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.csv", WIDE), ("a.csv", LONG), ("a.json", JSON), ("a.json", LISTED), ("a.yaml", YAML),
     ("a.yml", YAML_LIST), ("a.csv", TURNED), ("a.csv", TITLED), ("a.json", NESTED),
     ("a.json", BY_QUESTION)],
)  # fmt: skip
def test_every_format_says_the_same(path: str, text: str) -> None:
    found = read_answers(path, text)
    assert found.problems == []
    assert sorted(content(found)) == [
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
    assert "Cyd has answers already, in line 5" in found.problems[3].message


def test_a_malformed_line_of_yaml() -> None:
    found = read_answers("a.yaml", "Ann:\n  C1.params: 156\n  what is this\n  F6.params: 10164\n")
    assert [p.line for p in found.problems] == [3]
    assert "this is no YAML" in found.problems[0].message


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


def said(path: str, text: str) -> list[tuple[int, str]]:
    return [(p.line, p.message) for p in read_answers(path, text).problems]


def test_the_first_line_of_excel_names_the_separator() -> None:
    found = read_answers("a.csv", "sep=;\nstudent;C1.params\nAnn;156\n")
    assert (content(found), found.problems) == ([("Ann", "C1.params", "156")], [])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Group,Student Name,C1.params", "1,Ann,156"),
        ("Matr.-Nr.,C1.params", "Ann,156"),
        ("C1.params,Candidate no", "156,Ann"),
        ("Team,C1.params", "Ann,156"),
    ],
)
def test_the_column_of_the_student(header: str, row: str) -> None:
    found = read_answers("a.csv", f"{header}\n{row}\n")
    assert list(found.students) == ["Ann"]
    assert ("Ann", "C1.params", "156") in content(found)


def test_every_column_is_handed_on() -> None:
    found = read_answers("a.csv", "student,Q1,C1 params\nAnn,1,2\n")
    assert [g.figure for g in found.given] == ["Q1", "C1 params"]


def test_a_column_beside_question_and_answer_is_not_read() -> None:
    text = "student,part,comment,answers\nAnn,C1.params,easy,156\n"
    assert content(read_answers("a.csv", text)) == [("Ann", "C1.params", "156")]
    assert said("a.csv", text) == []
    notes = read_answers("a.csv", text).notes
    assert [(n.line, n.message) for n in notes] == [(1, 'column 3, "comment", is not read')]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.csv", "student,C1.params\n"), ("a.json", "[]"), ("a.yaml", "# nothing\n"),
     ("a.csv", "student\nAnn\n"), ("a.json", "{}"), ("a.yaml", "---\n")],
)  # fmt: skip
def test_a_file_without_answers_is_a_problem(path: str, text: str) -> None:
    assert said(path, text) == [(1, "there is no answer in this file")]


def test_an_open_quote_takes_no_other_row_with_it() -> None:
    text = 'student,C1.params,S2.output\nAnn,1,"[6, 14\nBob,2,"[6, 15]"\nCem,3,"a\nb"\n'
    found = read_answers("a.csv", text)
    assert list(found.students) == ["Bob", "Cem"]
    assert [p.line for p in found.problems] == [2]
    assert "a quote in this line is not closed" in found.problems[0].message


def test_nobody_is_named_in_a_long_table() -> None:
    assert said("a.csv", "student,question,answer\n,C1.params,1\nAnn,C1.params,2\n") == [
        (2, "nobody's name stands here")
    ]


def test_rows_without_a_column_for_the_student() -> None:
    assert said("a.csv", "C1.params\n1\n2\n") == [
        (3, "whose row is this? There is no column for the student")
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", '{"Ann": {"C1.params": 1, "C1.params": 2},\n "Ann": {"C1.params": 3}}'),
        ("a.yaml", "Ann: {C1.params: 1, C1.params: 2}\nAnn: {C1.params: 3}\n"),
        ("a.csv", "student,C1.params,C1.params\nAnn,1,2\nAnn,3,3\n"),
    ],
)
def test_the_first_counts_in_every_format(path: str, text: str) -> None:
    assert content(read_answers(path, text)) == [("Ann", "C1.params", "1")]
    first, second = (message for _, message in said(path, text))
    assert first == "a second answer of Ann to C1.params; the first counts"
    assert second.startswith("Ann has answers already, in line ")


@pytest.mark.parametrize(
    "text",
    [
        "Ann:\n  C1.params: 156\n  C5.params:\n  S2.output: [6, 14]\n",
        "Ann:\n  C1.params: 156\n  C5.params: ~\n  S2.output:\n    - 6\n    - 14\n",
        "Ann: {C1.params: 156, C5.params: null, S2.output: [6, 14]}\n",
        "Ann:\n  C1.params: |\n    156\n  C5.params:\n  S2.output: >-\n    [6,\n    14]\n",
        "student: Ann\nanswers:\n  C1.params: 156\n  C5.params: ''\n  S2.output: '[6, 14]'\n",
    ],
)
def test_ways_of_yaml(text: str) -> None:
    found = read_answers("a.yaml", text)
    assert found.problems == []
    assert list(found.students) == ["Ann"]
    assert content(found) == [
        ("Ann", "C1.params", "156"),
        ("Ann", "C5.params", ""),
        ("Ann", "S2.output", "[6, 14]"),
    ]


def test_students_in_both_styles_of_yaml() -> None:
    found = read_answers("a.yaml", "A: {C1.params: 80}\nB:\n  C1.params: 6_1e2\n")
    assert content(found) == [("A", "C1.params", "80"), ("B", "C1.params", "6_1e2")]


def test_yaml_makes_no_objects_and_ends() -> None:
    made = "Ann:\n  C1.params: !!python/object/apply:os.getcwd []\n"
    assert content(read_answers("a.yaml", made)) == [("Ann", "C1.params", "[]")]
    endless = "Ann: &a\n  C1.params: *a\n"
    assert said("a.yaml", endless) == [(1, "an alias repeats this; it is read only here")]


def test_an_answer_is_no_mapping() -> None:
    assert said("a.json", '{"Ann": {"C1.params": {"x": 1}}}') == [
        (1, "C1.params: an answer is a number, a text or a list of them")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_spreadsheets_write_is_decoded(encoding: str) -> None:
    text = "Name;S2.output\nMüller;6×14×14\n"
    assert decoded(text.encode(encoding)) == text


def test_what_stands_beside_the_students_is_no_student() -> None:
    found = read_answers("a.json", '{"class": "A",\n "Ann": {"C1.params": 1}}')
    assert list(found.students) == ["Ann"]
    assert [n.message for n in found.notes] == ["class: A is nobody's answer and not read"]

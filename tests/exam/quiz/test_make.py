"""A quiz is right about its own models, and its wrong options are what their slips say."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest

from specc.claims.slips import diagnose
from specc.claims.subjects import Tables
from specc.exam.quiz import latex, markdown, moodle, rows
from specc.exam.quiz.item import Item, Quiz, Variant
from specc.exam.quiz.make import QuizError, make, shown
from specc.pipeline import compile_text
from specc.program import Program
from specc.source import Source, Span
from specc.syntax import tree

NET = """specc 1
param width = 16
network N {
    in x: image[3, 32, 32]
    x -> conv(6, 5x5) as C1 -> relu -> max_pool(2x2) as S2
      -> conv(12, 3x3, padding=1) as C3 -> batch_norm as B
      -> flatten -> linear(width) as F -> relu -> linear(10) as G
}
"""


def program(text: str = NET) -> Program:
    compiled = compile_text(text)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    return compiled.program


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return make(program(), 10, 3, 7, "both", "pytorch")


def everything(quiz: Quiz) -> list[tuple[Variant, Item]]:
    return [(v, i) for v in quiz.variants for i in v.items]


def figure_of(model: str, name: str) -> str:
    words = name.split(".")
    text = f"specc 1\n{model}\n"
    tables = Tables(program(text))
    span = Span(Source("", ""), 0, 0)
    subject = tables.find(tuple(tree.Name(span, w) for w in words[:-1]))
    if words[-1] == "params":
        whole = subject.totals
        return shown(whole.params if whole else sum(e.row.params for e in subject.entries))
    if words[-1] == "macs":
        whole = subject.totals
        return shown(whole.macs if whole else sum(e.row.macs for e in subject.entries))
    return ""


def test_the_same_seed_gives_the_same_quiz(quiz: Quiz) -> None:
    assert markdown.markdown(make(program(), 10, 3, 7, "both", "pytorch")) == markdown.markdown(
        quiz
    )
    assert markdown.markdown(make(program(), 10, 3, 8, "both", "pytorch")) != markdown.markdown(
        quiz
    )


def test_variants_differ_and_ask_the_same(quiz: Quiz) -> None:
    assert [v.name for v in quiz.variants] == ["A", "B", "C"]
    assert len({v.model for v in quiz.variants}) == 3
    assert len({tuple(i.name for i in v.items) for v in quiz.variants}) == 1
    assert len(quiz.variants[0].items) == 10


def test_right_answers_are_those_of_the_model_on_paper(quiz: Quiz) -> None:
    checked = 0
    for variant, item in everything(quiz):
        expected = figure_of(variant.model, item.name)
        if expected:
            assert item.right == expected
            checked += 1
    assert checked >= 12


def test_a_multiple_choice_has_one_right_option_and_named_slips(quiz: Quiz) -> None:
    choices = [i for _, i in everything(quiz) if i.kind == "choice"]
    assert len(choices) > 15
    for item in choices:
        assert len(set(item.options)) == len(item.options) >= 2
        assert item.options.count(item.right) == 1
        for option in item.options:
            wrong = item.slip(option)
            assert (wrong is None) == (option == item.right)
            assert wrong is None or (wrong.slips and wrong.reasons)


def test_marking_an_option_names_its_slip() -> None:
    made = make(program(), 20, 1, 1, "choice", "pytorch")
    tables = Tables(program())
    span = Span(Source("", ""), 0, 0)
    for item in made.variants[0].items:
        words = item.name.split(".")
        if words[-1] == "receptive_field":
            continue
        subject = tables.find(tuple(tree.Name(span, w) for w in words[:-1]))
        for option in item.options:
            wrong = item.slip(option)
            if wrong is not None:
                found = diagnose(tables, subject, words[-1], lambda v, o=option: as_shown(v) == o)
                assert {s.name for f in found for s in f.slips} >= set(wrong.slips)


def as_shown(value: object) -> str:
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return shown(value)  # type: ignore[arg-type]


def test_every_question_has_a_working_that_ends_in_its_answer(quiz: Quiz) -> None:
    for _, item in everything(quiz):
        assert item.steps
        if item.kind == "number":
            assert item.steps[-1].text.endswith(item.right)
        assert item.marks == (1 if item.options else 3)


def test_moodle_reads_the_xml(quiz: Quiz) -> None:
    root = ElementTree.fromstring(moodle.xml(quiz))
    kinds = [q.get("type") for q in root]
    assert kinds.count("category") == 10
    assert len(kinds) == 10 + 30
    for question in root.iter("question"):
        shares = [a.get("fraction") for a in question.iter("answer")]
        if question.get("type") == "multichoice":
            assert shares.count("100") == 1


def test_gift_escapes_its_signs(quiz: Quiz) -> None:
    text = moodle.gift(quiz)
    assert text.count("\n::") + text.startswith("::") == 30
    assert "param width \\= 16" in text
    bare = [line for line in text.splitlines() if line.startswith("    ~")]
    assert bare
    assert all(line.count("#") == 1 for line in bare)


def test_csv_has_a_row_for_each_answer(quiz: Quiz) -> None:
    found = list(csv.DictReader(io.StringIO(rows.as_csv(quiz))))
    assert sum(r["correct"] == "true" for r in found) == 30
    assert all(r["slips"] for r in found if r["correct"] == "false")


def test_latex_is_balanced(quiz: Quiz) -> None:
    text = latex.latex(quiz)
    for name in ("enumerate", "align*", "tabular", "verbatim", "document"):
        assert text.count(rf"\begin{{{name}}}") == text.count(rf"\end{{{name}}}")


def test_numbers_are_asked_when_no_choice_is_wanted() -> None:
    made = make(program(), 5, 1, 0, "number", "pytorch")
    assert {i.kind for _, i in everything(made)} <= {"number", "shape"}


def test_a_spec_without_layers_has_no_quiz() -> None:
    empty = "specc 1\nnetwork N {\n in x: vector[3]\n out y = x + 1\n}\n"
    with pytest.raises(QuizError, match="nothing to ask"):
        make(program(empty), 5, 1, 0, "both", "pytorch")


REPEATED = """specc 1
block step(width) {
    in x
    out y = x -> linear(width) -> tanh -> linear(2)
}
network N {
    in x: vector[2]
    x -> repeat 8 { step(16) } as steps
}
answers "Q1" {
    steps.linear2.params = 272
}
"""


def test_layers_of_a_repetition_are_asked_together() -> None:
    (variant,) = make(program(REPEATED), 6, 1, 0, "number", "pytorch").variants
    stems = {i.name: i.stem for i in variant.items}
    assert (
        "the 1st linear of steps, linear(16), all 8 copies together,"
        in stems["N.steps.linear1.params"]
    )
    assert "N.params" in stems


def test_the_authors_own_questions_come_first() -> None:
    for seed in range(4):
        (variant,) = make(program(REPEATED), 1, 1, seed, "number", "pytorch").variants
        assert [i.name for i in variant.items] == ["N.steps.linear2.params"]


def test_a_spec_that_gives_less_says_so() -> None:
    quiz = make(program(REPEATED), 50, 1, 0, "both", "pytorch")
    number = len(quiz.variants[0].items)
    assert quiz.notes == (f"the spec gives {number} questions, not 50",)
    fixed = program("specc 1\nnetwork N {\n in x: vector[2]\n x -> linear(1)\n}\n")
    assert "only 1 variant, not 3" in make(fixed, 1, 3, 0, "both", "pytorch").notes[0]


def test_variants_have_other_answers(quiz: Quiz) -> None:
    first, *others = quiz.variants
    for other in others:
        same = [a.name for a, b in zip(first.items, other.items, strict=True) if a.right == b.right]
        assert len(same) <= len(first.items) // 2


def test_a_shape_is_taken_however_it_is_written() -> None:
    item = next(i for _, i in everything(make(program(), 9, 1, 0, "number", "pytorch"))
                if i.right.startswith("["))  # fmt: skip
    a, b, c = item.right.strip("[]").split(", ")
    wanted = {f"({a}, {b}, {c})", f"[{a},{b},{c}]", f"{a}, {b}, {c}", f"{a}x{b}x{c}"}
    assert wanted <= set(moodle.ways(item, item.right))


def test_a_question_that_stands_alone_says_how_to_count() -> None:
    normed = "specc 1\nnetwork N {\n in x: vector[4]\n x -> batch_norm as B -> linear(3) as F\n}\n"
    quiz = make(program(normed), 9, 1, 0, "number", "pytorch")
    stems = {r["figure"]: r["stem"] for r in csv.DictReader(io.StringIO(rows.as_csv(quiz)))}
    assert stems["N.B.params"].endswith("Count as pytorch does.")
    assert "Count as" not in stems["N.F.params"]
    assert "N.B.macs" not in stems
    assert "Count as pytorch does." in moodle.xml(quiz)


def test_the_rule_of_a_mark_scheme_is_no_number(quiz: Quiz) -> None:
    for _, item in everything(quiz):
        for point in item.points:
            if point.text.startswith("the rule: "):
                assert any(c.isalpha() for c in point.text.removeprefix("the rule: "))

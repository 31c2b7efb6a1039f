"""Marking: verdicts, follow-through, formulas, and slips with their reasons."""

from __future__ import annotations

import csv
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.exam import Graded, grade, read_answers
from specc.exam.grade import slips_of_class
from specc.exam.result import Mark
from specc.pipeline import compile_text
from specc.program import Program
from specc.report.marks import as_csv, lines

PAPER = """specc 1

network LeNet {
    in x: image[1, 28, 28]
    x -> conv(6, 5x5, padding=2) as C1 -> tanh
      -> avg_pool(2x2) as S2
      -> conv(16, 5x5) as C3 -> tanh
      -> avg_pool(2x2) as S4 -> flatten as flat
      -> linear(120) as F5 -> relu
      -> linear(10) as F6
}
%s
"""
BLOCK = 'answers "Q3" (marks=6, tolerance=0) {\n    C1.params = 156\n    S2.output = [6, 14, 14]\n}'


def program(block: str = "") -> Program:
    compiled = compile_text(PAPER % block)
    assert compiled.program is not None, list(compiled.diagnostics)
    return compiled.program


PROGRAM = program()


def marked(block: str = "", follow: float = 1.0, **answers: str) -> dict[str, Mark]:
    rows = "".join(f'{k.replace("__", ".")},"{v}"\n' for k, v in answers.items())
    graded = grade(program(block), read_answers("a.csv", f"question,answer\n{rows}"), follow=follow)
    assert graded.problems == ()
    (script,) = graded.scripts
    return {m.question.text: m for m in script.marks}


def one(**answers: str) -> Mark:
    return next(iter(marked(**answers).values()))


def test_right_answers_earn_the_marks_of_their_block() -> None:
    found = marked(BLOCK, C1__params="156", S2__output="[6, 14, 14]")
    assert [m.earned for m in found.values()] == [3, 3]
    assert {m.verdict for m in found.values()} == {"right"}


def test_channels_last_is_right_and_said() -> None:
    mark = one(S2__output="14x14x6")
    assert (mark.verdict, mark.earned) == ("right", 1)
    assert "channels last" in mark.notes[0]


def test_no_answer_is_missing() -> None:
    found = marked(BLOCK, C1__params="-")
    assert [m.verdict for m in found.values()] == ["missing", "missing"]


def test_a_question_may_name_the_network() -> None:
    assert marked(BLOCK, LeNet__C1__params="156")["C1.params"].verdict == "right"


def test_what_the_paper_does_not_ask_is_a_problem() -> None:
    file = read_answers(
        "a.csv", "student,C1.params,C3.params,C9.params\nAnn,156,1,2\nBob,156,1,2\n"
    )
    graded = grade(program(BLOCK), file)
    assert [p.message for p in graded.problems] == [
        "the paper does not ask for C3.params",
        'nothing is named "C9"; did you mean "C1"?',
    ]
    assert len(graded.scripts) == 2


def test_the_same_figure_in_two_conventions() -> None:
    blocks = (
        'answers "A" (convention=pytorch) {\n    LeNet.params = 51_902\n}\n'
        'answers "B" (convention=keras) {\n    LeNet.params = 51_902\n}'
    )
    text = "question,answer\nA: LeNet.params,51902\nB: LeNet.params,51903\n"
    graded = grade(program(blocks), read_answers("a.csv", text))
    assert [(m.question.title, m.verdict) for m in graded.scripts[0].marks] == [
        ("A", "right"),
        ("B", "wrong"),
    ]
    both = grade(program(blocks), read_answers("a.csv", "question,answer\nLeNet.params,51902\n"))
    assert [m.verdict for m in both.scripts[0].marks] == ["right", "right"]


@pytest.mark.parametrize(
    ("figure", "answer", "slip"),
    [
        ("C1.params", "150", "bias-forgotten"),
        ("C1.params", "36", "kernel-not-squared"),
        ("C3.params", "2,406", "in-out-swapped"),
        ("C3.params", "241,600", "spatial-size"),
        ("F5.params", "48,000", "bias-forgotten"),
        ("F5.params", "2,040", "flatten-of-wrong-map"),
        ("S2.params", "24", "pooling-parameters"),
        ("C1.output", "6x24x24", "padding-forgotten"),
        ("C1.output", "6x26x26", "padding-one-side"),
        ("C3.output", "16x9x9", "plus-one-forgotten"),
        ("C1.height", "24", "padding-forgotten"),
        ("C3.height", "9", "plus-one-forgotten"),
        ("S2.width", "27", "stride-forgotten"),
        ("C1.macs", "235,200", "flops-for-macs"),
        ("C1.flops", "117,600", "macs-for-flops"),
        ("C1.macs", "86,400", "padding-forgotten"),
        ("C1.flops", "172,800", "padding-forgotten"),
        ("C3.macs", "194,400", "plus-one-forgotten"),
        ("C3.receptive_field", "10", "strides-forgotten"),
        ("C1.memory", "156", "bytes-forgotten"),
        ("C3.weights", "2416", "biases-included"),
        ("C3.biases", "1", "one-bias"),
        ("LeNet.params", "51,750", "bias-forgotten"),
        ("LeNet.memory", "0.198 MB", "mb-for-mib"),
        ("C3.output", "9x9x16", "axes-order+plus-one-forgotten"),
        ("C1.output", "6x23x23", "padding-forgotten+plus-one-forgotten"),
    ],
)
def test_slips_are_named(figure: str, answer: str, slip: str) -> None:
    mark = one(**{figure.replace(".", "__"): answer})
    assert mark.verdict == "wrong"
    found = {"+".join(sorted(s.split("+"))) for s in mark.slips}
    assert "+".join(sorted(slip.split("+"))) in found, mark


def test_an_unexplained_number_stays_so() -> None:
    for answer in ("157", "161", "139", "211"):
        mark = one(C1__params=answer)
        assert (mark.verdict, mark.reasons) == ("wrong", ())


def test_several_slips_that_give_one_number_are_all_said() -> None:
    text = "specc 1\n\nnetwork N {\n    in x: image[3, 9, 9]\n    x -> batch_norm as B\n}\n"
    found = compile_text(text).program
    assert found is not None
    graded = grade(found, read_answers("a.csv", "question,answer\nB.params,12\n"))
    mark = graded.scripts[0].marks[0]
    assert {"moving-averages", "norm-four"} <= set(mark.slips)


# --------------------------------------------------------------- follow-through


def test_a_size_follows_from_a_wrong_size() -> None:
    found = marked(C1__output="6x24x24", S2__output="6x12x12", C3__output="16x8x8")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through", "follow-through"]
    assert [m.earned for m in found.values()] == [0, 1, 1]
    assert "right from your C1.output = [6, 24, 24]" in found["S2.output"].reasons[0]


def test_a_count_follows_from_a_wrong_size() -> None:
    found = marked(S4__output="16x4x4", F5__params="30840", F5__macs="30720")
    assert found["F5.params"].verdict == "follow-through"
    assert found["F5.macs"].verdict == "follow-through"
    assert "(256 + 1)·120 = 30,840" in found["F5.params"].reasons[0]


def test_a_sum_follows_from_a_wrong_count() -> None:
    whole = 156 + 2_416 + (400 + 1) * 120 + 1_210
    found = marked(C1__params="150", LeNet__params=str(whole - 6))
    assert found["LeNet.params"].verdict == "follow-through"


def test_a_sum_follows_from_a_wrong_size() -> None:
    whole = 156 + 2_416 + (256 + 1) * 120 + 1_210
    found = marked(S4__output="16x4x4", LeNet__params=str(whole))
    assert found["LeNet.params"].verdict == "follow-through"
    assert "S4.output = [16, 4, 4]" in found["LeNet.params"].reasons[0]


def test_a_receptive_field_follows() -> None:
    found = marked(S2__receptive_field="7", C3__receptive_field="15")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through"]


def test_flops_follow_from_macs() -> None:
    found = marked(C1__macs="100", C1__flops="200")
    assert found["C1.flops"].verdict == "follow-through"


def test_follow_through_may_earn_a_part() -> None:
    found = marked(follow=0.5, C1__output="6x24x24", S2__output="6x12x12")
    assert found["S2.output"].earned == 0.5


def test_a_right_figure_is_right_whatever_came_before() -> None:
    found = marked(C1__output="6x24x24", S2__output="6x14x14")
    assert found["S2.output"].verdict == "right"


# --------------------------------------------------------------------- formulas


@pytest.mark.parametrize(
    ("figure", "formula"),
    [
        ("C3.params", "(k^2*c+1)*f"),
        ("C3.params", "f + c*f*k**2"),
        ("C3.params", "k·k·c_in·c_out + c_out"),
        ("C3.params", "(F*F*D + 1)*K"),
        ("C3.params", "(k_h k_w c_in + 1) c_out"),
        ("F5.params", "n*o + o"),
        ("F5.params", "(n_in+1)*n_out"),
        ("C3.macs", "k^2*c*f*h_out*w_out"),
        ("C3.macs", "k^2*c*f*m^2"),
        ("C3.weights", "k²·c·f"),
        ("C3.height", "⌊(n + 2p − k)/s⌋ + 1"),
        ("C3.width", "floor((n + 2*p - k)/s) + 1"),
        ("F5.params", "n_in*120 + 120"),
        ("C3.params", "(25*c + 1)*f"),
        ("C3.params", "(k^2*6 + 1)*16"),
        ("C3.params", "k²cf + f"),
        ("C3.params", "f*c*k^{2} + f"),
        ("C3.kernel", "5x5"),
        ("C3.weight", "16x6x5x5"),
        ("F5.params", "400*120 + 120 = 48.120"),
        ("F5.params", "48.120 params"),
        ("C1.biases", "six"),
        ("S2.params", "zero"),
        ("F5.params", "48.120"),
    ],
)
def test_formulas_that_are_the_same(figure: str, formula: str) -> None:
    mark = one(**{figure.replace(".", "__"): formula})
    assert mark.verdict == "right", mark


@pytest.mark.parametrize(
    ("formula", "slip"),
    [
        ("k^2*c*f", "bias-forgotten"),
        ("25*c*f", "bias-forgotten"),
        ("(k^2*f+1)*c", "in-out-swapped"),
        ("(k*c+1)*f", "kernel-not-squared"),
    ],
)
def test_a_wrong_formula_is_diagnosed(formula: str, slip: str) -> None:
    mark = one(C3__params=formula)
    assert mark.verdict == "wrong"
    assert slip in mark.slips


def test_a_formula_that_is_right_by_chance_is_not_right() -> None:
    mark = one(C3__params="(5*k*c+1)*f")
    assert mark.verdict == "wrong"
    assert "but not for other sizes" in " ".join(mark.notes)


@pytest.mark.parametrize(
    "text",
    [
        "ask me",
        "very many",
        "four hundred and fifty six",
        "48000 + biases",
        "25*q*z",
        "2416 apples",
    ],
)
def test_words_and_letters_without_meaning(text: str) -> None:
    assert one(C3__params=text).verdict == "unreadable"
    graded = graded_of("", f'student,C3.params\nAnn,"{text}"\n')
    assert f'Ann: C3.params "{text}" is to be marked by hand' in graded.notes[0].message


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("none", "right"), ("no params", "right"), ("no learnable parameters", "right"),
        ("nil", "right"), ("0 (pooling has none)", "right"), ("no idea", "missing"),
    ],
)  # fmt: skip
def test_nothing_learnt_has_many_words(text: str, verdict: str) -> None:
    assert one(S2__params=text).verdict == verdict


def test_none_is_no_answer_where_something_is_asked() -> None:
    assert one(C1__params="none").verdict == "missing"


@pytest.mark.parametrize("text", ["156 (150 weights + 6 biases)", "156 (with biases)"])
def test_a_remark_behind_a_figure_is_no_part_of_it(text: str) -> None:
    assert one(C1__params=text).verdict == "right"


def test_what_is_multiplied_in_counts() -> None:
    assert one(C3__params="(5x5x6+1)x999").verdict == "wrong"


def test_a_rough_number_is_told_so_and_given_no_slip() -> None:
    mark = one(C3__params="0K")
    assert (mark.verdict, mark.slips) == ("wrong", ())
    assert mark.notes == ("it stands for 0 to 500: too rough",)


def test_a_sum_that_is_added_up_wrongly_is_no_slip() -> None:
    mark = one(F5__params="120+48100=48210")
    assert (mark.verdict, mark.slips) == ("wrong", ())
    assert mark.notes == ("what stands before it comes to 48,220, not 48,210",)


def test_free_sizes_are_letters() -> None:
    text = (
        "specc 1\n\nparam n\n\nnetwork N {\n    in x: vector[n]\n"
        "    x -> linear(10) -> relu -> linear(10) -> relu -> linear(1)\n}\n"
    )
    found = compile_text(text).program
    assert found is not None

    def verdict(answer: str) -> str:
        graded = grade(found, read_answers("a.csv", f"question,answer\nN.params,{answer}\n"))
        return graded.scripts[0].marks[0].verdict

    assert verdict("10*n + 131") == "right"
    assert verdict("10(n+1) + 110 + 11") == "right"
    assert verdict("10*n + 130") == "wrong"


def test_free_sizes_in_a_shape() -> None:
    text = (
        "specc 1\n\nparam H\n\nnetwork N {\n    in x: image[1, H, 28]\n"
        "    x -> conv(6, 5x5) as C1 -> max_pool(2x2) as S2\n}\n"
    )
    found = compile_text(text).program
    assert found is not None

    def verdict(figure: str, answer: str) -> str:
        file = read_answers("a.csv", f'question,answer\n{figure},"{answer}"\n')
        return grade(found, file).scripts[0].marks[0].verdict

    assert verdict("C1.output", "[6, H - 4, 24]") == "right"
    assert verdict("S2.output", "6 × ⌊(H-4)/2⌋ × 12") == "right"
    assert verdict("C1.output", "[6, H, 28]") == "wrong"
    assert verdict("C1.output", "[H - 4, 24, 6]") == "right"
    assert verdict("C1.output", "6xH-4x24") == "right"
    assert verdict("C1.output", "6@H-4x24") == "right"


ANSWERS = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.lists(st.integers(0, 99), max_size=4).map(str),
    st.text("kcf0123456789+-*/^() ", max_size=20),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWERS, min_size=8, max_size=8))
def test_any_script_is_marked(answers: list[str]) -> None:
    figures = ("C1.params", "C1.output", "S2.output", "C3.macs", "C3.receptive_field",
               "F5.params", "LeNet.params", "LeNet.memory")  # fmt: skip
    text = json.dumps(dict(zip(figures, answers, strict=True)))
    graded = grade(PROGRAM, read_answers("a.json", text))
    (script,) = graded.scripts
    assert [m.question.text for m in script.marks] == list(figures)
    assert as_csv(graded)
    assert list(lines(graded))
    for mark in script.marks:
        assert (mark.earned > 0) == (mark.verdict in {"right", "follow-through"})


def test_a_large_class_is_marked() -> None:
    students = 300
    rows = "".join(f"s{i},{150 + i % 9},6x{20 + i % 9}x28\n" for i in range(students))
    graded: Graded = grade(
        program(BLOCK), read_answers("a.csv", f"student,C1.params,S2.output\n{rows}")
    )
    assert len(graded.scripts) == students


SEQUENCE = """specc 1

network Reader {
    in s: tokens[20, vocab=1000]
    s -> embedding(50) as E -> lstm(128) as L1
      -> lstm(64, keep=last, bidirectional=true) as L2 -> linear(5) as O
}

network Signal {
    in w: signal[2, 50]
    w -> conv(8, 3, padding=1) as D -> max_pool(2) as M
}
"""


def answered(answers: str, suffix: str = "question,answer\n") -> Graded:
    compiled = compile_text(SEQUENCE)
    assert compiled.program is not None, list(compiled.diagnostics)
    return grade(compiled.program, read_answers("a.csv", suffix + answers))


def only(answers: str) -> Mark:
    ((mark,),) = [s.marks for s in answered(answers).scripts]
    return mark


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("L1.output,128x20", "features first; specc and PyTorch (batch_first=True) put the steps"),
        ("D.output,50x8", "channels last; specc and PyTorch put them first: [8, 50]"),
        (
            'L1.weight_hh_l0,"[128, 512]"',
            "the axes turned round; specc and PyTorch write: [512, 128]",
        ),
    ],
)
def test_a_shape_turned_round_is_told_by_its_own_axes(answer: str, note: str) -> None:
    mark = only(answer)
    assert mark.verdict == "right"
    assert mark.notes[0].startswith(note)


def test_one_direction_forgotten_in_a_size() -> None:
    mark = only("L2.output,64")
    assert (mark.slips, mark.working) == (("one-direction",), "2·64 = 128")


def test_a_pooling_with_one_coefficient_for_each_channel() -> None:
    mark = only("M.params,8")
    assert mark.slips == ("pooling-parameters",)
    assert mark.working == "M learns nothing: 0"


def test_the_working_of_a_total_adds_up_its_layers() -> None:
    mark = only("Reader.params,200000")
    assert mark.working == "E 50,000 + L1 92,160 + L2 99,328 + O 645 = 242,133"


def test_a_word_that_is_no_quantity_is_no_formula() -> None:
    mark = one(C1__params="abc")
    assert (mark.verdict, mark.notes) == (
        "unreadable",
        ("words or letters that the question does not have",),
    )


def test_a_wrong_column_is_reported_at_the_header() -> None:
    graded = answered("Ann,1,2\n", "student,E.params,C9.output\n")
    assert [p.line for p in graded.problems] == [1]


def test_a_question_without_a_figure_is_told_with_one_of_the_paper() -> None:
    file = read_answers("a.csv", "student,question,answer\nAnn,S2.output,1\nBob,Q1,3\n")
    (problem,) = grade(program(BLOCK), file).problems
    assert problem.line == 3
    assert problem.message == (
        '"Q1" is no question; one names a layer and its figure, as C1.params does'
    )


def graded_of(block: str, text: str) -> Graded:
    return grade(program(block), read_answers("a.csv", text))


@pytest.mark.parametrize(
    "name",
    [
        "c1.params",
        "C1 params",
        "C1_params",
        "LENET.C1.params",
        "C1-Params",
        "C1 parameters",
        "# of parameters of C1",
        "Q7: C1.params (2 marks)",
        "C1: params",
        "number of params in C1",
    ],
)
@pytest.mark.parametrize("block", ["", BLOCK])
def test_a_question_in_another_spelling(name: str, block: str) -> None:
    graded = graded_of(block, f"student,{name}\nAnn,156\n")
    assert graded.problems == ()
    assert graded.scripts[0].marks[0].verdict == "right"


def test_every_column_that_is_no_question_is_told() -> None:
    """What may be a question is a problem; with anything else nothing is wrong."""
    header = "student,Q1,comment,parms,C1.params,Group\n"
    graded = graded_of(BLOCK, f"{header}Ann,1,good,5,156,3\nBob,1,bad,5,156,4\n")
    assert [(p.line, p.message.partition(";")[0]) for p in graded.problems] == [
        (1, '"Q1" is no question'),
        (1, '"parms" is no question'),
    ]
    assert [(p.line, p.message) for p in graded.notes] == [
        (1, 'column "comment" is no question and not read'),
        (1, 'column "Group" is no question and not read'),
    ]


def test_a_table_without_any_question_is_wrong() -> None:
    graded = graded_of(BLOCK, "student,comment\nAnn,good\n")
    assert [p.message for p in graded.problems] == ['column "comment" is no question and not read']


def test_two_spellings_of_one_question_are_two_answers() -> None:
    graded = graded_of(BLOCK, "student,C1.params,LeNet.C1.params\nAnn,156,1\n")
    assert graded.scripts[0].marks[0].verdict == "right"
    assert [p.message for p in graded.problems] == [
        "a second answer of Ann to C1.params; the first counts"
    ]


def test_a_paper_that_is_wrong_itself_is_told() -> None:
    graded = graded_of(
        'answers "Q" {\n    C1.params = 150\n    S2.output = "?"\n    C1.prams = 3\n}',
        "student,C1.params,C1.prams\nAnn,156,3\n",
    )
    (wrong,) = graded.wrong
    assert wrong.message == "C1.params is 156, not 150; answers are marked by what it is"
    assert [p.message for p in graded.problems] == [
        'C1 has no figure "prams"; did you mean "params"?'
    ]
    assert graded.problems[0].line == wrong.line + 2


def test_a_tolerance_of_nothing_wants_exact_numbers() -> None:
    rows = "question,answer\nC3.params,2.4K\nF5.params,48120\n"
    for tolerance, verdict in (("", "right"), (" (tolerance=0)", "wrong")):
        block = f'answers "Q"{tolerance} {{\n    C3.params = 2_416\n    F5.params = 48_120\n}}'
        graded = graded_of(block, rows)
        assert [m.verdict for m in graded.scripts[0].marks] == [verdict, "right"]


def test_a_block_may_be_worth_nothing() -> None:
    graded = graded_of('answers "Q" (marks=0) {\n    C1.params = 156\n}', "C1.params\n156\n")
    assert graded.scripts[0].available == 0


TWO = (
    'answers "Q1" {\n    C1.params = 156\n}\n'
    'answers "Q2" (convention=keras) {\n    C1.params = 156\n}'
)


def test_blocks_with_one_question_are_told_apart() -> None:
    graded = graded_of(TWO, "student,Q1: C1.params,Q2: C1.params\nAnn,150,156\nBob,156,156\n")
    text = "\n".join(lines(graded))
    assert "Q1: C1.params   1 of 2   bias-forgotten 1" in text
    assert "Q2: C1.params   2 of 2\n" in f"{text}\n"
    rows = list(csv.DictReader(as_csv(graded).splitlines()))
    assert [(r["block"], r["total"], r["of all"]) for r in rows[:2]] == [
        ("Q1", "1", "2"),
        ("Q2", "1", "2"),
    ]
    assert "2 scripts: mean 1.5 of 2" in text


def test_an_answer_counts_once_in_the_table() -> None:
    text = "specc 1\n\nnetwork N {\n    in x: image[3, 9, 9]\n    x -> batch_norm as B\n}\n"
    found = compile_text(text).program
    assert found is not None
    graded = grade(found, read_answers("a.csv", "student,B.params\nAnn,12\nBob,12\n"))
    ((_, _, count),) = slips_of_class(graded)
    assert count == 2


def test_capitals_matter_where_they_tell_two_layers_apart() -> None:
    text = (
        "specc 1\n\nnetwork N {\n    in x: vector[4]\n    x -> linear(3) as A -> linear(2) as a\n}\n"
        'answers "Q" {\n    A.params = 15\n}\n'
    )
    found = compile_text(text).program
    assert found is not None
    graded = grade(found, read_answers("a.csv", "student,a.params\nAnn,8\n"))
    assert [p.message for p in graded.problems] == ["the paper does not ask for a.params"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("approx. 51k", "51,902 is cut off, not rounded: to 52,000"),
        ("55k", "it is rounded too far to say which slip gives it"),
        ("51.75K", "51,750: the 152 biases are missing"),
    ],
)
def test_a_rounded_number_is_given_a_slip_that_no_chance_explains(answer: str, said: str) -> None:
    mark = one(LeNet__params=answer)
    assert mark.expected == "51,902"
    assert [*mark.notes, *mark.reasons][0] == said
    assert len(mark.reasons) <= 1


def test_a_shape_with_letters_that_are_no_free_sizes_is_marked_by_hand() -> None:
    mark = one(C1__output="six 28x28 maps")
    assert (mark.verdict, mark.notes) == (
        "unreadable",
        ("words or letters that the question does not have",),
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("14x14", "[14, 14]: there are 6 channels of that size"),
        (
            "14",
            "14 = ⌊(28 + 2·0 − 2)/2⌋ + 1: that is one side of its 6 channels; a shape has all axes",
        ),
        ("6", "6: those are its channels; a shape has all axes"),
    ],
)
def test_a_part_of_a_shape_is_told_once(answer: str, said: str) -> None:
    mark = one(S2__output=answer)
    assert mark.reasons == (said,)
    assert mark.working == "⌊(28 + 2·0 − 2)/2⌋ + 1 = 14"


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("S2 output shape", "S2.output"),
        ("size of S2", "S2.output"),
        ("C3 receptive field", "C3.receptive_field"),
        ("C3 multiply-accumulates", "C3.macs"),
        ("total parameters", "LeNet.params"),
    ],
)
def test_a_figure_has_other_words(name: str, figure: str) -> None:
    right = {"S2.output": "[6, 14, 14]", "C3.receptive_field": "14", "C3.macs": "240_000"}
    claims = "".join(f"    {k} = {v}\n" for k, v in ({"LeNet.params": "51_902"} | right).items())
    graded = graded_of(f'answers "Q3" {{\n{claims}}}', f"student,{name}\nAnn,7\n")
    assert graded.problems == ()
    given = {m.question.text: m.given for m in graded.scripts[0].marks if m.given}
    assert given == {figure: "7"}


def test_a_number_and_its_sum_behind_it_are_no_product() -> None:
    assert one(C1__params="156 (150+6)").verdict == "right"
    assert one(C1__params="156 (26*6)").verdict == "right"
    assert one(C1__params="6 (5*5 + 1)").verdict == "right"


def test_letters_side_by_side_are_quantities() -> None:
    assert one(F6__weights="HO").verdict == "right"
    assert one(F6__weights="HOPE").verdict == "unreadable"


def test_a_convention_is_told_once_of_one_layer() -> None:
    text = (
        "specc 1\nnetwork N {\n in x: sequence[9, 8]\n x -> lstm(16, keep=last) -> linear(2)\n}\n"
    )
    compiled = compile_text(text).program
    assert compiled is not None
    file = read_answers("a.csv", "question,answer\nN.params,1570\n")
    (mark,) = grade(compiled, file).scripts[0].marks
    assert mark.expected == "1,698"
    assert not any("another convention" in reason for reason in mark.reasons)
    assert "lstm1: the 128 biases are missing" in " ".join(mark.reasons)


@pytest.mark.parametrize(
    ("figure", "answer", "said"),
    [
        ("LeNet.params", "51900", "51,902 rounded; the number itself is asked for"),
        ("C3.macs", "117600", "117,600: that is C1"),
        ("C1.memory", "2496", "those are bytes already, which were multiplied once more"),
        ("C1.output", "28x28", "there are 6 channels of that size"),
    ],
)
def test_what_else_an_answer_may_be(figure: str, answer: str, said: str) -> None:
    mark = one(**{figure.replace(".", "__"): answer})
    assert said in " ".join((*mark.notes, *mark.reasons))


def test_a_rounded_answer_within_its_digits_may_be_too_far_for_the_question() -> None:
    block = 'answers "Q" (tolerance=0.0001) {\n    LeNet.params = 51_902\n}'
    (mark,) = marked(block, LeNet__params="51.9K").values()
    assert mark.notes == ()
    (mark,) = marked(block, LeNet__params="52K").values()
    assert mark.notes == ("51,902 rounded; the question wants it nearer",)


@pytest.mark.parametrize("answer", ["0.5", "50%", "1:2", "1/2"])
def test_a_ratio_turned_round_is_told(answer: str) -> None:
    text = "specc 1\nencoder E {\n in x: vector[8]\n x -> linear(4)\n}\n"
    text += "decoder D {\n in h: vector[4]\n h -> linear(8)\n}\n"
    compiled = compile_text(text).program
    assert compiled is not None
    file = read_answers("a.csv", f"question,answer\nE.compression_ratio,{answer}\n")
    (mark,) = grade(compiled, file).scripts[0].marks
    assert (mark.verdict, mark.reasons) == (
        "wrong",
        ("that is code to input; the ratio is input to code",),
    )

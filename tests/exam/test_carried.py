"""Follow-through through blocks, repetitions and cells."""

from __future__ import annotations

from specc.exam import grade, read_answers
from specc.exam.result import Mark
from specc.pipeline import compile_text

NET = """specc 1

block pair(width) {
    in x
    out y = x -> conv(width, 3x3) as a -> relu -> conv(width, 3x3) as b
}

network N {
    in x: image[3, 32, 32]
    x -> conv(8, 5x5, padding=2) as C1
      -> pair(16) as P
      -> max_pool(2x2) as S
      -> repeat 3 { conv(16, 3x3, padding=1) as inner -> relu } as R
      -> flatten -> linear(10) as F
}

network Outer {
    in x: image[3, 32, 32]
    x -> conv(3, 5x5, padding=2) as first -> N
}
"""


def marked(**answers: str) -> dict[str, Mark]:
    program = compile_text(NET).program
    assert program is not None
    rows = "".join(f'{k.replace("__", ".")},"{v}"\n' for k, v in answers.items())
    graded = grade(program, read_answers("a.csv", f"question,answer\n{rows}"))
    assert graded.problems == ()
    (script,) = graded.scripts
    return {m.question.text: m for m in script.marks}


def verdicts(**answers: str) -> list[str]:
    return [m.verdict for m in marked(**answers).values()]


def test_into_a_block() -> None:
    assert verdicts(N__C1__output="8x28x28", N__P__a__output="16x26x26") == [
        "wrong",
        "follow-through",
    ]


def test_inside_a_block() -> None:
    assert verdicts(N__P__a__output="16x32x32", N__P__b__output="16x30x30") == [
        "wrong", "follow-through"
    ]  # fmt: skip


def test_out_of_a_block() -> None:
    assert verdicts(N__P__a__output="16x32x32", N__S__output="16x15x15") == [
        "wrong",
        "follow-through",
    ]


def test_a_block_as_a_whole() -> None:
    found = marked(N__C1__output="8x28x28", N__P__output="16x24x24", N__S__output="16x12x12")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through", "follow-through"]


def test_into_and_out_of_a_repetition() -> None:
    found = marked(N__C1__output="8x28x28", N__R__inner__output="16x12x12", N__F__params="23_050")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through", "follow-through"]


def test_macs_of_all_rounds() -> None:
    macs = 3 * 3 * 3 * 16 * 16 * 12 * 12
    assert verdicts(N__S__output="16x12x12", N__R__inner__macs=str(macs)) == [
        "wrong",
        "follow-through",
    ]


def test_a_total() -> None:
    right = (3 * 25 + 1) * 8 + (8 * 9 + 1) * 16 + (16 * 9 + 1) * 16 * 4
    total = right + (16 * 12 * 12 + 1) * 10
    assert verdicts(N__C1__output="8x28x28", N__params=str(total)) == ["wrong", "follow-through"]


def test_the_output_of_a_network() -> None:
    assert verdicts(N__F__output="12", N__output="12") == ["wrong", "follow-through"]


def test_channels_last() -> None:
    found = marked(N__C1__output="30x30x8", N__P__output="26x26x16", N__S__output="13x13x16")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through", "follow-through"]


def test_work_follows_from_the_output_of_the_layer_itself() -> None:
    macs = 5 * 5 * 3 * 8 * 30 * 30
    found = marked(N__C1__output="8x30x30", N__C1__macs=str(macs), N__C1__flops=str(2 * macs))
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through", "follow-through"]


def test_parameters_follow_from_the_channels_of_the_layer_itself() -> None:
    assert verdicts(N__C1__output="6x32x32", N__C1__params="456") == ["wrong", "follow-through"]


def test_a_formula_is_carried_on() -> None:
    found = marked(N__C1__params="k^2*c*f", N__C1__memory="2400")
    assert [m.verdict for m in found.values()] == ["wrong", "follow-through"]


def test_a_rounded_right_answer_is_carried_on() -> None:
    found = marked(N__C1__params="0.61K", N__C1__memory="2440")
    assert [m.verdict for m in found.values()] == ["right", "follow-through"]


def test_a_sum_may_go_on_with_exact_or_rounded_parts() -> None:
    right = (3 * 25 + 1) * 8 + (8 * 9 + 1) * 16 + (16 * 9 + 1) * 16 * 4 + (16 * 14 * 14 + 1) * 10
    for total in (right - 8, right - 8 - 31_370 + 31_400):
        found = marked(N__C1__params="600", N__F__params="31.4K", N__params=str(total))
        assert [m.verdict for m in found.values()] == ["wrong", "right", "follow-through"]

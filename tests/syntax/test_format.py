"""The formatter: only white space moves, and a second time nothing does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from specc.syntax.format import format_file
from specc.syntax.layout import WIDTH
from tests.syntax.strategies import ROOT, SPECS, files, parsed, respaced, shape


def formatted(text: str) -> str:
    return format_file(parsed(text))


def words(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_a_spec_keeps_its_tree_and_its_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    once = formatted(text)
    assert shape(parsed(once)) == shape(parsed(text))
    assert words(once) == words(text)
    assert formatted(once) == once


@given(files)
@settings(max_examples=200, deadline=None)
def test_any_spec_keeps_its_tree_and_its_words(text: str) -> None:
    once = formatted(text)
    assert shape(parsed(once)) == shape(parsed(text))
    assert words(once) == words(text)
    assert formatted(once) == once


@given(st.sampled_from(SPECS), st.integers())
@example(ROOT / "tests/cases/design/adding_peephole_lstm.spec", 2)
@settings(max_examples=60, deadline=None)
def test_white_space_inside_a_line_does_not_count(path: Path, seed: int) -> None:
    text = path.read_text(encoding="utf-8")
    other = respaced(text, seed)
    assert shape(parsed(other)) == shape(parsed(text))
    assert formatted(other) == formatted(text)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_lines_end_at_column_88_where_they_can(path: Path) -> None:
    lines = formatted(path.read_text(encoding="utf-8"))
    long = [line for line in lines.splitlines() if len(line.split("  #")[0]) > WIDTH]
    assert [line for line in long if not line.startswith("##")] == []


def in_net(body: str) -> str:
    text = formatted("specc 1\n\nnetwork Net {\n" + body + "\n}\n")
    return text.removeprefix("specc 1\n\nnetwork Net {\n").removesuffix("}\n")


def test_a_long_chain_has_one_stage_with_arguments_a_line() -> None:
    chain = (
        "x -> conv(64, 3x3, padding=1) -> relu -> batch_norm"
        " -> conv(128, 3x3) -> relu -> linear(10) as out"
    )
    assert in_net(chain) == (
        "    x -> conv(64, 3x3, padding=1) -> relu -> batch_norm\n"
        "      -> conv(128, 3x3) -> relu\n"
        "      -> linear(10) as out\n"
    )


def test_a_short_chain_is_joined() -> None:
    assert (
        in_net("x\n  -> conv(6,5x5)  as  C1\n\n  -> tanh")
        == "    x -> conv(6, 5x5) as C1 -> tanh\n"
    )


def test_nothing_is_aligned() -> None:
    assert in_net("out mu     = f\nout logvar = g") == "    out mu = f\n    out logvar = g\n"


def test_a_long_call_is_broken_inside_its_brackets() -> None:
    call = f"y = attention({', '.join(f'argument_{i}={i}' for i in range(8))})"
    lines = in_net(call).splitlines()
    assert lines[0] == "    y = attention("
    assert lines[1] == "        argument_0=0,"
    assert lines[-1] == "    )"


def test_a_list_of_numbers_is_filled() -> None:
    numbers = ", ".join(str(n) for n in range(60))
    lines = in_net(f"y = [{numbers}]").splitlines()
    assert lines[0] == "    y = ["
    assert len(lines) == 5


def test_a_comment_stays_behind_its_token() -> None:
    body = "minimize a   # first\n   + b   # second\n       # above c\n + c"
    assert in_net(body) == (
        "    minimize a  # first\n        + b  # second\n        # above c\n        + c\n"
    )


def test_empty_lines_are_kept_once_between_statements_only() -> None:
    assert in_net("\n\na = 1\n\n\n\nb = 2\nc = 3\n\n") == "    a = 1\n\n    b = 2\n    c = 3\n"


def test_powers_signs_slices_and_keywords_have_their_spaces() -> None:
    assert in_net("y=-x[ : ,2 : 5]^2*f( a = -1 )+(1-d)/2") == (
        "    y = -x[:, 2:5]^2 * f(a=-1) + (1 - d) / 2\n"
    )


def test_a_block_on_one_line_stays_there() -> None:
    text = "specc 1\nblock tower(c) {x->stage(c)}\n"
    assert formatted(text) == "specc 1\nblock tower(c) { x -> stage(c) }\n"


def test_windows_line_ends_and_tabs_go() -> None:
    assert formatted("specc 1\r\nnetwork N {\r\n\tx -> f\t# why \r\n}\r\n") == (
        "specc 1\nnetwork N {\n    x -> f  # why\n}\n"
    )


def test_claims_stand_one_a_line() -> None:
    text = 'specc 1\nanswers "Q" (marks=2) { A.b = 3  C.d = [6, 14]  E.f = 1 }\n'
    assert formatted(text) == (
        'specc 1\nanswers "Q" (marks=2) {\n    A.b = 3\n    C.d = [6, 14]\n    E.f = 1\n}\n'
    )


def test_a_claim_is_no_condition_outside_brackets() -> None:
    text = 'specc 1\nanswers "Q" {\n    A.b = (1 if true else 2)\n}\n'
    assert formatted(text) == text


def test_a_word_and_its_name_may_stand_on_two_lines_in_brackets() -> None:
    assert in_net("out f(next\n c)") == "    out f(next c)\n"


def test_a_round_inside_a_round_may_begin_a_line() -> None:
    assert in_net("x -> repeat 2 {\n  repeat 3 {\n f\n }\n }") == (
        "    x -> repeat 2 { repeat 3 { f } }\n"
    )


def test_ten_thousand_stages_take_no_time() -> None:
    lines = in_net("x" + " -> conv(3, 3x3)" * 10_000).splitlines()
    assert len(lines) == 10_000

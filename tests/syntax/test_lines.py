"""Statements that share a line, and mistakes that are said once."""

from __future__ import annotations

from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes


def test_two_statements_on_a_line_are_told_apart() -> None:
    [found] = compile_text(
        "specc 1\nnetwork N { in x: vector[4]  x -> linear(3) }\n", "t"
    ).diagnostics
    assert (found.code, found.span.text) == ("E101", "x")
    assert found.text == "a statement begins on a line of its own"


def test_a_line_that_means_nothing_is_reported_once() -> None:
    found = list(compile_text("specc 1\npass\n", "t").diagnostics)
    assert [d.code for d in found] == ["E102"]


def test_what_stands_beside_the_version_is_refused_alone() -> None:
    body = "network N {\n    in x: vector[2]\n    x -> relu\n}\n"
    for text in ("specc 1<specc 1\n\nspecc 1\n\n", f"\n}}specc 1\n\n{body}"):
        assert [d.code for d in compile_text(text, "t").diagnostics] == ["E101"]


def test_a_line_that_ends_in_an_arrow_is_one_mistake_with_a_fix() -> None:
    text = "specc 1\nnetwork N {\n    in x: vector[4]\n    x -> linear(3) ->  # on\n\n    relu\n}\n"
    source = compile_text(text, "t")
    [found] = source.diagnostics
    assert (found.code, found.message) == ("E101", 'a line ends in "->"')
    assert found.fix is not None
    mended = apply_fixes(text, [found.fix])
    assert mended.endswith("x -> linear(3)  # on\n\n    -> relu\n}\n")
    assert not list(compile_text(mended, "t").diagnostics)


def test_an_arrow_before_another_statement_is_no_pipe() -> None:
    text = "specc 1\nnetwork N {\n    in x: vector[4]\n    h = x -> relu ->\n    out y = h\n}\n"
    [found] = compile_text(text, "t").diagnostics
    assert found.message == 'something is missing after "->"'


def test_a_block_that_is_never_closed_names_the_next_one() -> None:
    body = "    in x: vector[4]\n    x -> relu\n"
    text = f"specc 1\nnetwork A {{\n{body}\nnetwork B {{\n{body}}}\n"
    [found] = compile_text(text, "t").diagnostics
    assert found.text == "opened here; line 6 begins a new block"


def test_a_type_stands_behind_a_colon() -> None:
    text = "specc 1\nnetwork N {\n    in x = image(1, 8, 8)\n    x -> flatten\n}\n"
    [found] = compile_text(text, "t").diagnostics
    assert found.helps == ("in x: image[1, 8, 8]",)


def test_brackets_that_cross_are_mended() -> None:
    head = (
        "network ( {(in x: vector[n]\n    x -> linear(10)\n      -> linear\n    3) as y -> relu\n"
    )
    text = f"specc 1\n\n{head}      -{{\n    a = 1\n    b.> linear(1) as z\n}}\n\ntrain T {{\n"
    assert {d.code for d in compile_text(text, "t").diagnostics} >= {"E101"}

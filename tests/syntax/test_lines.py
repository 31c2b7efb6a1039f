"""Statements that share a line, and mistakes that are said once."""

from __future__ import annotations

from specc.pipeline import compile_text


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

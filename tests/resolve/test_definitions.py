"""What a definition computes and nothing reads."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text


def unused(pipe: str) -> list[tuple[str, str]]:
    text = (
        "specc 1\nnetwork A {\n    in x: image[4, 8, 8]\n    "
        + pipe
        + "\n    out y = d1 -> flatten -> linear(2)\n}\n"
    )
    found = compile_text(text).diagnostics
    return [(d.span.text, d.helps[0]) for d in found if d.code == "W405"]


def test_only_what_follows_the_name_is_unused() -> None:
    help = "d1 is what stands before it; where the end is meant: -> relu as d1"
    assert unused("x -> conv(8, 3x3) as d1 -> relu") == [("relu", help)]
    [(span, _)] = unused("x -> conv(8, 3x3) as d1 -> batch_norm -> relu")
    assert span == "batch_norm -> relu"


@pytest.mark.parametrize("pipe", ["x -> conv(8, 3x3) as d1", "x -> relu -> conv(8, 3x3) as d1"])
def test_a_pipe_whose_end_is_read_is_used(pipe: str) -> None:
    assert unused(pipe) == []


def test_a_pipe_that_nothing_reads_is_unused() -> None:
    [(span, _)] = unused("d1 = x -> relu\n    x -> conv(8, 3x3) as d2 -> relu")
    assert span.startswith("x -> conv")

"""Words that are no layer: what may be put in their place without asking."""

from __future__ import annotations

from time import process_time

import pytest

from specc.pipeline import compile_text


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("Conv2d(1, 6, 5)", "conv(6, 5)"),
        ("Conv2d(1, 6, 5, padding=2)", "conv(6, 5, padding=2)"),
        ("ConvTranspose2d(1, 6, kernel=5)", "conv_transpose(6, kernel=5)"),
        ("Linear(32, 120)", "linear(120)"),
        ("LSTM(28, 64)", "lstm(64)"),
        ("LSTM(64)", "lstm(64)"),
        ("Conv2d(6, 5)", "conv(6, 5)"),  # as it stands, no size of the input can be meant
        ("Conv2D(6, 5, 2)", "conv(6, 5, 2)"),  # Keras infers it too
        ("cnv(6, 5, 2)", "conv(6, 5, 2)"),
        ("conv2d(1, 6, 5)", None),  # with the size of the input, or with a stride
    ],
)
def test_a_fix_never_makes_another_layer(written: str, mended: str | None) -> None:
    text = f"specc 1\n\nnetwork N {{\n    in x: image[1, 32, 32]\n    x -> {written}\n}}\n"
    [problem] = [d for d in compile_text(text, "n.spec").diagnostics if d.code == "E201"]
    if mended is None:
        assert problem.fix is None
        return
    assert problem.fix is not None
    for edit in sorted(problem.fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    assert f"x -> {mended}\n" in text


def test_thousands_of_names_that_nothing_has_are_all_said_and_soon() -> None:
    lines = "".join(f"    v{i} = foo{i}\n" for i in range(3000))
    start = process_time()
    text = f"specc 1\n\nnetwork A {{\n    in x: vector[3]\n{lines}    out y = x\n}}\n"
    assert len(compile_text(text).diagnostics) == 3000
    assert process_time() - start < 15  # each compared with each takes minutes


def test_thousands_of_networks_are_read_soon() -> None:
    text = "".join(
        f"network N{i} {{\n    in x: vector[3]\n    x -> relu\n}}\n" for i in range(2000)
    )
    start = process_time()
    assert not list(compile_text(f"specc 1\n\n{text}").diagnostics)
    assert process_time() - start < 15

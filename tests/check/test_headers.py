"""A header without its parameters is one message, and the file is read on as if it had them."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text

USE = "network N {\n    in x: vector[8]\n    out y = x -> tower(64) -> tower(16) -> linear(3)\n}\n"


def found(*parts: str) -> list[Diagnostic]:
    return list(compile_text("specc 1\n" + "\n".join(parts)).diagnostics)


@pytest.mark.parametrize("header", ["tower", "tower()"])
def test_a_header_that_names_nothing(header: str) -> None:
    block = f"block {header} {{\n    x -> linear(c) -> relu -> linear(c // 2)\n}}\n"
    [one] = found(block, USE)
    assert (one.code, one.span.text, one.span.line) == ("E402", "tower", 2)
    assert one.message == "block tower reads c, and its header does not name it"
    shown = one.fix.text if one.fix is not None else one.helps[0]
    assert "tower(c)" in shown


def test_the_rest_is_judged_as_if_the_header_were_there() -> None:
    block = "block tower {\n    x -> linear(c) -> dropout(2)\n}\n"
    faults = found(block, USE.replace("out", "out z = x -> conv(3, 3x3)\n    out"))
    assert [d.code for d in faults] == ["E402", "E204", "E301"]


def test_a_second_parameter_that_is_missing() -> None:
    block = "block tower(c) {\n    x -> linear(c) -> linear(d)\n}\n"
    [one] = found(block, USE.replace("64", "64, 8").replace("16", "16, 4"))
    assert one.helps == ("block tower(c, d) { … }",)


def test_a_cell_without_its_parameter() -> None:
    cell = "cell t {\n    in x\n    state h[n]\n    next h = tanh(linear(n)([h, x]))\n    out next h\n}\n"
    net = "network N {\n    in x: sequence[8, 3]\n    x -> scan(t(5))\n}\n"
    assert [(d.code, d.span.text) for d in found(cell, net)] == [("E402", "t")]


def test_one_argument_too_many_is_said_of_the_call() -> None:
    block = "block tower(c) {\n    x -> linear(c)\n}\n"
    assert [d.span.text for d in found(block, USE.replace("16", "16, 4"))] == ["4"]


def test_a_network_with_a_hyperparameter_in_another() -> None:
    net = "network T(w) {\n    in x: vector[8]\n    x -> linear(w)\n}\n"
    assert found(net, USE.replace("tower(64) -> tower(16)", "T(16)")) == []

"""`--set` reaches parameters and the free sizes of inputs."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.program import Static
from specc.types import Tensor

SPEC = """specc 1

param units = 8

network Net {
    in x: sequence[T, D]
    x -> lstm(units, keep=last) -> linear(2)
}
network Other {
    in x: image[1, H, 28]
    x -> conv(4, 3x3) -> global_avg_pool -> linear(2)
}
"""


def test_a_free_size_gets_a_number_wherever_it_stands() -> None:
    program = compile_text(SPEC, "s.spec", {"T": 7, "D": 3, "H": 12}).program
    assert program is not None
    types = [type for body in program.networks for _, type in body.inputs]
    assert [t.sizes for t in types if isinstance(t, Tensor)] == [(7, 3), (1, 12, 28)]
    assert [(p.name, p.value) for p in program.parameters][1:] == [("T", 7), ("D", 3), ("H", 12)]


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "x", (3, 3)])
def test_a_size_is_a_whole_number(value: Static) -> None:
    [said] = compile_text(SPEC, "s.spec", {"T": value}).diagnostics
    assert (said.code, said.span.text) == ("E203", "T")
    assert "a size is a whole number from 1" in said.message


def test_what_is_neither_is_said_with_what_there_is() -> None:
    [said] = compile_text(SPEC, "s.spec", {"unit": 3}).diagnostics
    assert said.message == '--set unit: the file has no parameter "unit" (it has units, T, D, H)'
    assert said.helps == ("did you mean units?",)


def test_a_size_that_does_not_fit_is_said_as_if_it_were_written() -> None:
    found = compile_text(SPEC, "s.spec", {"H": 2}).diagnostics
    assert [d.code for d in found] == ["E301"]

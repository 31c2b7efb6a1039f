"""Law 2 on programs that nobody wrote: sound ones are accepted, and their modules are what was said."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from specc.pipeline import compile_text
from specc.program import Program
from tests.laws.conformity import conforms, every_node_conforms
from tests.laws.programs import programs
from tests.laws.test_conformity import free_numbers

relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def sound(text: str) -> Program:
    compiled = compile_text(text)
    drawn_alone = "W308"  # an argument without the one that it needs
    assert [d.message for d in compiled.diagnostics if d.code != drawn_alone] == []
    assert compiled.program is not None
    return compiled.program


@given(programs())
@relaxed
def test_counts_and_shapes(text: str) -> None:
    program = sound(text)
    conforms(program)
    every_node_conforms(program)


@given(programs(free=True))
@settings(relaxed, max_examples=25)
def test_free_sizes_hold_for_every_number(text: str) -> None:
    program = sound(text)
    tried = free_numbers(program, count=3)
    assert tried
    for values in tried:
        conforms(program, values)
        every_node_conforms(program, values)


def test_a_weight_may_depend_on_a_free_size_of_an_input() -> None:
    network = "network A {\n    in x: sequence[T, 8]\n    x -> flatten -> linear(2)\n}"
    program = sound(f"specc 1\n\n{network}\n")
    for length in (1, 7, 10):
        conforms(program, {"T": length})


def test_a_block_in_rounds_of_no_number_counts_as_used() -> None:
    blocks = "block wide(c) {\n    x -> linear(c) -> relu\n}\n\n"
    deep = "block deep(n) {\n    x -> linear(4) -> repeat n - 1 { wide(4) }\n}\n\n"
    sound(f"specc 1\n\n{blocks}{deep}network A {{\n    in x: vector[4]\n    x -> deep(1)\n}}\n")

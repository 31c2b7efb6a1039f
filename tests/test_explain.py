"""Every working ends in the figure that the table has."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.claims.figures import FIGURES
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables
from specc.explain import explain
from specc.pipeline import compile_file, compile_text
from specc.program import Program
from specc.sizes import render

SPECS = sorted((Path(__file__).parents[1] / "specs").rglob("*.spec"))


def _compiled(path: Path) -> Program:
    program = compile_file(str(path)).program
    assert program is not None
    return program


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_the_last_number_is_the_figure(path: Path) -> None:
    program = _compiled(path)
    for layer in explain(program).layers:
        for step in layer.steps:
            if step.formula is not None:
                assert render(step.formula.value) == step.value, (layer.path, step.text)
    tables = Tables(program)
    for body in program.networks:
        for entry in tables.entries(body):
            subject = Subject(entry.row.path, program.file.span, body, (entry,))
            for word in ("params", "weights", "biases", "macs", "flops", "memory"):
                figure = FIGURES[word](subject)
                assert figure is not None
                assert figure.formula is None or figure.formula.value == figure.value, word
                begun = start(tables, subject, word) if not entry.row.note else None
                assert begun is None or begun.times * begun.parts[0].value == figure.value, word


CELL = """specc 1
cell c(units) {
    in x
    state h[units]
    next h = tanh(linear(units)([h, x]))
    out y = h
}
network N {
    in x: sequence[8, 3]
    x -> scan(c(4))
}
"""


def test_a_cell_works_at_every_step() -> None:
    program = compile_text(CELL, "cell.spec").program
    assert program is not None
    steps = [s for e in explain(program).layers for s in e.steps if e.path == "c1.linear1"]
    assert "n_in·n_out·T = 7·4·8 = 224" in [s.text for s in steps]

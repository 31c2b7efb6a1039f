"""Every working ends in the figure that the table has."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.claims.figures import FIGURES
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables
from specc.explain import explain
from specc.layers.base import Convention
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


KERNELS = """specc 1
network N {
    in x: sequence[5, 6]
    in m: sequence[7, 3]
    in v: sequence[7, 8]
    x -> rnn(4) -> lstm(6, layers=2, bidirectional=true) -> gru(8) -> lstm(8, projection=4)
      -> gru(6, bias=false) -> lstm(6, biases=1)
      -> attention(heads=2) -> attention(heads=2, memory=m, add_bias_kv=true)
      -> attention(heads=2, memory=m, values=v, bias=false)
      -> scan(gru_cell(4)) -> scan(peephole_lstm(4), bidirectional=true)
}
network G {
    in g: graph[node=4, edge=3, global=2, nodes=5, edges=9]
    g -> graph_network(4) -> gcn(4) -> gat(2, heads=2) -> gin(4) -> gated_graph() -> sage(4)
}
network T {
    in t: tree[N, vocab=5]
    t -> fold(child_sum_lstm(4))
}
"""


@pytest.mark.parametrize("convention", ["pytorch", "keras", "textbook"])
def test_the_parts_of_a_figure_add_up_to_it(convention: Convention) -> None:
    program = compile_text(KERNELS, "kernels.spec").program
    assert program is not None
    shown = [e for e in explain(program, convention).layers if any(s.of for s in e.steps)]
    assert len(shown) == 18
    for layer in shown:
        for figure in {s.of for s in layer.steps if s.of}:
            whole = next(s for s in layer.steps if s.title == figure)
            parts = [s for s in layer.steps if s.of == figure]
            assert whole.formula is not None
            added = sum(s.formula.value for s in parts if s.formula is not None)
            assert added == whole.formula.value, (layer.path, figure)
            assert all(s.formula is not None and render(s.formula.value) == s.value for s in parts)


def test_a_gate_is_counted_by_the_layers_own_formula() -> None:
    program = compile_text(KERNELS, "kernels.spec").program
    assert program is not None
    texts = {(e.path, s.name): s.text for e in explain(program).layers for s in e.steps}
    assert texts["gru1", "parameters of gate n"] == "(d + h + 2)·h = (12 + 8 + 2)·8 = 176"
    assert texts["lstm2", "parameters of projection"] == "p·h = 4·8 = 32"
    assert texts["attention2", "MACs of weighted values"] == "T·(S + 1)·d = 5·(7 + 1)·6 = 240"
    assert texts["attention3", "parameters of values"] == "v·d = 8·6 = 48"


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


def test_a_call_is_written_as_the_language_has_it() -> None:
    from specc.layers.dense import Linear
    from specc.layers.written import written

    assert written(Linear(features=4096), "linear") == "linear(4096)"

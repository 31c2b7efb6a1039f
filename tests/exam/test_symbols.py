"""Formulas in letters of a network whose sizes are free."""

from __future__ import annotations

from specc.exam import grade, read_answers
from specc.pipeline import compile_text

FREE = """specc 1

param n
param h

network N {
    in x: vector[n]
    x -> linear(h) as A
}
"""
ROWS = "question,answer\nA.params,n*h\nA.weights,h*n\nN.params,(h+1)*n\n"


def test_a_wrong_formula_of_free_sizes_is_diagnosed() -> None:
    program = compile_text(FREE).program
    assert program is not None
    (script,) = grade(program, read_answers("a.csv", ROWS)).scripts
    assert [m.verdict for m in script.marks] == ["wrong", "right", "wrong"]
    assert [m.slips for m in script.marks] == [("bias-forgotten",), (), ("in-out-swapped",)]
    assert "the h biases are missing" in script.marks[0].reasons[0]

"""Who learns: what a network calls or reads learns with it, a tied weight with both that compute with it."""

from __future__ import annotations

import pytest

from specc.count import count, memory
from specc.pipeline import compile_text
from specc.program import Program
from specc.turn import turns

SIAMESE = """specc 1

network Tower {
    in x: vector[64]
    x -> linear(8) -> relu
}

network Siamese {
    in a: vector[64]
    in b: vector[64]
    abs(Tower(a) - Tower(b)) -> linear(1)
}

train T {
    data digits(flat=true) as x, label
    minimize mean(Siamese(x, x))
    optimizer adam(lr=1e-3)
    epochs 1
}
"""
TIED = """specc 1

encoder E {
    in x: vector[64]
    x -> linear(8) as code
}

decoder D {
    in h: vector[8]
    h -> linear(64, weight=transpose(E.code.weight))
}

network Whole {
    in x: vector[64]
    x -> E
}

train T {
    data digits(flat=true) as x, label
    y = D(E(x))
    minimize mse(y, x)
    update D with sgd(lr=0.1)
    epochs 1
}
"""


def compiled(text: str) -> Program:
    found = compile_text(text)
    assert found.program is not None, list(found.diagnostics)
    return found.program


@pytest.mark.parametrize("learner", ["optimizer", "update Siamese with"])
def test_what_a_network_calls_learns_with_it(learner: str) -> None:
    program = compiled(SIAMESE.replace("optimizer", learner))
    report = count(program)
    assert (report.totals.trainable, report.totals.non_trainable) == (64 * 8 + 8 + 8 + 1, 0)
    assert all(row.trainable for network in report.networks for row in network.rows)
    (found,) = memory(program, 1)
    assert found.gradients == found.weights
    players = [(p.name, p.gradient) for t in turns(program) for p in t.players]
    assert sorted(players) == [("Siamese", "used"), ("Tower", "used")]


def test_weights_that_are_read_learn_too() -> None:
    text = SIAMESE.replace("linear(8) ->", "linear(8) as L ->")
    read = "matmul(a + b, transpose(Tower.L.weight)) -> linear(1)"
    text = text.replace("abs(Tower(a) - Tower(b)) -> linear(1)", read)
    report = count(compiled(text))
    assert report.totals.non_trainable == 0


def test_a_tied_weight_learns_with_the_network_that_has_it_too() -> None:
    program = compiled(TIED)
    report = count(program)
    assert (report.totals.trainable, report.totals.non_trainable) == (64 * 8 + 64, 8)
    (found,) = memory(program, 1)
    assert found.gradients == 4 * (64 * 8 + 64)


def test_the_row_of_a_network_that_is_frozen_says_so() -> None:
    text = TIED.replace("linear(64, weight=transpose(E.code.weight))", "linear(64)")
    (row,) = count(compiled(text)).network("Whole").rows
    assert (row.note, row.trainable) == ("the network E", False)


def test_two_updates_of_a_step_do_not_share_what_one_calls() -> None:
    text = SIAMESE.replace(
        "optimizer adam(lr=1e-3)",
        "update Siamese with adam(lr=1e-3)\n    update Tower with sgd(lr=0.1)",
    )
    found = compile_text(text).diagnostics
    assert "updates Tower twice" in " ".join(d.message for d in found)

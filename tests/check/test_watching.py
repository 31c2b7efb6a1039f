"""Schedules that watch a value."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.watched import direction, names, watched

SPEC = """specc 1

network Net {{
    in x: vector[64]
    x -> linear(10)
}}
train Learn {{
    data digits(flat=true) as x, label
    loss = cross_entropy(Net(x), label)
    {sense} {sign}loss
    optimizer adam(lr=1e-3)
    schedule reduce_on_plateau({options})
    metric accuracy(Net(x), label)
}}
"""


def compiled(options: str = "", sense: str = "minimize", sign: str = ""):  # type: ignore[no-untyped-def]
    return compile_text(SPEC.format(options=options, sense=sense, sign=sign))


@pytest.mark.parametrize(
    ("options", "name", "way"),
    [
        ("", "loss", "min"),
        ("watch=loss", "loss", "min"),
        ("watch=accuracy", "accuracy", "max"),
    ],
)
def test_what_is_watched(options: str, name: str, way: str) -> None:
    program = compiled(options).program
    assert program is not None
    [plan] = program.trains
    [step] = plan.steps
    assert watched(plan, step, step.schedule) == name
    assert name in names(plan)
    assert direction(plan, name) == way


def test_of_what_is_maximized_more_is_better() -> None:
    program = compiled("", "maximize", "-").program
    assert program is not None
    assert direction(program.trains[0], "loss") == "max"


def test_a_name_that_nothing_has() -> None:
    [found] = compiled("patience=3, watch=acuracy").diagnostics
    assert (found.code, found.span.text) == ("E401", "acuracy")
    assert found.text == 'did you mean "accuracy"?'


def test_two_steps_each_watch_their_own() -> None:
    text = """specc 1

generator G {
    in z: vector[4]
    z -> linear(8)
}
discriminator D {
    in x: vector[8]
    x -> linear(1)
}
train GAN {
    data npz("x.npz") as real: vector[8]
    z ~ normal[4]
    step judge {
        minimize bce_with_logits(D(real), 1) + bce_with_logits(D(G(z)), 0)
        update D with adam(lr=1e-3)
        schedule reduce_on_plateau(patience=2)
    }
    step make {
        minimize bce_with_logits(D(G(z)), 1)
        update G with adam(lr=1e-3)
        schedule cosine()
    }
}
"""
    made = compile_text(text)
    assert [d.message for d in made.diagnostics] == []
    assert made.program is not None
    [plan] = made.program.trains
    assert watched(plan, plan.steps[0], plan.steps[0].schedule) == "judge"


STOPPING = """specc 1

network Net {{
    in x: vector[64]
    out a = x -> linear(10) as A
    out b = x -> linear(10) as B
}}
train Learn {{
    data digits(flat=true) as x, label
    a, b = Net(x)
    step first {{
        minimize cross_entropy(a, label)
        update Net.A with adam(lr=1e-3)
    }}
    step second {{
        minimize cross_entropy(b, label)
        update Net.B with adam(lr=1e-3)
    }}
    metric accuracy(a, label)
    {settings}
}}
"""


def stopping_of(*settings: str) -> list[tuple[str, str]]:
    found = compile_text(STOPPING.format(settings="\n    ".join(settings))).diagnostics
    return [(d.code, d.span.text) for d in found]


def test_early_stopping_judges_by_one_value() -> None:
    assert stopping_of("early_stopping 3", "validation 0.1") == [("E203", "early_stopping 3")]
    for name in ("first", "accuracy", "second_cross_entropy"):
        assert stopping_of("early_stopping 3", "validation 0.1", f"watch {name}") == []
    assert stopping_of("early_stopping 3", "validation 0.1", "watch acuracy") == [
        ("E401", "acuracy")
    ]
    assert stopping_of("watch accuracy") == [("E203", "watch accuracy")]


def test_early_stopping_by_test_rows_is_told() -> None:
    assert stopping_of("early_stopping 3", "watch first") == [("W523", "early_stopping 3")]

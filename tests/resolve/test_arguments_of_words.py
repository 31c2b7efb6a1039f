"""Words of the library are read as what they are nearest to, so that their arguments are checked as well."""

from __future__ import annotations

from specc.pipeline import compile_text

SPEC = """specc 1

network N {{
    in x: vector[64]
    x -> linear(10)
}}

train T {{
    data digits(flat=true) as x, y
    minimize cross_entropy(N(x), y)
    optimizer {optimizer}
    metric accuracy(N(x), y)
}}

expect {promise} >= 0.9
"""


def said(optimizer: str = "adam", promise: str = "test.accuracy") -> list[tuple[str, str]]:
    found = compile_text(SPEC.format(optimizer=optimizer, promise=promise)).diagnostics
    return [(d.message, d.text) for d in found]


def test_a_misspelt_optimizer_does_not_hide_its_arguments() -> None:
    assert said("Adam(learning_rate=1e-3)") == [
        ('there is no optimizer "Adam"', 'did you mean "adam"?'),
        ('adam has no argument "learning_rate"', 'did you mean "lr"?'),
    ]


def test_a_promise_on_a_metric_names_the_rows() -> None:
    assert said(promise="accuracy") == [
        ('nothing is named "accuracy"', "of which rows? test.accuracy")
    ]

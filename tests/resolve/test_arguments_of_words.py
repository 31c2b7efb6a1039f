"""Words of the library are read as what they are nearest to, so that their arguments are checked as well."""

from __future__ import annotations

from specc.diagnostics import Diagnostic
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


def in_net(call: str, head: str = "") -> list[Diagnostic]:
    text = f"specc 1\n{head}network N {{\n    in x: sequence[10, 64]\n    x -> {call}\n}}\n"
    return list(compile_text(text).diagnostics)


def test_sizes_of_the_input_are_told_by_name_too() -> None:
    head = "block B(d, heads) {\n    x -> attention(d, heads)\n}\n"
    for [problem] in (in_net("B(64, 4)", head), in_net("attention(64, 4)")):
        assert problem.message == "attention infers the size of its input, and gets it here"


def test_an_activation_is_no_argument() -> None:
    [problem] = in_net("linear(10, relu)")
    assert problem.code == "E202"
    assert problem.helps == ("an activation is a stage of its own: linear(…) -> relu",)


def test_a_whole_number_may_have_an_exponent() -> None:
    assert in_net("linear(1e3) -> linear(1.5e2)") == []
    [problem] = in_net("linear(1e-1)")
    assert problem.text == "the fraction 0.1"

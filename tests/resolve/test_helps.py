"""What beginners write, and the help that they get."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

SPEC = """specc 1
network N {{
    in x: {port}
    x -> {pipe}
}}
train T {{
    data {data} as x, label
    y = N(x)
    minimize {loss}
    optimizer adam(lr=1e-3)
    metric {metric}
}}
"""
USUAL = {
    "port": "vector[64]",
    "pipe": "linear(10)",
    "data": "digits(flat=true)",
    "loss": "cross_entropy(y, label)",
    "metric": "accuracy(y, label)",
}
TABLE = 'csv("a.csv", target=y)'


@pytest.mark.parametrize(
    ("changed", "help"),
    [
        ({"data": "digits"}, "-> flatten makes 64 of 1×8×8"),
        ({"port": "image[8, 8, 1]", "data": "digits"}, "channels come first: in x: image[1, 8, 8]"),
        ({"port": "image[1, 8, 8]"}, "-> reshape[1, 8, 8] makes 1×8×8 of 64"),
        (
            {"port": "image[1, 8, 8]", "data": "digits"},
            "-> flatten before the last layer makes one vector of each item",
        ),
        (
            {"pipe": "reshape[8, 8] -> transpose -> lstm(10)"},
            "keep=last in the recurrent layer, or mean(…, axis=time), leaves one vector",
        ),
        ({"pipe": "reshape[8, 8] -> lstm(10)"}, "-> transpose makes 8 steps of 8 features of it"),
        (
            {"pipe": "unsqueeze(-1) -> lstm(10)"},
            "-> reshape[1, 64] -> transpose makes 64 steps of 1 feature of it",
        ),
        (
            {"pipe": "unsqueeze(0) -> lstm(10)"},
            "-> transpose makes 64 steps of 1 feature of it",
        ),
        ({"port": "image(1, 8, 8)", "data": "digits"}, "image[1, 8, 8]"),
        ({"pipe": "reshape[1, 8, 8] -> conv(4, (3, 3))"}, "the sizes of a window: 3x3"),
        (
            {"pipe": "lstm(10, keep=last)"},
            "declare in x: sequence[t, n], and call with x -> reshape[t, n]",
        ),
        ({"pipe": "linear(10, activation=relu)"}, "an activation is a stage of its own: -> relu"),
        (
            {"pipe": "linear(10, in=64)"},
            "the sizes of an input are inferred; leave it out",
        ),
        ({"loss": "cross_entropy(label, y)"}, "cross_entropy(scores, label)"),
        (
            {"pipe": "linear(1)", "data": "breast_cancer", "port": "vector[30]"},
            "or, for one score of two classes: bce_with_logits, binary_accuracy",
        ),
        ({"data": TABLE}, "as x: vector[4]"),
        ({"data": TABLE}, "as label: category[3]"),
    ],
)
def test_a_beginner_is_helped(changed: dict[str, str], help: str) -> None:
    found = compile_text(SPEC.format(**(USUAL | changed)), "t.spec").diagnostics
    assert help in [h for d in found for h in d.helps]


def test_an_unknown_metric_is_no_layer() -> None:
    [found] = compile_text(SPEC.format(**(USUAL | {"metric": "acc(y, label)"})), "t").diagnostics
    assert found.message == 'there is no metric "acc"'
    assert found.text == 'did you mean "accuracy"?'


def test_a_column_may_be_called_as_a_value_made_of_the_data() -> None:
    data = 'csv("a.csv", target=y)'
    text = SPEC.format(**(USUAL | {"data": data}))
    text = text.replace("as x, label", "as x: vector[64], label: category[10]")
    assert list(compile_text(text, "t").diagnostics) == []


def test_the_shape_of_a_draw_stands_in_brackets() -> None:
    text = (
        "specc 1\ngenerator G {\n    in z: vector[8]\n    z -> linear(64)\n}\n"
        "train T {\n    data digits(flat=true) as x, label\n    z ~ normal(8)\n"
        "    minimize mse(G(z), x)\n    optimizer adam(lr=1e-3)\n}\n"
    )
    helps = [h for d in compile_text(text, "t.spec").diagnostics for h in d.helps]
    assert helps == ["normal[8]: the shape of a draw stands in square brackets"]
    other = text.replace("normal(8)", "normal(0, 1)")
    helps = [h for d in compile_text(other, "t.spec").diagnostics for h in d.helps]
    assert helps == ["normal(0, 1)[8] draws 8 numbers"]


def test_the_positions_of_a_metric_may_be_masked() -> None:
    text = (
        "specc 1\nnetwork Echo {\n    in x: sequence[T, 1]\n    x -> gru(8) -> linear(2)\n}\n"
        "train L {\n    data echo(length=30) as x, y, known\n    logits = Echo(x)\n"
        "    minimize cross_entropy(logits, y, where=known)\n    optimizer adam(lr=1e-2)\n"
        "    metric accuracy(logits, y, where=known)\n    metric f1(logits, y, where=known)\n}\n"
    )
    assert not list(compile_text(text, "t.spec").diagnostics)

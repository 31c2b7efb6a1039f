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
METRIC = (
    "accuracy is a metric, which is measured and not learnt from: "
    "metric accuracy(prediction, target)"
)
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
        ({"loss": "bce(y, label)"}, "cross_entropy(y, label) compares scores with class ids"),
        ({"loss": "mse(y, label)"}, "mse(y, one_hot(label)) compares all 10 numbers"),
        ({"metric": "accuracy(argmax(y), label)"}, "give it what argmax is taken of"),
        (
            {"loss": "accuracy(y, label)"},
            METRIC,
        ),
        (
            {"pipe": "reshape[1, 8, 8] -> conv(1, 6, 5) -> flatten -> linear(10)"},
            "conv(6, 5x5)",
        ),
        (
            {"pipe": "reshape[1, 8, 8] -> conv(1, 16, 3) -> flatten -> linear(10)"},
            "conv(16, 3x3): the size of the input is inferred",
        ),
        ({"pipe": "reshape[1, 8, 8] -> conv(6, 3*3)"}, "3x3"),
        (
            {"pipe": "reshape[1, 8, 8] -> conv(6, 3x3) -> flatten(1) -> linear(10)"},
            "-> flatten -> linear(…) takes all 216 together",
        ),
        ({"pipe": "reshape[1, 6, 6]"}, "reshape[1, 8, 8] does"),
        (
            {"pipe": "reshape[1, 8, 8] -> max_pool(2, padding=same)"},
            "padding=1 adds a position at both ends",
        ),
        ({"port": "vector[n]"}, "N: a size that stays free is written in capitals"),
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


NET = "specc 1\nnetwork Net {{\n    in x: image[3, 32, 32]\n    {body}\n}}\n"


@pytest.mark.parametrize(
    ("body", "help"),
    [
        (
            "a = x -> conv(8, 3x3, stride=2, padding=1)\n    out y = a + x",
            "x -> conv(8, 1x1, stride=2) has its shape, as in ResNet",
        ),
        (
            "a = x -> conv(8, 3x3, padding=1)\n    out y = a + x",
            "x -> conv(8, 1x1) has its shape, as in ResNet",
        ),
        (
            "s = x -> global_avg_pool\n    out y = x * s",
            "global_avg_pool(keepdims=true) keeps its axes: one number for each channel",
        ),
        (
            "s = x -> global_avg_pool -> linear(3)\n    out y = x * s",
            "s -> reshape[3, 1, 1] makes of it one number for each channel",
        ),
    ],
)
def test_values_of_other_sizes_are_brought_together(body: str, help: str) -> None:
    [only] = compile_text(NET.format(body=body), "t.spec").diagnostics
    assert only.helps == (help,)
    assert not any("fits when" in note for note in only.notes)


def test_a_root_of_a_number_is_a_number() -> None:
    body = "out y = x / sqrt(16) -> flatten -> linear(sqrt(100))".replace(
        "x / sqrt(16)", "(x / sqrt(16))"
    )
    compiled = compile_text(NET.format(body=body), "t.spec")
    assert list(compiled.diagnostics) == []
    [only] = compile_text(NET.format(body="out y = x / log(0)"), "t.spec").diagnostics
    assert only.message == "log(0) has no value"


def test_positions_are_added_to_any_sequence_of_vectors() -> None:
    body = (
        "weight cls[1, 16]\n    a = x -> conv(16, 8x8, stride=8) -> flatten(1) -> transpose\n"
        "    b = concat(cls, a, axis=length) -> learned_positions(17) -> sinusoidal_positions\n"
        "    b -> attention(2) -> linear(b.channels)"
    )
    assert list(compile_text(NET.format(body=body), "t.spec").diagnostics) == []


def test_the_masks_of_a_graph_have_their_names() -> None:
    text = (
        "specc 1\ntrain T {\n    data karate_club as g, club, labelled\n    y = g -> linear(2)\n"
        "    minimize cross_entropy(y, club)\n    optimizer adam(lr=1e-3)\n}\n"
    )
    [only] = compile_text(text, "t.spec").diagnostics
    assert only.helps == ("labelled and held_out have their names without as",)


def test_a_loss_that_nobody_minimizes_is_named() -> None:
    text = SPEC.format(**USUAL).replace("minimize cross", "loss = cross")
    [only] = compile_text(text, "t").diagnostics
    assert only.helps == ("minimize loss",)


def test_the_warmup_is_no_first_argument() -> None:
    text = SPEC.format(**USUAL).replace("optimizer", "schedule step(10)\n    optimizer")
    assert list(compile_text(text, "t").diagnostics) == []
    other = text.replace("step(10)", "one_cycle(max_lr=0.1)")
    [only] = compile_text(other, "t").diagnostics
    assert only.helps == ("the optimizer's lr is the highest rate",)


def test_the_networks_there_are_are_listed() -> None:
    text = SPEC.format(**USUAL).replace("N(x)", "Model(x)")
    found = next(d for d in compile_text(text, "t").diagnostics if d.code == "E201")
    assert found.notes[0] == "networks and blocks: N"


@pytest.mark.parametrize(
    ("call", "helps"),
    [
        ("embedding(50, 16)", ["embedding(16)"]),
        ("embedding(16, 2)", []),
        ("embedding(features=50)", []),
    ],
)
def test_an_embedding_infers_its_classes(call: str, helps: list[str]) -> None:
    text = f"specc 1\nnetwork Net {{\n    in ids: tokens[7, vocab=50]\n    ids -> {call}\n}}\n"
    found = compile_text(text, "t.spec").diagnostics
    assert [h for d in found for h in d.helps] == helps

"""Free sizes of a network: a call puts the sizes of its values in their place."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.emit.package import package
from specc.layers.base import Inference
from specc.pipeline import compile_text

SPEC = """specc 1

network Seg {{
    in x: image[1, H, W]
    a = x -> conv(4, 3x3, padding=1) as first -> max_pool(2x2)
    out y = concat(x, a -> conv_transpose(2, 2x2, stride=2)) -> conv(3, 1x1)
}}
network Two {{
    in x: image[1, H, W]
    in z: image[1, H, W]
    out y = (x + z) -> conv(1, 1x1)
}}
train T {{
    data shapes(size={size}) as image, mask
    y = Seg(image)
    t = permute(one_hot(mask), [2, 0, 1])
    minimize {loss}
    optimizer adam(lr=1e-2)
    show grid(image, argmax(y), mask)
}}
"""


def found(loss: str = "1 - mean(softmax(y) * t)", size: int = 32) -> list[Diagnostic]:
    return [*compile_text(SPEC.format(loss=loss, size=size)).diagnostics]


def test_values_of_a_call_have_the_sizes_of_its_operand() -> None:
    assert found() == []
    assert found("mean(t) * mean(mean(y.first, axis=channels) * mask)") == []


def test_a_condition_that_the_sizes_break_is_all_that_is_said() -> None:
    [one] = found(size=30 + 1)
    assert (one.code, one.span.text) == ("E302", "Seg(image)")
    assert one.message == "network Seg is valid when H is even, and this call has H = 31, W = 31"


def test_a_symbol_of_two_ports_is_one_size() -> None:
    [one] = found("mse(y, t) + mean(Two(image, image -> max_pool(2x2)))")
    assert (one.code, one.message.split(",")[0]) == ("E302", "network Two is valid when H = 16")


TRAINED = """specc 1

param n

network Net {{
    in x: image[1, H, W]
    x -> flatten -> linear(H) as first -> linear(10)
}}
network Slim {{
    in x: vector[n]
    x -> linear(10) as first
}}
network Any {{
    in x: image[1, H, W]
    x -> conv(4, 3x3) -> mean(axis=[height, width]) -> linear(10)
}}
train T {{
    data digits as x, y
    a = Net(x) + Slim(flatten(x)) + Any(x) + Any(x -> max_pool(2x2))
    minimize cross_entropy(a{more}, y)
    optimizer adam(lr=1e-2)
}}
"""


def test_weights_have_the_sizes_of_the_call_and_what_has_no_weight_stays_free() -> None:
    program = compile_text(TRAINED.format(more="")).program
    assert program is not None
    made = {b.name: str(b.inputs[0][1]) for b in program.networks}
    assert made == {"Net": "1×8×8", "Slim": "64", "Any": "1×H×W"}
    assert [p.value for p in program.parameters] == [64]
    unit = program.network("Net").stage("first").unit
    assert isinstance(unit, Inference)
    assert unit.parameters[0].sizes == (8, 64)


def test_one_network_has_weights_of_one_size() -> None:
    [one] = compile_text(TRAINED.format(more=" + Net(x -> max_pool(2x2))")).diagnostics
    assert (one.code, one.text) == ("E302", "1×4×4")
    assert one.labels[0].text == "its weights have H = 8, W = 8 from this call"


def test_a_weight_whose_size_no_call_gives_is_refused() -> None:
    text = TRAINED.format(more="").replace("linear(H)", "linear(k)")
    [one] = compile_text(text.replace("param n", "param n\nparam k")).diagnostics
    assert (one.code, one.helps) == ("E203", ("param k = 12 gives k a value",))
    assert one.message == "train T needs every size, and the weights of Net may have any k"


def test_a_body_reads_a_free_size_by_its_name() -> None:
    text = "specc 1\nnetwork Vec {\n    in x: vector[N]\n    x -> linear(2 * N) -> linear(N)\n}\n"
    program = compile_text(text).program
    assert program is not None
    assert [str(t) for _, t in program.network("Vec").output_types()] == ["N"]


def test_a_free_size_is_a_number_in_arithmetic() -> None:
    text = """specc 1
network N {
    in x: sequence[T, 8]
    h = x -> linear(4)
    out y = sum(h, axis=time) / T
    out z = h * (T - 1)
}
"""
    compiled = compile_text(text)
    assert not compiled.diagnostics.items
    assert compiled.program is not None
    model = package(compiled.program)["model.py"]
    assert "T = x.shape[1]" in model
    assert "h.sum(1) / T" in model
    assert "h * (T - 1)" in model


@pytest.mark.parametrize("value", ["h / k", "mse(h, k)"])
def test_a_parameter_without_a_value_is_no_number(value: str) -> None:
    body = f"in x: vector[8]\n    h = x -> linear(k)\n    out y = {value}"
    text = f"specc 1\nparam k\nnetwork N {{\n    {body}\n}}\n"
    [one] = compile_text(text).diagnostics
    assert (one.code, one.span.text) == ("E203", "k")

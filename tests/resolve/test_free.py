"""Free sizes of a network: a call puts the sizes of its values in their place."""

from __future__ import annotations

from specc.diagnostics import Diagnostic
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

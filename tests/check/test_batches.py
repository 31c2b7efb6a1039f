"""Batch normalisation needs batches of two rows."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text

SPEC = """specc 1

network Net {{
    in x: vector[64]
    x -> {layers} -> linear(10)
}}
train T {{
    data digits(flat=true) as x, label
    minimize cross_entropy(Net(x), label)
    optimizer adam(lr=1e-2)
    batch {batch}
}}
"""
MAPS = "reshape[1, 8, 8] -> conv(4, 3x3) -> batch_norm -> flatten"


def test_one_vector_cannot_be_normalised() -> None:
    [one] = compile_text(SPEC.format(layers="linear(8) -> batch_norm", batch=1)).diagnostics
    assert (one.code, one.span.text, one.labels[0].span.text) == ("E204", "batch 1", "batch_norm")


def test_inside_of_repetitions_too() -> None:
    layers = "repeat 2 { linear(8) -> batch_norm -> relu }"
    [one] = compile_text(SPEC.format(layers=layers, batch=1)).diagnostics
    assert one.code == "E204"


@pytest.mark.parametrize(("layers", "batch"), [("linear(8) -> batch_norm", 2), (MAPS, 1)])
def test_two_rows_and_maps_can(layers: str, batch: int) -> None:
    assert [*compile_text(SPEC.format(layers=layers, batch=batch)).diagnostics] == []

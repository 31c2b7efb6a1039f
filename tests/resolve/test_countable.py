"""Sizes that no tensor can have."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("in x: vector[99999999999999999999999999]\n    x -> relu", "vector["),
        ("in x: vector[2^63]\n    x -> relu", "vector["),
        ("in x: image[10^7, 10^7, 10^7]\n    x -> relu", "image["),
        ("in x: vector[10]\n    x -> linear(9223372036854775807)", "linear("),
        ("in x: vector[10]\n    weight W[10^10, 10^10]\n    out y = x", "W["),
    ],
)
def test_a_tensor_has_fewer_numbers_than_64_bits_count(body: str, place: str) -> None:
    found = compile_text(f"specc 1\nnetwork N {{\n    {body}\n}}\n").diagnostics
    problem = next(d for d in found if d.code == "E205")
    assert problem.span.text.startswith(place)
    assert problem.helps == ("a tensor has fewer than 2^63 numbers, about 9.2·10^18",)


def test_large_sizes_are_sizes() -> None:
    text = "specc 1\nnetwork N {\n    in x: vector[10^9]\n    x -> linear(10^9)\n}\n"
    assert not list(compile_text(text).diagnostics)

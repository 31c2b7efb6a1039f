"""Sizes that are free may be equal, unless no numbers make them so."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text


def errors(kind: str, layers: str) -> list[str]:
    text = f"specc 1\n\nnetwork N {{\n    in x: {kind}\n    x -> {layers}\n}}\n"
    return [d.message for d in compile_text(text).diagnostics]


@pytest.mark.parametrize(
    ("kind", "layers", "message"),
    [
        ("vector[10]", "linear(64) -> reshape(32, 2, 2)", "reshape: 64 values do not fill 32×2×2"),
        (
            "image[3, H, W]",
            "flatten -> reshape(32, 2, 2)",
            "reshape: 3·H·W values do not fill 32×2×2",
        ),
        (
            "sequence[T, 256]",
            "reshape(32, 2, 2)",
            "reshape: T×256 holds 256·T values, which do not fill 32×2×2",
        ),
    ],
)
def test_what_no_size_fills_is_refused(kind: str, layers: str, message: str) -> None:
    assert errors(kind, layers) == [message]


@pytest.mark.parametrize("kind", ["sequence[T, 8]", "image[C, 4, 4]", "image[3, H, W]"])
def test_what_some_size_fills_passes(kind: str) -> None:
    assert (
        errors(kind, "flatten -> reshape(24, 2, 2)" if "3" in kind else "reshape(32, 2, 2)") == []
    )

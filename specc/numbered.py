"""Names by kind and order: `conv1`, `conv2`."""

from __future__ import annotations


def numbered(base: str, number: int) -> str:
    """`conv1`; behind a word that ends in a digit the number stands apart, `relu6_1`."""
    return f"{base}_{number}" if base[-1:].isdigit() else f"{base}{number}"

"""Names by kind and order, `conv1`, `conv2`, and of several of a kind, `layers`."""

from __future__ import annotations

from collections.abc import Set


def numbered(base: str, number: int) -> str:
    """`conv1`; behind a word that ends in a digit the number stands apart, `relu6_1`."""
    return f"{base}_{number}" if base[-1:].isdigit() else f"{base}{number}"


def plural(word: str) -> str:
    """`layers` of `layer`, `boxes` of `box`, `memories` of `memory`."""
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou_"):
        return f"{word[:-1]}ies"
    return f"{word}{'es' if word.endswith(('s', 'x', 'z', 'ch', 'sh')) else 's'}"


def may_be_named(name: str, words: Set[str]) -> bool:
    """Whether something in a text of these words may have a name: `linear1` comes of a `linear`."""
    kind = name.rstrip("0123456789").rstrip("_")
    by_kind = kind != name and (kind in words or (kind.islower() and len(kind) > 1))
    return name in words or by_kind

"""In an example a weight says how large its layer is: `linear(weight=W)`, `conv(weight=K)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from specc.program import Static

Sizes = Sequence[Static]

RULES: Mapping[str, Callable[[Sizes], dict[str, Static]]] = {
    "linear": lambda s: {"features": s[0]},
    "bilinear": lambda s: {"features": s[0]},
    "embedding": lambda s: {"features": s[1]},
    "conv": lambda s: {"channels": s[0], "kernel": tuple(s[2:])},
    "conv_transpose": lambda s: {"channels": s[1], "kernel": tuple(s[2:])},
}
"""The hyperparameters that follow from the sizes of a weight, by the layer's word."""

RANKS: Mapping[str, int] = {
    "linear": 2,
    "bilinear": 3,
    "embedding": 2,
    "conv": 3,
    "conv_transpose": 3,
}
"""The fewest axes of the weight."""


def implied(word: str, sizes: Sizes) -> dict[str, Static]:
    """What a weight of these sizes says; nothing where the layer has no rule."""
    rule = RULES.get(word)
    return rule(sizes) if rule is not None and len(sizes) >= RANKS[word] else {}


def lifted(word: str, parameter: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """A weight as short as it is written by hand: one kernel without its channels, one unit's row."""
    if parameter == "bias":
        return sizes or (1,)
    if word == "linear":
        return (1,) * (2 - len(sizes)) + sizes
    if word in ("conv", "conv_transpose") and len(sizes) in (1, 2):
        return (1, 1, *sizes)
    return sizes

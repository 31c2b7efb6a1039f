"""Shapes as a comment shows them: `[B, 64, 28, 28]`."""

from __future__ import annotations

from collections.abc import Container

from specc.sizes import Size, Symbolic, render
from specc.types import Graph, Tensor, ValueType

_FIRST = {"items": "B", "nodes": "N", "edges": "E", "pairs": "P"}


def shape(type: Tensor, letters: Container[str] | None = None) -> str:
    """`[B, 64, 28, 28]`; a size that is no number or letter is `…`.

    `letters`, where given, are the symbols that a reader of the place knows.
    """
    sizes = [_size(s, letters) for s in type.sizes]
    first = [_FIRST[type.over]] if type.batched else []
    return f"[{', '.join([*first, *sizes])}]"


def shown(type: ValueType) -> tuple[str, ...]:
    """The shape of an input, those of its features for a graph that has some."""
    if isinstance(type, Graph):
        return tuple(shape(part) for _, part in type.features())
    return (shape(type),) if isinstance(type, Tensor) else ()


def annotation(type: ValueType) -> str:
    """The Python type of an argument."""
    return "Graph" if isinstance(type, Graph) else "Tensor"


def _size(size: Size, letters: Container[str] | None) -> str:
    if not isinstance(size, Symbolic):
        return str(size)
    text = render(size)
    known = text.isidentifier() and (letters is None or text in letters)
    return text if known else "…"

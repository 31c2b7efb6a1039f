"""Shapes as a comment shows them: `[B, 64, 28, 28]`."""

from __future__ import annotations

from collections.abc import Container

from specc.sizes import Size, Symbolic, render
from specc.types import Tensor


def shape(type: Tensor, letters: Container[str] | None = None) -> str:
    """`[B, 64, 28, 28]`; a size that is no number or letter is `…`.

    `letters`, where given, are the symbols that a reader of the place knows.
    """
    sizes = [_size(s, letters) for s in type.sizes]
    return f"[{', '.join([*(['B'] if type.batched else []), *sizes])}]"


def _size(size: Size, letters: Container[str] | None) -> str:
    if not isinstance(size, Symbolic):
        return str(size)
    text = render(size)
    known = text.isidentifier() and (letters is None or text in letters)
    return text if known else "…"

"""Shapes as a comment shows them: `[B, 64, 28, 28]`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from specc.program import Body
from specc.sizes import Size, Symbolic, free_symbols, render_python, substitute, symbol
from specc.types import Graph, Tensor, ValueType

_FIRST = {"items": "B", "nodes": "N", "edges": "E", "pairs": "P"}
_LETTERS = {"height": "H", "width": "W", "depth": "Z", "time": "T", "length": "L"}
_LONGEST = 12
"""Columns of a size that is worth its place in a comment."""
_SUM = re.compile(r"[^\W\d]\w*(\+\w+)?")
"""A name, and what is added to it, is worth more."""


def shape(type: Tensor) -> str:
    """`[B, 64, 28, 28]`, `[B, 64, H//2, W//2]`; a size that takes more words is `…`."""
    sizes = [_size(s) for s in type.sizes]
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


def lettered(body: Body, kept: Collection[str]) -> Body:
    """The body with a letter for each open size of its inputs that counts positions: H for `in_height`.

    `kept` are the symbols that the code has under their own names.
    """
    letters: dict[Size, Symbolic] = {}
    for _, type in body.inputs:
        for axis, size in (
            zip(type.axes, type.sizes, strict=True) if isinstance(type, Tensor) else ()
        ):
            is_open = isinstance(size, Symbolic) and free_symbols(size).isdisjoint(kept)
            if is_open and axis in _LETTERS and size not in letters:
                used = sum(str(s).startswith(_LETTERS[axis]) for s in letters.values())
                letters[size] = symbol(_LETTERS[axis] + (str(used + 1) if used else ""))
    if not letters:
        return body
    nodes = (
        replace(n, types=tuple((port, _relabelled(t, letters)) for port, t in n.types))
        for n in body.nodes
    )
    inputs = tuple((name, _relabelled(t, letters)) for name, t in body.inputs)
    return replace(body, nodes=tuple(nodes), inputs=inputs)


def _relabelled(type: ValueType, letters: Mapping[Size, Symbolic]) -> ValueType:
    if not isinstance(type, Tensor):
        return type
    return replace(type, sizes=tuple(_relabelled_size(s, letters) for s in type.sizes))


def _relabelled_size(size: Size, letters: Mapping[Size, Symbolic]) -> Size:
    """A size in the letters; `…` where it is another form of what a letter stands for, ⌊H/4⌋ beside ⌊H/2⌋."""
    for times in range(1, 5):
        found = next(
            (times * letter for known, letter in letters.items() if times * known == size), None
        )
        if found is not None:
            return found
    names = {str(known): letter for known, letter in letters.items() if str(known).isidentifier()}
    behind = {name for known in letters for name in free_symbols(known)} - names.keys()
    hidden = isinstance(size, Symbolic) and not free_symbols(size).isdisjoint(behind)
    return symbol("…") if hidden else substitute(size, names)


def _size(size: Size) -> str:
    text = render_python(size).replace(" ", "") if isinstance(size, Symbolic) else str(size)
    return text if len(text) <= _LONGEST or _SUM.fullmatch(text) else "…"

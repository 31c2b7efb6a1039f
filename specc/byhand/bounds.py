"""How large a value may be that is worked by hand, and sizes as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from specc.byhand.array import Array
from specc.byhand.graph import HandGraph
from specc.byhand.interpret import ByHandError
from specc.layers.base import Inference
from specc.program import Body
from specc.sizes import Size, Symbolic, evaluate
from specc.types import Graph, Tensor, ValueType

MOST_NUMBERS = 20_000
"""Of one value."""
MOST_MACS = 200_000
"""Of one layer: an example is small enough to be read."""
Symbols = Mapping[str, int]
"""What the free sizes of a body are."""


def whole(size: Size, symbols: Symbols) -> int:
    """A size as a number. Raises ByHandError where it is free."""
    if isinstance(size, int):
        return size
    try:
        return evaluate(size, dict(symbols))
    except KeyError as problem:
        raise ByHandError(f"has a size that is not known: {problem.args[0]}") from None


def too_large(inference: Inference, symbols: Symbols | None = None) -> str | None:
    """Why a layer is too large to be worked by hand, None for one that is not.

    Without `symbols` free sizes are passed over.

    Raises:
        ByHandError: a size is free.
    """
    for _, kind in inference.outputs:
        sizes = kind.sizes if isinstance(kind, Tensor) else ()
        if symbols is None and not all(isinstance(n, int) for n in sizes):
            continue
        if prod(whole(n, symbols or {}) for n in sizes) > MOST_NUMBERS:
            return f"has more than {MOST_NUMBERS:,} numbers"
    macs = 0 if inference.macs is None else inference.macs.value
    if symbols is None and not isinstance(macs, int):
        return None
    if whole(macs, symbols or {}) > MOST_MACS:
        return f"takes more than {MOST_MACS:,} products"
    return None


def bound(body: Body, inputs: Mapping[str, Any]) -> dict[str, int]:
    """The free sizes in the types of a body's inputs, as the values that come in have them."""
    found: dict[str, int] = {}
    for name, kind in body.inputs:
        for size, number in _measured(kind, inputs.get(name)):
            if isinstance(size, Symbolic) and str(size).isidentifier():
                found[str(size)] = number
    return found


def _measured(kind: ValueType, value: Any) -> list[tuple[Size, int]]:
    """The sizes of a type beside those of a value of it."""
    if isinstance(kind, Graph) and isinstance(value, HandGraph):
        return [(kind.nodes, value.nodes), (kind.edges, len(value.source))]
    if isinstance(kind, Tensor) and isinstance(value, Array):
        have = value.sizes[1:] if kind.batched else value.sizes
        return list(zip(kind.sizes, have, strict=False))
    return []

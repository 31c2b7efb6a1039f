"""How LeNet-5 was counted in its paper: maps joined by a table, pools with weights, a fixed last layer.

LeCun, Bottou, Bengio and Haffner 1998, section II.B: table I joins the 6 maps of S2 with the 16 of C3.
It has no form for other numbers of maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from specc.claims.slips.rewrite import symbols, without, without_ones
from specc.claims.slips.slip import Change, Slip, Working
from specc.count.add import add_up
from specc.count.rows import Entry
from specc.formula import Formula, product, total
from specc.layers.base import Layer
from specc.program import Apply
from specc.sizes import Size, render
from specc.types import Tensor

JOINED: Formula = total((product((6, 3)), product((9, 4)), 6))
"""Pairs of maps that the table joins: six maps see 3 of those before, nine see 4, one sees all 6."""
BETWEEN = (6, 16)
NAME, TEXT = "partial-connections", "maps are joined by the table of LeNet-5"
_REASON = (
    "LeNet-5 by LeCun's table of connections: six maps see 3 of the 6 before, nine see 4, and one sees "
    "all; here each of the 16 sees all 6"
)


def _partial(w: Working) -> Iterator[Change]:
    own = symbols(w.formula)
    if not _joins(w.case.layer) or (own.get("c_in"), own.get("c_out")) != BETWEEN:
        return
    bare = without_ones(w.formula) or w.formula
    kernel = without(bare, ("c_in", "c_out"))
    if kernel is not None and bare.value != 0:
        offsets = w.formula.value - bare.value
        joined = product((kernel, JOINED))
        yield w.to(joined if offsets == 0 else joined + offsets), _REASON


def _joins(layer: Layer) -> bool:
    return layer.word == "conv" and getattr(layer, "groups", 1) == 1


PARTIAL = Slip(NAME, TEXT, _partial, deep=True)

Off: TypeAlias = tuple[str, str, Size, str]
"""A slip's name, its text, by how much the sum is off, and why that is wrong."""


def published(rows: list[Entry]) -> Iterator[Off]:
    """A network with such a layer, counted as in the paper in several ways at once: the 60,000 of LeNet-5."""
    fewer = next((n for e in rows if (n := _fewer(e)) != 0), 0)
    last = next((e for e in reversed(rows) if e.row.params != 0), None)
    if fewer == 0 or last is None:
        return
    pools = {e.row.path: 2 * channels for e in rows if (channels := _pooled(e)) != 0}
    more, fixed = add_up(pools.values()), last.row.params
    ways: tuple[tuple[Size, str], ...] = (
        (-1 * fewer, f"LeCun's table of connections between 6 and 16 maps (− {render(fewer)})"),
        (
            more,
            f"a coefficient and a bias for each map of {' and '.join(pools)} (+ {render(more)})",
        ),
        (-1 * fixed, f"fixed weights in {last.row.path} (− {render(fixed)})"),
    )
    for chosen in ((0, 1, 2), (0, 1), (0, 2), (1, 2), (1,)):
        taken = [ways[i] for i in chosen]
        if all(number != 0 for number, _ in taken):
            said = f"LeNet-5 as published: {', and '.join(way for _, way in taken)}"
            yield NAME, TEXT, add_up(number for number, _ in taken), said


def _fewer(entry: Entry) -> Size:
    """The weights that the table leaves out of a layer; 0 where there is none."""
    weights, layer = entry.row.weights, _layer(entry)
    if weights is None or layer is None or not _joins(layer):
        return 0
    own = symbols(weights)
    kernel = without(weights, ("c_in", "c_out"))
    between = (own.get("c_in"), own.get("c_out")) == BETWEEN
    return kernel.value * (6 * 16 - JOINED.value) if between and kernel is not None else 0


def _pooled(entry: Entry) -> Size:
    """The maps of a pool, 0 for another layer."""
    layer, output = _layer(entry), entry.row.output
    pools = layer is not None and layer.word in {"avg_pool", "max_pool"}
    return output.sizes[0] if pools and isinstance(output, Tensor) else 0


def _layer(entry: Entry) -> Layer | None:
    operation = entry.node.operation if entry.node is not None else None
    return operation.layer if isinstance(operation, Apply) else None

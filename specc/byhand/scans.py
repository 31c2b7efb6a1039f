"""What a scan does between its steps: states held by a mask, gradients that end, outputs fed back."""

from __future__ import annotations

from math import prod

from specc.byhand.array import Array, dropped, expanded
from specc.byhand.bounds import Symbols, whole
from specc.byhand.scalar import ZERO, constant, given
from specc.program import Scan, State
from specc.types import Tensor, ValueType


def held(valid: Array | None, new: Array, old: Array | None) -> Array:
    """The new value of every item whose position counts, else the old one; 0 where there is none yet."""
    if valid is None:
        return new
    size = prod(new.sizes[1:])
    before = old.items if old is not None else (ZERO,) * len(new.items)
    chosen = [
        new.items[i] if valid.items[i // size].value else before[i] for i in range(len(new.items))
    ]
    return Array(new.sizes, tuple(chosen))


def valid_at(mask: Array | None, position: int) -> Array | None:
    """The mask of one position, [B]; None where all count."""
    return None if mask is None else dropped(mask, 1, position)


def cut(state: Array) -> Array:
    """The same numbers without their history: no gradient goes further back."""
    return Array(state.sizes, tuple(given(item.value) for item in state.items))


def fed(output: Array, *, classes: bool) -> Array:
    """An output as the next input: itself, or the place of its largest number where ids are read."""
    if not classes:
        return output
    width = output.sizes[-1]
    rows = [output.items[i : i + width] for i in range(0, len(output.items), width)]
    best = (max(range(width), key=lambda k, row=row: row[k].value) for row in rows)  # type: ignore[misc]
    return Array(output.sizes[:-1], tuple(constant(k) for k in best))


def is_cut(scan: Scan, number: int, symbols: Symbols) -> bool:
    """Whether gradients end before a step."""
    return scan.truncate is not None and number % whole(scan.truncate, symbols) == 0


def read(scan: Scan, sequence: Array, t: int, before: Array | None) -> Array:
    """What a step reads: its position of the sequence, or the output before it where it runs freely."""
    if scan.free_running == "never" or before is None:
        return dropped(sequence, 1, t)
    kind = scan.body.inputs[0][1]
    return fed(before, classes=isinstance(kind, Tensor) and kind.dtype != "float")


def first_state(
    state: State, value: Array | None, kind: ValueType, batch: int, symbols: Symbols, axis: int = 0
) -> Array:
    """A first state of every item, of its sizes from an axis on."""
    assert isinstance(kind, Tensor)
    sizes = (batch, *(whole(n, symbols) for n in kind.sizes[axis:]))
    if value is not None:
        return expanded(value, sizes)
    return Array(sizes, (constant(state.start),) * prod(sizes))

"""The work of normalising, which some count and most papers leave out."""

from __future__ import annotations

from collections.abc import Iterable

from specc.count.add import add_up
from specc.count.rows import Entry
from specc.program import Apply
from specc.sizes import Size

_NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm"})


def is_norm(entry: Entry) -> bool:
    """Whether a row scales and shifts what it is given, each number with one multiply-accumulate."""
    operation = entry.node.operation if entry.node is not None else None
    return isinstance(operation, Apply) and operation.layer.word in _NORMS


def norm_macs(entries: Iterable[Entry]) -> Size:
    """The multiply-accumulates of all norms."""
    return add_up(e.row.macs for e in entries if is_norm(e))

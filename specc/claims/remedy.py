"""A width with which a network keeps a promise about its parameters."""

from __future__ import annotations

from specc.claims.again import counted_with
from specc.claims.slips.params import WIDTHS
from specc.claims.subjects import Subject
from specc.count.rows import Entry
from specc.program import Apply

_NOUNS = {"channels": "maps", "units": "units", "features": "units"}
_LEAST = 4  # a layer is made narrower by no more than this factor


def remedy(subject: Subject, most: int) -> str:
    """`116 maps in C5 give 59,766`: the largest layer made just narrow enough; empty where none helps."""
    rows = [e for e in subject.entries if isinstance(e.row.params, int) and e.row.params]
    # The last layer's width is what the network is for.
    for entry in sorted(rows[:-1], key=lambda e: -_number(e)):
        found = _narrowed(entry, subject, most)
        if found:
            return found
    return ""


def _number(entry: Entry) -> int:
    return entry.row.params if isinstance(entry.row.params, int) else 0


def _narrowed(entry: Entry, subject: Subject, most: int) -> str:
    name, width = _width(entry)
    body = subject.network
    if body is None or entry.body is not body or width < 2:
        return ""
    low, high = 0, width - 1  # the greatest width that fits lies in [low, high]
    if _count(entry, name, high) is None:
        return ""
    while low < high:
        middle = (low + high + 1) // 2
        count = _count(entry, name, middle)
        if count is not None and count <= most:
            low = middle
        else:
            high = middle - 1
    count = _count(entry, name, low) if low * _LEAST >= width else None
    return f"{low:,} {_NOUNS[name]} in {entry.row.path} give {count:,}" if count else ""


def _width(entry: Entry) -> tuple[str, int]:
    operation = entry.node.operation if entry.node is not None else None
    if isinstance(operation, Apply):
        for name in WIDTHS:
            value = getattr(operation.layer, name, None)
            if isinstance(value, int):
                return name, value
    return "", 0


def _count(entry: Entry, name: str, width: int) -> int | None:
    assert entry.node is not None
    assert isinstance(entry.node.operation, Apply)
    layer = entry.node.operation.layer.model_copy(update={name: width})
    found = counted_with(entry.body, entry.node, layer)
    return found if isinstance(found, int) else None

"""Where the conventions part: by how much, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from specc.count.add import add_up
from specc.count.report import Difference
from specc.count.rows import Entry
from specc.count.weights import alternative, weights
from specc.layers.base import Convention
from specc.sizes import Size

CONVENTIONS: tuple[Convention, ...] = get_args(Convention)


def differences(
    network: str, entries: Iterable[Entry], convention: Convention
) -> tuple[Difference, ...]:
    """One for each other convention and kind of layer that it counts otherwise."""
    rows = [e for e in entries if e.stage is not None]
    others = [c for c in CONVENTIONS if c != convention]
    return tuple(d for other in others for d in _against(network, rows, convention, other))


def _against(
    network: str, entries: list[Entry], ours: Convention, theirs: Convention
) -> Iterator[Difference]:
    groups: dict[tuple[str, str], list[tuple[str, Size, Size, Size]]] = {}
    for entry in entries:
        row, stage = entry.row, entry.stage
        assert stage is not None
        here, there = weights(stage, ours).number, weights(stage, theirs).number
        if here != there:
            counted = alternative(stage, theirs) or alternative(stage, ours)
            why = counted.why if counted else "buffers count as weights that are not trained"
            group = groups.setdefault((row.op, why), [])
            group.append((row.path, row.times * here, row.times * there, row.times))
    for (op, why), found in groups.items():
        here, there = add_up(f[1] for f in found), add_up(f[2] for f in found)
        paths, layers = tuple(f[0] for f in found), add_up(f[3] for f in found)
        yield Difference(network, paths, layers, op, theirs, here, there, why)

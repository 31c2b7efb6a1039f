"""An earlier layer's error carried on: a size that is wrong further up, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from specc.claims.again import Case
from specc.claims.outcome import Value
from specc.claims.replay import Replay, before, key_of, replayed
from specc.claims.slips.sizes import SIZES, shape_of
from specc.claims.slips.slip import Finding, Slip, Working
from specc.claims.subjects import Subject, Tables
from specc.count.add import add_up
from specc.count.memory import FLOAT
from specc.count.rows import Entry
from specc.layers.base import Inference
from specc.program import Apply, Body
from specc.sizes import Size, SizeLimit

Shapes: TypeAlias = dict[str, tuple[Size, ...]]

LAYERS = 12
"""Layers with a window in which an earlier error is looked for."""
NODES = 80
"""Nodes of a network that is played anew for each of them."""
WORDS = frozenset({"output", "params", "trainable", "macs", "flops", "memory"})
"""Figures that follow from sizes."""
CARRIED = tuple(
    s for s in SIZES if s.name in {
        "padding-forgotten", "padding-one-side", "stride-forgotten", "rounding", "plus-one-forgotten",
        "dilation-forgotten", "forward-formula", "size-times-stride",
    }
)  # fmt: skip
"""Slips in a size that change what comes after."""


def findings(tables: Tables, subject: Subject, word: str) -> Iterator[Finding]:
    """What a figure is after a slip in the size of one layer before, or of all of them."""
    network = subject.network
    if network is None or word not in WORDS:
        return
    rows = tables.entries(network)
    if len(rows) > NODES:
        return
    windowed = [e for e in _before(rows, subject) if _windowed(e)]
    for slip in CARRIED if len(windowed) <= LAYERS else ():
        for entry in windowed:
            shapes = _slipped(slip, tables, network, [entry])
            yield from _found(
                slip, subject, word, network, shapes, f"{entry.row.path}: {slip.text}"
            )
        if len(windowed) > 1:
            shapes = _slipped(slip, tables, network, windowed)
            if len(shapes) > 1:
                yield from _found(
                    slip, subject, word, network, shapes, f"in all layers before, {slip.text}"
                )


def _before(rows: tuple[Entry, ...], subject: Subject) -> list[Entry]:
    """The rows before the subject; for a sum all of them."""
    if subject.totals is not None or len(subject.entries) != 1:
        return list(rows)
    ahead = set(before(rows, key_of(subject.entries[0])))
    return [e for e in rows if key_of(e) in ahead]


def _windowed(entry: Entry) -> bool:
    operation = entry.node.operation if entry.node is not None else None
    return isinstance(operation, Apply) and bool(operation.inference.sizes)


def _slipped(slip: Slip, tables: Tables, network: Body, rows: list[Entry]) -> Shapes:
    """The sizes of these layers after the slip, each on what the ones before give then."""
    shapes: Shapes = {}
    for entry in rows:
        key = key_of(entry)
        wrong = _wrong_size(slip, tables, entry, replayed(network, tuple(shapes.items())))
        if wrong is not None:
            shapes[key] = wrong
    return shapes


def _wrong_size(
    slip: Slip, tables: Tables, entry: Entry, played: Replay
) -> tuple[Size, ...] | None:
    key = key_of(entry)
    found = played.layers.get(key)
    operation = entry.node.operation if entry.node is not None else None
    if found is None or not isinstance(operation, Apply):
        return None
    case = Case(entry, operation.layer, found, played.operands.get(key, ()))
    working = Working(case, tables, shape_of(found), shape=True)
    try:
        changed = next((w for w, _ in slip.change(working) if len(w.parts) > 1), None)
    except (ArithmeticError, SizeLimit, TypeError, ValueError):
        return None
    if changed is None or changed.value == working.value:
        return None
    sizes = tuple(p.value for p in changed.parts)
    return sizes if all(not isinstance(s, int) or s > 0 for s in sizes) else None


def _found(
    slip: Slip, subject: Subject, word: str, network: Body, shapes: Shapes, reason: str
) -> Iterator[Finding]:
    if not shapes:
        return
    value = _figure(subject, word, replayed(network, tuple(shapes.items())))
    if value is not None:
        said = f"{reason}, and what follows from that is right"
        yield Finding((slip,), value, said, earlier=tuple(shapes))


def _figure(subject: Subject, word: str, played: Replay) -> Value:
    """The figure of the subject as it was played; None where something does not fit any more."""
    if word == "output":
        one = subject.entries[-1] if subject.entries and subject.totals is None else None
        return played.output(key_of(one)) if one is not None else None
    total: Size = 0
    for entry in subject.entries:
        value = _number(entry, word, played)
        if value is None:
            return None
        total = total + value
    return total


def _number(entry: Entry, word: str, played: Replay) -> Size | None:
    """The figure of one row: what it says anew where its layer changed."""
    if entry.node is None:
        return _own(entry, word)
    operation, key = entry.node.operation, key_of(entry)
    if not isinstance(operation, Apply):
        same = played.types.get(key) == dict(entry.node.types)
        return _own(entry, word) if same else None
    found = played.layers.get(key)
    if found is None:
        return None
    anew, old = _counts(word, found), _counts(word, operation.inference)
    place = entry.place
    times = place.times * (place.steps if word in {"macs", "flops"} else 1)
    return _own(entry, word) + times * (anew - old) if anew != old else _own(entry, word)


def _own(entry: Entry, word: str) -> Size:
    """The right figure of a row."""
    row = entry.row
    match word:
        case "params" | "trainable":
            return row.params
        case "macs":
            return row.macs
        case "flops":
            return 2 * row.macs
        case "memory":
            return FLOAT * row.params
        case _:
            return 0


def _counts(word: str, found: Inference) -> Size:
    """The part of a figure that may follow from sizes."""
    count = found.count.value if found.count is not None else 0
    macs = found.macs.value if found.macs is not None else 0
    weights = add_up(p.count.value for p in found.parameters if p.kind == "weight")
    return {
        "macs": macs, "flops": 2 * macs, "memory": FLOAT * count, "weights": weights,
    }.get(word, count)  # fmt: skip

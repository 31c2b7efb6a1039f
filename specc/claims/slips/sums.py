"""Slips in adding up the layers of a block, a network or a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from specc.claims.figures import FIGURES
from specc.claims.outcome import Value
from specc.claims.slips.lenet import Off, published
from specc.claims.slips.params import missing
from specc.claims.slips.slip import Finding, Slip, Working
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables
from specc.count.add import add_up
from specc.count.differences import CONVENTIONS
from specc.count.memory import FLOAT
from specc.count.norms import is_norm, norm_macs
from specc.count.opened import opened
from specc.count.rows import Entry
from specc.count.weights import Weights, parameters, weights
from specc.formula import product
from specc.layers.base import Inference, Parameter
from specc.program import Apply
from specc.sizes import Size, SizeLimit, Symbolic, floor_div, render
from specc.types import Graph

MOST = 80
"""Layers whose own slips are looked at."""
_SUMMED = frozenset({"params", "trainable", "macs", "flops", "memory", "weights", "biases"})
RARE = frozenset({
    "outputs-counted", "weights-invented", "only-biases", "one-too-many", "norm-forgotten",
    "positions-not-learnt",
})  # fmt: skip
"""Slips that nobody makes in one layer of several alone, and those that leave all of it out."""
APART = frozenset({"convention", "one-copy"})
"""Slips that mean another thing in each layer; of all layers the sum itself tells them."""
_OF_PARAMS = frozenset({"params", "trainable", "memory"})
_UNITS = {"flops": 2, "memory": FLOAT}


def findings(
    tables: Tables, subject: Subject, word: str, slips: tuple[Slip, ...]
) -> Iterator[Finding]:
    """What the sum would be after each slip."""
    whole = whole_of(subject, word)
    if not isinstance(whole, (int, Symbolic)):
        return
    seen: set[tuple[str, Value]] = set()
    for found in _whole(tables, subject, word):
        seen.add((found.slips[0].name, found.value))
        yield found
    for found in _of_layers(tables, subject, word, slips):
        if (found.slips[0].name, found.value) not in seen:
            yield found


def _whole(tables: Tables, subject: Subject, word: str) -> Iterator[Finding]:
    """The slips of the sum itself, each by how much it is off."""
    unit = _UNITS.get(word, 1)
    right = whole_of(subject, word)
    assert isinstance(right, (int, Symbolic))
    rows = rows_of(tables, subject)
    for name, text, more, reason in _off(tables, subject, word, rows):
        if more != 0:
            yield Finding((Slip(name, text, _nothing),), right + unit * more, reason)


def _nothing(w: Working) -> Iterator[tuple[Working, str]]:
    """A slip of a sum changes no layer."""
    del w
    return iter(())


def _off(tables: Tables, subject: Subject, word: str, rows: list[Entry]) -> Iterator[Off]:
    if word in _OF_PARAMS:
        learnt = [e for e in rows if word != "trainable" or e.row.trainable]
        yield from _kinds(learnt)
        yield from _counted_too(rows, word)
        yield from _conventions(tables, rows, word)
        yield from published(learnt)
    elif word in {"weights", "biases"}:
        yield from _conventions(tables, rows, word)
    if word in {"macs", "flops"}:
        norms = [e for e in rows if is_norm(e)]
        if len(norms) > 1:
            yield (
                "layer-missing", "a layer is missing", -1 * norm_macs(norms),
                "the norms are missing: each number that they give is a multiply-accumulate",
            )  # fmt: skip
    yield from _layers([*subject.entries, *rows], word)
    yield from _of_kinds(rows, word)
    yield from _networks(tables, subject, word)
    yield from _copies(rows, word)
    if word in _OF_PARAMS:
        yield from _joined(subject, word)


def rows_of(tables: Tables, subject: Subject) -> list[Entry]:
    """The rows of a sum, with the layers of the networks that are called."""
    return list(opened(subject.entries, tables.entries))


# ------------------------------------------------------------------ parameters


def _kinds(rows: list[Entry]) -> Iterator[Off]:
    offsets = _part(rows, "biases")
    norms = _part([e for e in rows if is_norm(e)], "biases")
    biases = offsets - norms
    name, text = "bias-forgotten", "the biases are forgotten"
    yield name, text, -1 * biases, missing(biases)
    if norms != 0 and biases != 0:
        reason = f"{missing(offsets)}, {render(norms)} of them offsets of norms"
        yield name, text, -1 * offsets, reason


def _part(rows: list[Entry], part: Literal["weights", "biases"]) -> Size:
    found = ((e.row.times, getattr(e.row, part)) for e in rows)
    return add_up(times * count.value for times, count in found if count is not None)


def _counted_too(rows: list[Entry], word: str) -> Iterator[Off]:
    """What is counted although it is not learnt, or not here."""
    buffers = add_up(e.row.times * p.count.value for e in rows for p in _averages(e))
    kept = any(e.row.non_trainable != 0 for e in rows) and word != "trainable"
    tied = add_up(_tied(e) for e in rows)
    if not kept:  # else they are in the sum
        reason = f"the {render(buffers)} moving averages are not learnt"
        yield "moving-averages", "moving averages are counted as learnt", buffers, reason
    reason = f"{render(tied)} tied weights are counted twice"
    yield "tied-twice", "tied weights are counted twice", tied, reason
    if word == "trainable":
        frozen = add_up(e.row.params - e.row.non_trainable for e in rows if not e.row.trainable)
        reason = f"no step of the training updates {render(frozen)} of them"
        yield "frozen-counted", "frozen weights are counted", frozen, reason


def _averages(entry: Entry) -> list[Parameter]:
    own = parameters(entry.stage) if entry.stage is not None else ()
    return [p for p in own if p.kind == "buffer" and p.sizes]


def _tied(entry: Entry) -> Size:
    stage = entry.stage
    if stage is None or not stage.ties or not isinstance(stage.unit, Inference):
        return 0
    names = {t.parameter for t in stage.ties}
    return entry.row.times * add_up(p.count.value for p in stage.unit.parameters if p.name in names)


def _conventions(tables: Tables, rows: list[Entry], word: str) -> Iterator[Off]:
    for convention in CONVENTIONS:
        if convention != tables.convention:
            more: Size = 0
            for entry in rows:
                if entry.stage is not None and (word != "trainable" or entry.row.trainable):
                    there, here = (weights(entry.stage, c) for c in (convention, tables.convention))
                    more = more + entry.row.times * (_told(there, word) - _told(here, word))
            reason = f"{convention} counts so: answers (convention={convention})"
            yield "convention", "another convention", more, reason


def _told(found: Weights, word: str) -> Size:
    if word in {"weights", "biases"}:
        part = found.weights if word == "weights" else found.biases
        return 0 if part is None else part.value
    return found.number - found.non_trainable if word == "trainable" else found.number


def _layers(rows: list[Entry], word: str) -> Iterator[Off]:
    for entry in rows:
        number, way = _share(entry, word)
        called = entry.shared and word in {"macs", "flops"}
        if called:
            reason = f"{entry.row.path} is called again: it shares its weights, and works anew"
            yield "called-once", "one call is counted, not all", -1 * number, reason
        else:
            reason = f"{entry.row.path} is missing: {way}"
            yield "layer-missing", "a layer is missing", -1 * number, reason
    for entry in rows:
        number, way = _share(entry, word)
        reason = f"{entry.row.path} is counted twice: {way}"
        yield "layer-twice", "a layer is counted twice", number, reason


def _networks(tables: Tables, subject: Subject, word: str) -> Iterator[Off]:
    """A network of the file that is left out or counted twice."""
    bodies = (
        tables.program.networks if subject.network is None and subject.totals is not None else ()
    )
    for body in bodies if len(bodies) > 1 else ():
        number = add_up(_share(e, word)[0] for e in tables.entries(body))
        told = f"{body.name} is missing: {render(number)}"
        yield "layer-missing", "a network is missing", -1 * number, told
        yield "layer-twice", "a network is counted twice", number, f"{body.name} is counted twice"


def _of_kinds(rows: list[Entry], word: str) -> Iterator[Off]:
    """All layers of a kind left out, and all others."""
    kinds: dict[str, list[Size]] = {}
    for entry in rows:
        name = entry.row.path.rpartition(".")[2] if entry.row.op == "weight" else entry.row.op
        kinds.setdefault(name, []).append(_share(entry, word)[0])
    sums = {name: add_up(numbers) for name, numbers in kinds.items()}
    whole, counted = add_up(sums.values()), [name for name, size in sums.items() if size != 0]
    for name in counted if len(counted) > 1 else ():
        text = "a layer is missing"
        several = sum(size != 0 for size in kinds[name]) > 1
        if several:
            reason = f"every {name} is missing: {render(sums[name])}"
            yield "layer-missing", text, -1 * sums[name], reason
        if several and len(counted) > 2:
            others = ", ".join(n for n in counted if n != name)
            reason = f"only {name} is counted, without {others}"
            yield "layer-missing", text, sums[name] - whole, reason


def _share(entry: Entry, word: str) -> tuple[Size, str]:
    """What a row adds to a sum, with its working."""
    row = entry.row
    if word in {"macs", "flops"}:
        operation = entry.node.operation if entry.node is not None else None
        macs = operation.inference.macs if isinstance(operation, Apply) else None
        calls = entry.place.times * entry.place.steps
        whole = macs if macs is None or calls == 1 else product((calls, macs))
        return row.macs, render(row.macs) if whole is None else whole.working()
    if word == "trainable":
        learnt = row.params - row.non_trainable if row.trainable else 0
        return learnt, row.working if learnt == row.params else render(learnt)
    if word in {"weights", "biases"}:
        part = row.weights if word == "weights" else row.biases
        counted = product((row.times, part)) if part is not None else product((0,))
        return counted.value, counted.working()
    return row.params, row.working


def _copies(rows: list[Entry], word: str) -> Iterator[Off]:
    """One round of every repetition."""
    more: Size = 0
    for entry in rows:
        number, _ = _share(entry, word)
        times = entry.place.times
        if number != 0 and isinstance(times, int) and times > 1:
            more = more - floor_div(number * (times - 1), times)
    did = "work" if word in {"macs", "flops"} else "weights"
    reason = f"each round of a repetition has {did} of its own"
    yield "one-copy", "one copy is counted, not all", more, reason


def _joined(subject: Subject, word: str) -> Iterator[Off]:
    """The adjacency of a graph, counted as if it were learnt; and the weights once for each node or edge."""
    kinds = (k for _, k in subject.network.inputs) if subject.network is not None else ()
    whole = whole_of(subject, word)
    for graph in (k for k in kinds if isinstance(k, Graph)):
        for places, what in ((graph.nodes, "nodes"), (graph.edges, "edges")):
            if isinstance(places, int) and isinstance(whole, int) and word != "memory":
                name, said = (
                    "places-multiplied",
                    "the places that share the weights are multiplied in",
                )
                yield name, said, (places - 1) * whole, f"all {places:,} {what} share the weights"
        text = "the adjacency is counted for weights"
        for number, what in (
            (graph.nodes * graph.nodes, "the matrix of all pairs of nodes comes with the data"),
            (graph.edges, "edges come with the data"),
        ):
            reason = f"{what}; nothing of it is learnt: + {render(number)}"
            yield "adjacency-counted", text, number, reason


# ---------------------------------------------------------------- of one layer


def workings_of(tables: Tables, subject: Subject, word: str) -> list[Working]:
    """The workings of the layers of a sum."""
    rows = rows_of(tables, subject)
    ones = (replace(subject, entries=(entry,), totals=None) for entry in rows)
    found = (start(tables, one, word) for one in ones)
    return [w for w in found if w is not None]


def whole_of(subject: Subject, word: str) -> Value:
    """The right sum; None for what is no sum."""
    figure = FIGURES[word](subject) if word in _SUMMED else None
    return figure.value if figure is not None else None


def _of_layers(
    tables: Tables, subject: Subject, word: str, slips: tuple[Slip, ...]
) -> Iterator[Finding]:
    """The slips of a layer, in one layer or in all of them, and what they make of the sum."""
    workings, whole = workings_of(tables, subject, word), whole_of(subject, word)
    if not isinstance(whole, (int, Symbolic)):
        return
    for slip in slips:
        changed = [(w, _changed(slip, w)) for w in workings[:MOST]]
        alone = [(w, c) for w, found in changed for c in found if slip.name not in RARE]
        for working, (value, reason) in alone:
            where = working.case.entry.row.path
            yield Finding((slip,), whole - working.whole.value + value, f"{where}: {reason}")
        first = [(w, found[0]) for w, found in changed if found]
        if len(first) > 1 and len(workings) <= MOST and slip.name not in APART:
            total = whole + add_up(value - w.whole.value for w, (value, _) in first)
            yield Finding((slip,), total, f"in all layers: {slip.text}")


def _changed(slip: Slip, working: Working) -> list[tuple[Size, str]]:
    try:
        found = [(w.whole.value, reason) for w, reason in slip.change(working)]
    except (ArithmeticError, SizeLimit, TypeError, ValueError):
        return []
    return [(value, reason) for value, reason in found if value != working.whole.value]

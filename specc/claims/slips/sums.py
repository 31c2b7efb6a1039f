"""Slips in adding up the layers of a block, a network or a file."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from specc.claims.figures import FIGURES
from specc.claims.outcome import Value
from specc.claims.slips.slip import Finding, Slip, Working
from specc.claims.slips.start import start
from specc.claims.subjects import Subject, Tables, plain
from specc.count.add import add_up
from specc.count.differences import CONVENTIONS
from specc.count.memory import FLOAT
from specc.count.rows import Entry
from specc.count.sums import Summer
from specc.count.weights import parameters
from specc.layers.base import Inference
from specc.sizes import Size, SizeLimit, Symbolic, render
from specc.types import Graph

MOST = 80
"""Layers whose own slips are looked at."""
_SUMMED = frozenset({"params", "trainable", "macs", "flops", "memory", "weights", "biases"})


def findings(
    tables: Tables, subject: Subject, word: str, slips: tuple[Slip, ...]
) -> Iterator[Finding]:
    """What the sum would be after each slip."""
    if word not in _SUMMED:
        return
    unit = {"flops": 2, "memory": FLOAT}.get(word, 1)
    seen: set[tuple[str, Value]] = set()
    if word in {"params", "trainable", "memory"}:
        for found in _params(tables, subject):
            if isinstance(found.value, (int, Symbolic)):
                seen.add((found.slips[0].name, unit * found.value))
                yield replace(found, value=unit * found.value)
    for found in _of_layers(tables, subject, word, slips):
        if (found.slips[0].name, found.value) not in seen:
            yield found


def _found(name: str, text: str, value: Size, reason: str) -> Finding:
    return Finding((Slip(name, text, _nothing),), value, reason)


def _nothing(w: Working) -> Iterator[tuple[Working, str]]:
    """A slip of a sum changes no layer."""
    del w
    return iter(())


# ------------------------------------------------------------------ parameters


def _params(tables: Tables, subject: Subject) -> Iterator[Finding]:
    rows = [e for e in subject.entries if e.row.formula is not None]
    whole = subject.totals.params if subject.totals else add_up(e.row.params for e in rows)
    yield from _kinds(rows, whole)
    yield from _conventions(tables, subject)
    yield from _layers(rows, whole)
    yield from _joined(subject, whole)
    once = {plain(e): e.row.formula.value for e in rows if e.row.formula is not None}
    if add_up(once.values()) != whole:
        yield _found("one-copy", "one copy is counted, not all", add_up(once.values()),
                     "each round of a repetition has weights of its own")  # fmt: skip


def _kinds(rows: list[Entry], whole: Size) -> Iterator[Finding]:
    biases, buffers = _of_kind(rows, "bias"), _of_kind(rows, "buffer")
    tied = add_up(_tied(e) for e in rows)
    if biases != 0:
        yield _found("bias-forgotten", "the biases are forgotten", whole - biases,
                     f"the {render(biases)} biases are missing")  # fmt: skip
    if buffers != 0:
        yield _found("moving-averages", "moving averages are counted as learnt", whole + buffers,
                     f"the {render(buffers)} moving averages are not learnt")  # fmt: skip
    if tied != 0:
        yield _found("tied-twice", "tied weights are counted twice", whole + tied,
                     f"{render(tied)} tied weights are counted twice")  # fmt: skip


def _of_kind(rows: list[Entry], kind: str) -> Size:
    return add_up(
        e.row.times * p.count.value
        for e in rows
        if e.stage is not None
        for p in parameters(e.stage)
        if p.kind == kind and (p.sizes or kind != "buffer")
    )


def _tied(entry: Entry) -> Size:
    stage = entry.stage
    if stage is None or not stage.ties or not isinstance(stage.unit, Inference):
        return 0
    names = {t.parameter for t in stage.ties}
    return entry.row.times * add_up(p.count.value for p in stage.unit.parameters if p.name in names)


def _conventions(tables: Tables, subject: Subject) -> Iterator[Finding]:
    if subject.network is None or subject.totals is None:
        return
    for convention in CONVENTIONS:
        if convention != tables.convention:
            other = Summer(tables.program, convention).totals(subject.network).params
            if other != subject.totals.params:
                yield _found("convention", "another convention", other,
                             f"{convention} counts so: answers (convention={convention})")  # fmt: skip


def _layers(rows: list[Entry], whole: Size) -> Iterator[Finding]:
    for entry in rows:
        row = entry.row
        yield _found("layer-missing", "a layer is missing", whole - row.params,
                     f"{row.path} is missing: {row.working}")  # fmt: skip
    for entry in rows:
        row = entry.row
        yield _found("layer-twice", "a layer is counted twice", whole + row.params,
                     f"{row.path} is counted twice: {row.working}")  # fmt: skip


def _joined(subject: Subject, whole: Size) -> Iterator[Finding]:
    """The adjacency of a graph, counted as if it were learnt."""
    kinds = (k for _, k in subject.network.inputs) if subject.network is not None else ()
    for graph in (k for k in kinds if isinstance(k, Graph)):
        text = "the adjacency is counted for weights"
        for number, what in (
            (graph.nodes * graph.nodes, "the matrix of all pairs of nodes comes with the data"),
            (graph.edges, "edges come with the data"),
        ):
            reason = f"{what}; nothing of it is learnt: + {render(number)}"
            yield _found("adjacency-counted", text, whole + number, reason)


# ---------------------------------------------------------------- of one layer


def workings_of(tables: Tables, subject: Subject, word: str) -> list[Working]:
    """The workings of the layers of a sum."""
    ones = (replace(subject, entries=(entry,), totals=None) for entry in subject.entries)
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
        for working, (value, reason) in ((w, c) for w, found in changed for c in found):
            where = working.case.entry.row.path
            yield Finding((slip,), whole - working.formula.value + value, f"{where}: {reason}")
        first = [(w, found[0]) for w, found in changed if found]
        if len(first) > 1 and len(workings) <= MOST:
            total = whole + add_up(value - w.formula.value for w, (value, _) in first)
            yield Finding((slip,), total, f"in all layers: {slip.text}")


def _changed(slip: Slip, working: Working) -> list[tuple[Size, str]]:
    try:
        found = [(w.formula.value, reason) for w, reason in slip.change(working)]
    except (ArithmeticError, SizeLimit, TypeError, ValueError):
        return []
    return [(value, reason) for value, reason in found if value != working.formula.value]

"""Slips in adding up the layers of a block, a network or a file."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.guess import Guess
from specc.claims.subjects import Subject, Tables, plain
from specc.count.add import add_up
from specc.count.differences import CONVENTIONS
from specc.count.rows import Entry
from specc.count.sums import Summer
from specc.count.weights import parameters
from specc.layers.base import Inference
from specc.sizes import Size, render


def guesses(tables: Tables, subject: Subject) -> Iterator[Guess]:
    """What the sum would be after each slip."""
    rows = [e for e in subject.entries if e.row.formula is not None]
    whole = subject.totals.params if subject.totals else add_up(e.row.params for e in rows)
    yield from _kinds(rows, whole)
    yield from _conventions(tables, subject)
    yield from _layers(rows, whole)
    once = {plain(e): e.row.formula.value for e in rows if e.row.formula is not None}
    yield Guess(add_up(once.values()), "each round of a repetition has weights of its own")


def _kinds(rows: list[Entry], whole: Size) -> Iterator[Guess]:
    biases, buffers = _of_kind(rows, "bias"), _of_kind(rows, "buffer")
    tied = add_up(_tied(e) for e in rows)
    if biases != 0:
        yield Guess(whole - biases, f"the {render(biases)} biases are missing")
    if buffers != 0:
        yield Guess(whole + buffers, f"the {render(buffers)} moving averages are not learnt")
    if tied != 0:
        yield Guess(whole + tied, f"{render(tied)} tied weights are counted twice")


def _of_kind(rows: list[Entry], kind: str) -> Size:
    return add_up(
        e.row.times * p.count.value
        for e in rows
        if e.stage is not None
        for p in parameters(e.stage)
        if p.kind == kind
    )


def _tied(entry: Entry) -> Size:
    stage = entry.stage
    if stage is None or not stage.ties or not isinstance(stage.unit, Inference):
        return 0
    names = {t.parameter for t in stage.ties}
    return entry.row.times * add_up(p.count.value for p in stage.unit.parameters if p.name in names)


def _conventions(tables: Tables, subject: Subject) -> Iterator[Guess]:
    if subject.network is None or subject.totals is None:
        return
    for convention in CONVENTIONS:
        if convention != tables.convention:
            other = Summer(tables.program, convention).totals(subject.network).params
            yield Guess(other, f"{convention} counts so: answers (convention={convention})")


def _layers(rows: list[Entry], whole: Size) -> Iterator[Guess]:
    for entry in rows:
        row = entry.row
        yield Guess(whole - row.params, f"{row.path} is missing: {row.working}")
    for entry in rows:
        row = entry.row
        yield Guess(whole + row.params, f"{row.path} is counted twice: {row.working}")

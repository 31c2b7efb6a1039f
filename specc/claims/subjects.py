"""What a claim is about: `C1`, `LeNet.C1`, `residual1.conv1`, `LeNet`, `file`.

A stage is found by its path in a network, or in all networks where only one has it. Inside a `repeat`
the number of the round may be left out: `repeat1.linear1` means the layer of all rounds, as in the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from specc.claims.error import ClaimError
from specc.count.counter import count
from specc.count.report import Totals
from specc.count.rows import Entry, Tabler
from specc.count.sums import Summer
from specc.diagnostics import Diagnostic
from specc.fields import FieldReader
from specc.layers.base import Convention
from specc.nearest import nearest
from specc.program import Body, Program, Rounds, Stage
from specc.source import Span
from specc.syntax import tree

FILE = "file"

Index: TypeAlias = dict[tuple[str, ...], list[Entry]]
"""The rows of a network by the names that lead to them."""


class Subject(Struct, frozen=True):
    """What is claimed about: a stage (`entries` are its rows), a network, or the file (no network).

    `auto` is the part of the path that specc itself named, such as `conv1`; empty when all names are
    the user's. `totals` is set for networks and the file.
    """

    text: str
    span: Span
    network: Body | None
    entries: tuple[Entry, ...]
    totals: Totals | None = None
    auto: str = ""


class Tables:
    """The rows of a program's networks under one convention, made when asked for."""

    def __init__(self, program: Program, convention: Convention = "pytorch") -> None:
        self.program = program
        self.convention = convention
        self._tabler = Tabler(Summer(program, convention), FieldReader())
        self._entries: dict[Body, tuple[Entry, ...]] = {}
        self._indexes: dict[Body, Index] = {}

    def entries(self, body: Body) -> tuple[Entry, ...]:
        """The rows of a network."""
        if body not in self._entries:
            self._entries[body] = self._tabler.entries(body)
        return self._entries[body]

    def totals(self, body: Body | None) -> Totals:
        """The sums of a network, or of the file."""
        if body is None:
            return count(self.program, self.convention).totals
        return self._tabler.totals(body)

    def find(self, names: tuple[tree.Name, ...]) -> Subject:
        """The subject that a dotted name means.

        Raises:
            ClaimError: nothing, or more than one thing, has that name.
        """
        words = tuple(n.id for n in names)
        span = names[0].span.to(names[-1].span)
        networks = {b.name: b for b in self.program.networks}
        if words == (FILE,):
            rows = tuple(e for b in self.program.networks for e in self.entries(b))
            return Subject(FILE, span, None, rows, self.totals(None))
        if words[0] in networks:
            return self._inside(networks[words[0]], names, span)
        found = [(b, e) for b in self.program.networks if (e := self._rows(b, words))]
        if len(found) == 1:
            return self._stage(found[0][0], words, span, found[0][1])
        raise ClaimError(_ambiguous(names[0], found) if found else self._unknown(names[0]))

    def _inside(self, body: Body, names: tuple[tree.Name, ...], span: Span) -> Subject:
        words = tuple(n.id for n in names[1:])
        if not words:
            return Subject(body.name, span, body, self.entries(body), self.totals(body))
        rows = self._rows(body, words)
        if not rows:
            raise ClaimError(self._no_stage(body, names[1]))
        return self._stage(body, words, span, rows)

    def _stage(
        self, body: Body, words: tuple[str, ...], span: Span, rows: tuple[Entry, ...]
    ) -> Subject:
        auto = _auto(body, rows, words)
        return Subject(".".join(words), span, body, rows, auto=auto)

    def _rows(self, body: Body, words: tuple[str, ...]) -> tuple[Entry, ...]:
        """The rows at a path or below it; a variable or an output port names the row that gives it."""
        if body not in self._indexes:
            self._indexes[body] = _index(body, self.entries(body))
        return tuple(self._indexes[body].get(words, ()))

    def names(self, body: Body) -> list[str]:
        """The first names of the rows of a network, in order; those that the user gave first."""
        named = [plain(e)[0] for e in self.entries(body) if _given(e)]
        every = [plain(e)[0] for e in self.entries(body)]
        return list(dict.fromkeys([*named, *every]))

    def _no_stage(self, body: Body, name: tree.Name) -> Diagnostic:
        names = self.names(body)
        return Diagnostic(
            "E401",
            f'{body.role} {body.name} has no stage "{name.id}"',
            name.span,
            _did_you_mean(name.id, names),
            notes=(f"stages of {body.name}: {_some(names)}",),
        )

    def _unknown(self, name: tree.Name) -> Diagnostic:
        networks = [b.name for b in self.program.networks]
        stages = [n for b in self.program.networks for n in self.names(b)]
        return Diagnostic(
            "E402",
            f'nothing is named "{name.id}"',
            name.span,
            _did_you_mean(name.id, [*networks, *stages, FILE]),
            notes=tuple(
                f"stages of {b.name}: {_some(self.names(b))}" for b in self.program.networks
            ),
        )


def _index(body: Body, entries: tuple[Entry, ...]) -> Index:
    """Paths come before variables, and these before the output ports."""
    at: Index = {}
    variables: Index = {}
    for entry in entries:
        path = plain(entry)
        for depth in range(1, len(path) + 1):
            at.setdefault(path[:depth], []).append(entry)
        if entry.node is not None and entry.node.variable is not None:
            variables[(*path[:-1], entry.node.variable)] = [entry]
    by_node = {id(e.node): e for e in entries if e.body is body}
    nodes = ((name, id(body.nodes[ref.node])) for name, ref in body.outputs)
    ports: Index = {(name,): [by_node[node]] for name, node in nodes if node in by_node}
    return {**ports, **variables, **at}


def _ambiguous(name: tree.Name, found: Iterable[tuple[Body, object]]) -> Diagnostic:
    owners = [body.name for body, _ in found]
    return Diagnostic(
        "E401",
        f'"{name.id}" is a stage of {" and of ".join(owners)}',
        name.span,
        helps=(f"{owners[0]}.{name.id}",),
    )


def plain(entry: Entry) -> tuple[str, ...]:
    """The path of a row without the rounds of a repetition: `repeat1.*.linear1` is repeat1.linear1."""
    return tuple(p for p in entry.row.path.split(".") if not (p == "*" or p[0].isdigit()))


def _given(entry: Entry) -> bool:
    if entry.stage is not None and entry.stage.named:
        return True
    return entry.node is not None and (entry.node.named or entry.node.variable is not None)


def _auto(body: Body, rows: tuple[Entry, ...], words: tuple[str, ...]) -> str:
    """The name of an unnamed stage; a block has no row of its own, so that its stage is asked."""
    first = rows[0]
    if len(plain(first)) == len(words):
        return "" if _given(first) or first.node is None else words[-1]
    stage = _stage_of(body, words)
    return "" if stage is None or stage.named else words[-1]


def _stage_of(body: Body, words: tuple[str, ...]) -> Stage | None:
    """What the path names in a body: a block, a repetition."""
    stage = next((s for s in body.stages if s.name == words[0]), None)
    if stage is None or len(words) == 1:
        return stage
    unit = stage.unit.bodies[0][0] if isinstance(stage.unit, Rounds) else stage.unit
    return _stage_of(unit, words[1:]) if isinstance(unit, Body) else None


def _did_you_mean(word: str, candidates: list[str]) -> str:
    near = nearest(word, candidates, 1)
    return f'did you mean "{near[0]}"?' if near else ""


def _some(names: list[str], most: int = 12) -> str:
    more = ", …" if len(names) > most else ""
    return ", ".join(names[:most]) + more

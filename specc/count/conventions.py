"""The conventions side by side: what each counts in every layer, and where and why they part."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from specc.count.add import add_up
from specc.count.counter import count
from specc.count.differences import CONVENTIONS, differences
from specc.count.memory import FLOAT
from specc.count.norms import is_norm
from specc.count.opened import opened
from specc.count.report import CountReport, Row, Totals
from specc.count.rows import Entry, Tabler
from specc.count.sums import Summer
from specc.fields import FieldReader
from specc.formula import Formula, Product, Var, product
from specc.layers.base import Convention
from specc.program import Apply, Program, Ref
from specc.sizes import Size
from specc.types import Tensor


class Compared(Struct, frozen=True):
    """One row of a network, or its total (`formula` empty), under every convention in order."""

    path: str
    op: str
    params: tuple[Size, ...]
    trainable: tuple[Size, ...]
    workings: tuple[Formula | None, ...] = ()
    reasons: tuple[tuple[Convention, str], ...] = ()

    @property
    def why(self) -> tuple[str, ...]:
        """Why some convention counts otherwise than PyTorch, each reason once."""
        return tuple(dict.fromkeys(why for _, why in self.reasons))

    @property
    def parts(self) -> bool:
        """Whether the conventions part here."""
        return len(set(self.params)) > 1 or len(set(self.trainable)) > 1


class Comparison(Struct, frozen=True):
    """A network under all conventions. Its work is the same in all of them."""

    network: str
    conventions: tuple[Convention, ...]
    rows: tuple[Compared, ...]
    total: Compared
    macs: Size
    bias_additions: Size

    @property
    def flops(self) -> Size:
        """Two for each multiply-accumulate."""
        return 2 * self.macs

    def bytes(self, convention: Convention = "pytorch") -> Size:
        """Of the parameters in 32-bit floats, frozen ones too: those that a convention counts."""
        return FLOAT * self.total.params[self.conventions.index(convention)]


def compare(program: Program) -> tuple[Comparison, ...]:
    """Every network under every convention."""
    reports = [count(program, c) for c in CONVENTIONS]
    tabler = Tabler(Summer(program), FieldReader())
    rows = {b: tabler.entries(b) for b in program.networks}
    return tuple(_network(reports, b.name, tuple(opened(rows[b], tabler.entries))) for b in rows)


def _network(reports: list[CountReport], name: str, entries: tuple[Entry, ...]) -> Comparison:
    networks = [r.network(name) for r in reports]
    reasons = _reasons(name, entries)
    rows = tuple(_row(rows, reasons) for rows in zip(*(n.rows for n in networks), strict=True))
    totals = [n.totals for n in networks]
    return Comparison(
        name, CONVENTIONS, tuple(r for r in rows if any(p != 0 for p in r.params)), _total(totals),
        totals[0].macs, _bias_additions(entries),
    )  # fmt: skip


Reasons: TypeAlias = list[tuple[str, Convention, str]]
"""The path of a layer, a convention that counts it otherwise than PyTorch, and why."""


def _reasons(name: str, entries: tuple[Entry, ...]) -> Reasons:
    found = differences(name, entries, CONVENTIONS[0])
    return [(path, d.convention, d.why) for d in found for path in d.paths]


def _row(rows: tuple[Row, ...], reasons: Reasons) -> Compared:
    """A row; that of a network has the reasons of its layers."""
    first = rows[0]
    return Compared(
        first.label,
        first.op,
        tuple(r.params for r in rows),
        tuple(r.params - r.non_trainable for r in rows),
        tuple(r.counted if r.formula is not None else None for r in rows),
        tuple(dict.fromkeys((c, w) for p, c, w in reasons if f"{p}.".startswith(f"{first.path}."))),
    )


def _total(totals: list[Totals]) -> Compared:
    return Compared(
        "total", "", tuple(t.params for t in totals), tuple(t.trainable for t in totals)
    )


def _bias_additions(entries: tuple[Entry, ...]) -> Size:
    """One addition for each offset at every place where its layer multiplies.

    A norm's is in its multiply-accumulates.
    """
    found: Size = 0
    for entry in entries:
        operation = entry.node.operation if entry.node is not None else None
        if isinstance(operation, Apply) and entry.row.macs != 0 and not is_norm(entry):
            own = operation.inference.parameters
            biases = add_up(p.count.value for p in own if p.kind == "bias")
            if biases != 0:
                found = found + product((entry.place.times, biases, _places(entry))).value
    return found


def _places(entry: Entry) -> Size:
    """At how many places the offsets of a layer are added: positions, steps of a cell, rows."""
    operation = entry.node.operation if entry.node is not None else None
    output = entry.row.output
    if isinstance(operation, Apply) and operation.layer.word in _STEPPED:
        first = (
            entry.body.nodes[operand.node].type(operand.port)
            if (operand := _first(entry))
            else None
        )
        return first.sizes[0] if isinstance(first, Tensor) else 1
    if not isinstance(output, Tensor):
        return 1
    spatial = output.axes[:1] == ("channels",)
    places = product(output.sizes[1:] if spatial else output.sizes[:-1]).value
    return entry.place.steps * _on_graph(entry) * places


_STEPPED = frozenset({"rnn", "lstm", "gru", "attention"})


def _first(entry: Entry) -> Ref | None:
    return next((r for r in entry.node.operands if r is not None), None) if entry.node else None


def _on_graph(entry: Entry) -> Size:
    """The nodes or edges of a graph, where the layer works at each of them."""
    operation = entry.node.operation if entry.node is not None else None
    macs = operation.inference.macs if isinstance(operation, Apply) else None
    factors = macs.factors if isinstance(macs, Product) else ()
    named = (f for f in factors if isinstance(f, Var) and f.symbol in {"nodes", "edges"})
    return next((f.value for f in named), 1)

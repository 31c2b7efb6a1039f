"""The conventions side by side: what each counts in every layer, and where and why they part."""

from __future__ import annotations

from msgspec import Struct

from specc.count.add import add_up
from specc.count.counter import count
from specc.count.differences import CONVENTIONS
from specc.count.memory import FLOAT
from specc.count.report import CountReport, Row, Totals
from specc.count.rows import Entry, Tabler
from specc.count.sums import Summer
from specc.count.weights import parameters
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
    why: tuple[str, ...] = ()

    @property
    def parts(self) -> bool:
        """Whether the conventions part here."""
        return len(set(self.params)) > 1 or len(set(self.trainable)) > 1


class Comparison(Struct, frozen=True):
    """A network under all conventions. Work and memory are the same in all of them."""

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

    def bytes(self) -> Size:
        """Of the learnable parameters in 32-bit floats, as PyTorch counts them."""
        return FLOAT * self.total.trainable[0]


def compare(program: Program) -> tuple[Comparison, ...]:
    """Every network under every convention."""
    reports = [count(program, c) for c in CONVENTIONS]
    tabler = Tabler(Summer(program), FieldReader())
    return tuple(_network(reports, b.name, tabler.entries(b)) for b in program.networks)


def _network(reports: list[CountReport], name: str, entries: tuple[Entry, ...]) -> Comparison:
    networks = [r.network(name) for r in reports]
    whys = _reasons(reports, name)
    rows = tuple(_row(rows, whys) for rows in zip(*(n.rows for n in networks), strict=True))
    totals = [n.totals for n in networks]
    return Comparison(
        name, CONVENTIONS, tuple(r for r in rows if any(p != 0 for p in r.params)), _total(totals),
        totals[0].macs, _bias_additions(entries),
    )  # fmt: skip


def _reasons(reports: list[CountReport], name: str) -> dict[str, tuple[str, ...]]:
    """Why a convention counts a layer otherwise than PyTorch, by the layer's path."""
    found: dict[str, tuple[str, ...]] = {}
    for difference in reports[0].differences:
        if difference.network == name:
            for path in difference.paths:
                found[path] = tuple(dict.fromkeys((*found.get(path, ()), difference.why)))
    return found


def _row(rows: tuple[Row, ...], whys: dict[str, tuple[str, ...]]) -> Compared:
    first = rows[0]
    return Compared(
        first.label,
        first.op,
        tuple(r.params for r in rows),
        tuple(r.params - r.non_trainable for r in rows),
        tuple(r.counted if r.formula is not None else None for r in rows),
        whys.get(first.path, ()),
    )


def _total(totals: list[Totals]) -> Compared:
    return Compared(
        "total", "", tuple(t.params for t in totals), tuple(t.trainable for t in totals)
    )


def _bias_additions(entries: tuple[Entry, ...]) -> Size:
    """One addition for each offset at every place where its layer multiplies."""
    found: Size = 0
    for entry in entries:
        own = parameters(entry.stage) if entry.stage is not None else ()
        biases = add_up(p.count.value for p in own if p.kind == "bias")
        if biases != 0 and entry.row.macs != 0:
            found = found + product((entry.row.times, biases, _places(entry))).value
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

"""`count`: the table of every network and the sums by network and by file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from specc.count.apart import apart
from specc.count.differences import differences
from specc.count.frozen import frozen_params
from specc.count.norms import norm_macs
from specc.count.opened import opened
from specc.count.report import CountReport, Difference, NetworkCount, Row, Totals
from specc.count.rows import Tabler
from specc.count.sums import Summer, as_totals
from specc.fields import FieldReader
from specc.layers.base import Convention
from specc.program import Body, Program
from specc.sizes import Size, free_symbols, multiples, render, settled
from specc.types import Tensor, ValueType


def count(program: Program, convention: Convention = "pytorch") -> CountReport:
    """Parameters, MACs, shapes and receptive fields of all networks of a program."""
    summer = Summer(program, convention)
    tabler = Tabler(summer, FieldReader())
    counted = [_network(tabler, body) for body in program.networks]
    return CountReport(
        program.file.source.path,
        convention,
        tuple(network for network, _ in counted),
        _file(summer, tabler),
        tuple(d for _, found in counted for d in found),
    )


def _network(tabler: Tabler, body: Body) -> tuple[NetworkCount, tuple[Difference, ...]]:
    summer = tabler.summer
    entries = tabler.entries(body)
    conditions = multiples(body.constraints)
    network = NetworkCount(
        body.name,
        body.role,
        body.inputs,
        tuple((name, _kind(kind, conditions)) for name, kind in body.output_types()),
        tuple(_row(e.row, conditions) for e in entries),
        _totals(tabler.totals(body), conditions),
        body.constraints,
        _notes(summer, body, norm_macs(opened(entries, tabler.entries))),
    )
    return network, differences(body.name, entries, summer.convention)


def _row(row: Row, conditions: Mapping[str, int]) -> Row:
    """The row without the roundings that the conditions on free sizes settle."""
    if not conditions:
        return row
    return replace(row, output=_kind(row.output, conditions), macs=settled(row.macs, conditions))


def _kind(kind: ValueType, conditions: Mapping[str, int]) -> ValueType:
    if not isinstance(kind, Tensor) or not conditions:
        return kind
    return replace(kind, sizes=tuple(settled(s, conditions) for s in kind.sizes))


def _totals(totals: Totals, conditions: Mapping[str, int]) -> Totals:
    return replace(totals, macs=settled(totals.macs, conditions)) if conditions else totals


def _file(summer: Summer, tabler: Tabler) -> Totals:
    """All networks, each once however many others call it. Every network's own MACs are added up."""
    networks = summer.program.networks
    called = frozenset[str]().union(*(summer.called(b) for b in networks))
    sums = {
        b: as_totals(
            summer.owned(b),
            0 if b.name in called else summer.macs(b),
            frozen_params(summer, b, tabler.trained.get(b.name)),
        )
        for b in networks
    }
    letters = apart(summer, {b.name: _letters(total) for b, total in sums.items()})
    conditions = multiples(c.put(letters.get(b.name, {})) for b in networks for c in b.constraints)
    whole = Totals()
    for body, total in sums.items():
        whole = whole.plus(total, letters.get(body.name, {}))
    return _totals(whole, conditions)


def _letters(totals: Totals) -> frozenset[str]:
    sizes = (totals.params, totals.buffers, totals.macs)
    return frozenset[str]().union(*map(free_symbols, sizes))


def _notes(summer: Summer, body: Body, norms: Size) -> tuple[str, ...]:
    called = sorted(summer.called(body) - {body.name})
    notes = (f"with {', '.join(called)}, which it calls",) if called else ()
    if norms == 0:
        return notes
    rest = render(summer.macs(body) - norms)
    return (*notes, f"{render(norms)} of the MACs are those of norms; {rest} without them")

"""`count`: the table of every network and the sums by network and by file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from specc.count.differences import differences
from specc.count.frozen import frozen_params
from specc.count.norms import norm_macs
from specc.count.opened import opened
from specc.count.report import CountReport, Difference, NetworkCount, Row, Totals
from specc.count.rows import Tabler
from specc.count.sums import Owned, Summer, as_totals
from specc.fields import FieldReader
from specc.layers.base import Convention
from specc.program import Body, Program
from specc.sizes import Size, multiples, render, settled
from specc.types import Tensor, ValueType


def count(program: Program, convention: Convention = "pytorch") -> CountReport:
    """Parameters, MACs, shapes and receptive fields of all networks of a program."""
    summer = Summer(program, convention)
    tabler = Tabler(summer, FieldReader())
    counted = [_network(tabler, body) for body in program.networks]
    conditions = multiples(c for body in program.networks for c in body.constraints)
    return CountReport(
        program.file.source.path,
        convention,
        tuple(network for network, _ in counted),
        _totals(_file(summer, tabler), conditions),
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
    owned = Owned()
    macs: Size = 0
    frozen: Size = 0
    called = frozenset[str]().union(*(summer.called(b) for b in summer.program.networks))
    for body in summer.program.networks:
        owned = owned.plus(summer.owned(body))
        frozen = frozen + frozen_params(summer, body, tabler.trained.get(body.name))
        macs = macs if body.name in called else macs + summer.macs(body)
    return as_totals(owned, macs, frozen)


def _notes(summer: Summer, body: Body, norms: Size) -> tuple[str, ...]:
    called = sorted(summer.called(body) - {body.name})
    notes = (f"with {', '.join(called)}, which it calls",) if called else ()
    if norms == 0:
        return notes
    rest = render(summer.macs(body) - norms)
    return (*notes, f"{render(norms)} of the MACs are those of norms; {rest} without them")

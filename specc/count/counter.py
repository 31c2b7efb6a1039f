"""`count`: the table of every network and the sums by network and by file."""

from __future__ import annotations

from specc.count.differences import differences
from specc.count.frozen import frozen_params
from specc.count.norms import norm_macs
from specc.count.opened import opened
from specc.count.report import CountReport, Difference, NetworkCount, Totals
from specc.count.rows import Tabler
from specc.count.sums import Owned, Summer, as_totals
from specc.fields import FieldReader
from specc.layers.base import Convention
from specc.program import Body, Program
from specc.sizes import Size, render


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
    network = NetworkCount(
        body.name,
        body.role,
        body.inputs,
        body.output_types(),
        tuple(e.row for e in entries),
        tabler.totals(body),
        body.constraints,
        _notes(summer, body, norm_macs(opened(entries, tabler.entries))),
    )
    return network, differences(body.name, entries, summer.convention)


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

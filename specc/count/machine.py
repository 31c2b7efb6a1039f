"""The count for other programs: what `count --json` prints, documented in docs/json.md.

Numbers are JSON numbers; a size with free symbols is its text (`"10·n + 131"`). No size holds the batch.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from specc.count.report import CountReport, NetworkCount, Row, Totals
from specc.receptive import HOPS, Everything, extent
from specc.sizes import Size, render
from specc.types import Distribution, Graph, Tensor, ValueType

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def to_json(report: CountReport) -> dict[str, Json]:
    """`{"models": […], "file", "convention", "totals", "differences"}`."""
    return {
        "file": report.path,
        "convention": report.convention,
        "models": [_network(n) for n in report.networks],
        "totals": {**_totals(report.totals)},
        "differences": [
            {
                "model": d.network,
                "layers": list(d.paths),
                "op": d.op,
                "convention": d.convention,
                "params": number(d.ours),
                "their_params": number(d.theirs),
                "why": d.why,
            }
            for d in report.differences
        ],
    }


def number(size: Size) -> Json:
    """A number, or the text of a symbolic size."""
    return size if isinstance(size, int) else render(size)


def shape(kind: ValueType) -> Json:
    """The sizes of one item; null for what has no shape."""
    if isinstance(kind, Tensor):
        return [number(s) for s in kind.sizes]
    if isinstance(kind, Distribution):
        return {name: shape(part) for name, part in kind.parts}
    if isinstance(kind, Graph):
        return {word: shape(part) for word, part in kind.features()}
    return None


def _network(network: NetworkCount) -> Json:
    return {
        "name": network.name,
        "role": network.role,
        **_totals(network.totals),
        "inputs": {name: shape(kind) for name, kind in network.inputs},
        "outputs": {name: shape(kind) for name, kind in network.outputs},
        "layers": [_row(r) for r in network.rows],
        "constraints": [
            {"text": str(c), "python": c.python} for c in dict.fromkeys(network.constraints)
        ],
        "notes": list(network.notes),
    }


def _totals(totals: Totals) -> dict[str, Json]:
    return {
        "params": number(totals.params),
        "trainable": number(totals.trainable),
        "non_trainable": number(totals.non_trainable),
        "buffers": number(totals.buffers),
        "macs": number(totals.macs),
    }


def _row(row: Row) -> Json:
    return {
        "name": row.path,
        "op": row.op,
        "output": shape(row.output),
        "params": number(row.params),
        "working": row.working,
        "trainable": row.trainable,
        "buffers": number(row.buffers),
        "macs": number(row.macs),
        "times": number(row.times),
        "receptive_field": _sees(row),
        "note": row.note,
        "line": row.span.line,
    }


def _sees(row: Row) -> Json:
    """By input port and axis: size, jump and start, the hops along a graph, or `"all"`."""
    ports: dict[str, Json] = {}
    for (port, axis), seen in row.sees.items():
        axes = ports.setdefault(port, {})
        assert isinstance(axes, dict)
        if isinstance(seen, Everything):
            axes[axis] = "all"
            continue
        if axis == HOPS:
            axes[axis] = number(extent(axis, seen))
            continue
        jump = seen.jump
        whole = float(jump) if isinstance(jump, Fraction) else number(jump)
        axes[axis] = {"size": number(seen.size), "jump": whole, "start": number(seen.start)}
    return ports

"""data.py for windows of a file whose rows are the steps of one series, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from specc.data.windows import Windows
from specc.emit.environment import render
from specc.program import TrainPlan
from specc.types import Tensor


def is_series(source: object) -> bool:
    """Whether rows are steps in the order of time, and are split so."""
    return isinstance(source, Windows) and source.series


def as_read(plan: TrainPlan) -> TrainPlan:
    """A plan with the fields of one row of its file, where windows are made of the rows."""
    if not isinstance(plan.data, Windows) or not plan.data.series:
        return plan
    names = (n for n, _ in plan.body.inputs)
    types = [t for _, t in plan.body.inputs if isinstance(t, Tensor)]
    rows = zip(names, plan.data.rows(types), strict=False)
    return replace(plan, body=replace(plan.body, inputs=tuple(rows)))


def series_text(windows: Windows, timed: Sequence[bool], where: str) -> str:
    """The function that makes windows; `timed` says of each field whether it has a time."""
    count = len(timed)
    ahead = windows.ahead(count)
    places = [0] if windows.itself(count) else range(1, count)
    return render(
        "data/series.py.j2",
        d=windows,
        targets=list(zip(places, timed[1:], strict=True)),
        ahead=ahead,
        where=where,
        span=windows.steps + (ahead if count > 1 else 0),
    )

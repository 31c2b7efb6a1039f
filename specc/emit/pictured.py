"""pictures.py of a generated package, and the calls of its functions."""

from __future__ import annotations

from specc.actions import pictures
from specc.emit.environment import render
from specc.emit.model import header
from specc.program import Body, Program, SamplePlan, Show, TrainPlan
from specc.types import Tensor, ValueType


def pictures_file(program: Program) -> str:
    """The text of pictures.py: a function for each kind of picture that is drawn."""
    blocks: tuple[TrainPlan | SamplePlan, ...] = (*program.trains, *program.samples)
    shows = [s for block in blocks for s in block.shows]
    kinds = {s.kind for s in (*shows, *(s for p in program.programs for s in pictures(p.actions)))}
    return render(
        "pictures.py.j2",
        header=header(program, "Pictures for"),
        kinds=kinds,
        images=bool(kinds & {"grid", "animation"}),
        films=any(s.kind == "grid" for plan in program.trains for s in plan.shows),
    )


def drawing(show: Show) -> str:
    """The function that draws a picture."""
    return f"save_{show.kind}"


def drawn(body: Body, show: Show, rows: str) -> str:
    """The values of a picture as arguments, with the values of black and white where it has them."""
    if show.kind == "text":
        return f"{rows}, decode"
    if show.kind not in ("grid", "animation"):
        return rows
    low, high = _limits([body.nodes[r.node].type(r.port) for r in show.operands])
    return f"{rows}, {low}, {high}"


def _limits(types: list[ValueType]) -> tuple[float, float]:
    """The values of black and white: the first range that is known, else 0 and 1."""
    for type in types:
        if isinstance(type, Tensor) and type.range.low is not None and type.range.high is not None:
            return type.range.low, type.range.high
    return 0.0, 1.0

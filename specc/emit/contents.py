"""What a program is made of: its bodies, and whether there are maps."""

from __future__ import annotations

from collections.abc import Iterable

from specc.program import Apply, Body, Program, Rounds
from specc.types import Tensor


def bodies(program: Program, body: Body) -> Iterable[Body]:
    """A body and all that it uses, networks included."""
    yield body
    for name in body.uses:
        yield from bodies(program, program.network(name))
    for stage in body.stages:
        if isinstance(stage.unit, Body):
            yield from bodies(program, stage.unit)
        elif isinstance(stage.unit, Rounds):
            for inner, _ in stage.unit.bodies:
                yield from bodies(program, inner)


def has_maps(program: Program, body: Body) -> bool:
    """Whether there are two-dimensional convolutions, which are faster with channels last."""
    for b in bodies(program, body):
        for node in b.nodes:
            if isinstance(node.operation, Apply) and node.operation.layer.word.startswith("conv"):
                type = node.types[0][1]
                if isinstance(type, Tensor) and type.rank == 3:
                    return True
    return False

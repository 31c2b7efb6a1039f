"""Layers that a sample or program block makes itself: no network holds them, and nothing trains them."""

from __future__ import annotations

from specc.layers.base import Inference
from specc.program import Body, Stage
from specc.resolve.apply import weights
from specc.resolve.context import Scope


def refuse_own_stages(scope: Scope) -> None:
    """Report every layer or block of a scope that only works with what was trained (E507)."""
    for stage in scope.stages.values():
        word, learns = _stage(stage)
        holds = "has weights, and nothing trains them here" if learns else "belongs in a network"
        scope.context.report(
            "E507",
            f"{word} {holds}: a {scope.role} only calls what was trained",
            stage.span,
            helps=("put it into a network, and call that",),
        )


def _stage(stage: Stage) -> tuple[str, bool]:
    """The word of a stage, and whether it has weights."""
    match stage.unit:
        case Inference(parameters=parameters) if stage.layer is not None:
            return stage.layer.word, any(p.kind != "buffer" for p in parameters)
        case Body(name=name):
            return name, bool(weights(stage.unit))
        case _:
            return stage.name, True

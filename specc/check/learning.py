"""A step must have something to learn."""

from __future__ import annotations

from collections.abc import Iterator

from specc.check.trace import ancestors
from specc.diagnostics import Diagnostic, Diagnostics
from specc.layers.base import Inference
from specc.program import Apply, BareTensor, Body, Invoke, Program, Ref, Rounds, Stage, TrainPlan


def check_learning(program: Program, diagnostics: Diagnostics) -> None:
    """Report steps whose objective reaches no weight that is learnt (E510)."""
    for plan in program.trains:
        for step in plan.steps:
            if not any(_learns(plan, t.value.node) for t in step.terms):
                diagnostics.add(
                    Diagnostic(
                        "E510",
                        f"train {plan.name}: this objective updates nothing",
                        step.span,
                        text="no weight reaches it",
                        helps=("minimize a loss of a network's output",),
                    )
                )


def _learns(plan: TrainPlan, number: int) -> bool:
    for node in ancestors(plan.body, Ref(number)):
        operation = node.operation
        if isinstance(operation, Invoke) and has_weights(operation.body):
            return True
        if isinstance(operation, Apply) and operation.stage is not None:
            return True
    return False


def has_weights(body: Body) -> bool:
    """Whether a body owns a weight, or borrows one, that can be learnt."""
    return any(_trainable(stage) for stage in _stages(body)) or bool(body.uses)


def _stages(body: Body) -> Iterator[Stage]:
    for stage in body.stages:
        unit = stage.unit
        if isinstance(unit, Body):
            yield from _stages(unit)
        elif isinstance(unit, Rounds):
            for inner, _ in unit.bodies:
                yield from _stages(inner)
        else:
            yield stage


def _trainable(stage: Stage) -> bool:
    unit = stage.unit
    if isinstance(unit, BareTensor):
        return unit.trainable
    return isinstance(unit, Inference) and any(p.kind != "buffer" for p in unit.parameters)

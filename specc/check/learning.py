"""A step must have something to learn, and everybody who learns must be reached by its gradient."""

from __future__ import annotations

from specc.dependence import Dependence, Owners, stops
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import (
    BareTensor,
    Body,
    ObjectivePlan,
    Program,
    Rounds,
    Stage,
    StepPlan,
    TrainPlan,
    Update,
)
from specc.source import Span


def check_learning(program: Program, diagnostics: Diagnostics) -> None:
    """Report objectives whose gradient reaches nothing that is updated (E510)."""
    for plan in program.trains:
        depends = Dependence(program, plan.body)
        for step in plan.steps:
            for objective in step.objectives:
                for update in objective.updates:
                    _check(depends, plan, step, objective, update, diagnostics)


def _reach(depends: Dependence, objective: ObjectivePlan) -> Owners:
    return Owners().union(*(depends.reach[t.value.node] for t in objective.terms))


def _check(
    depends: Dependence, plan: TrainPlan, step: StepPlan, objective: ObjectivePlan,
    update: Update, diagnostics: Diagnostics,
) -> None:  # fmt: skip
    program, reach = depends.program, _reach(depends, objective)
    learns = [path for path in update.targets if _has_weights(program, plan, path[0])]
    if not any(path[0] in reach for path in learns):
        named = step.name != "train" or len(plan.steps) > 1
        where = f"step {step.name}" if named else f"train {plan.name}"
        diagnostics.add(
            Diagnostic(
                "E510",
                f"{where}: this objective updates nothing",
                objective.span,
                text=_why(objective, update, learns),
                labels=tuple(
                    Label(s, "no gradient passes here") for s in _stops(depends, objective)
                ),
                helps=(_instead(program, plan, reach),),
            )
        )
        return
    for path in update.targets:
        if path[0] not in reach and path in learns and len(update.targets) > 1:
            _unreached(step, path[0], update, diagnostics)


def _stops(depends: Dependence, objective: ObjectivePlan) -> list[Span]:
    """Where the gradient of an objective ends: at `stop`, or at what is level or counts."""
    nodes = depends.body.nodes
    behind = sorted(depends.ancestors(tuple(t.value for t in objective.terms)))
    return [
        nodes[n].span for n in behind
        if stops(nodes[n]) and any(depends.reach[r.node] for r in nodes[n].operands if r is not None)
    ]  # fmt: skip


def _instead(program: Program, plan: TrainPlan, reach: Owners) -> str:
    """Who could learn from the objective."""
    able = sorted(name for name in reach if _has_weights(program, plan, name))
    if not able:
        return "minimize a loss of a network's output"
    return f"its gradient reaches {', '.join(able)}: update what is to learn from it"


def _why(objective: ObjectivePlan, update: Update, learns: list[tuple[str, ...]]) -> str:
    del objective
    if not learns:
        return "no weight reaches it"
    names = ", ".join(".".join(path) for path in update.targets)
    return f"its gradient does not reach {names}"


def _unreached(step: StepPlan, name: str, update: Update, diagnostics: Diagnostics) -> None:
    if step.name == "train" and not update.span.text.startswith("update"):
        return  # one optimizer for all: what is only drawn or measured learns nothing
    diagnostics.add(
        Diagnostic(
            "E510",
            f"step {step.name}: {name} learns nothing from this objective",
            update.span,
            text=f"its gradient does not reach {name}",
            helps=(f"leave {name} out, or minimize something that it has a part in",),
        )
    )


def _has_weights(program: Program, plan: TrainPlan, name: str) -> bool:
    networks = {b.name: b for b in program.networks}
    if name in networks:
        return has_weights(networks[name])
    return any(_learnable(s) for s in plan.body.stages if s.name == name)


def has_weights(body: Body) -> bool:
    """Whether a body owns a weight, or borrows one, that can be learnt."""
    return any(_learnable(stage) for stage in body.stages) or bool(body.uses)


def _learnable(stage: Stage) -> bool:
    unit = stage.unit
    if isinstance(unit, Body):
        return has_weights(unit)
    if isinstance(unit, Rounds):
        return any(has_weights(body) for body, _ in unit.bodies)
    if isinstance(unit, BareTensor):
        return unit.trainable
    return any(p.kind != "buffer" for p in unit.parameters)

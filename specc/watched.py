"""What a schedule watches: a value of the validation by its name, and whether more of it is better."""

from __future__ import annotations

from typing import Literal

from specc.metrics import Metric
from specc.optim.schedule import Schedule
from specc.program import StepPlan, TrainPlan


def watched(plan: TrainPlan, step: StepPlan, schedule: Schedule) -> str:
    """The name of the value; the step's loss where the schedule names none."""
    written = getattr(schedule, "watch", None)
    return written or plan.losses()[plan.steps.index(step)]


def stopping(plan: TrainPlan) -> str | None:
    """The name of the value that early stopping judges by; None where several losses leave it open."""
    written = getattr(plan.settings, "watch", None)
    if written is not None or sum(len(s.objectives) for s in plan.steps) > 1:
        return written
    return plan.losses()[0]


def direction(plan: TrainPlan, name: str) -> Literal["min", "max"] | None:
    """Which way the value gets better; None where no value has the name."""
    measure = next((m for m in plan.metrics if m.name == name), None)
    if measure is not None:
        higher = isinstance(measure.metric, Metric) and measure.metric.better == "higher"
        return "max" if higher else "min"
    for loss, step in zip(plan.losses(), plan.steps, strict=True):
        if name == loss:
            senses = {o.sense for o in step.objectives}
            return "max" if senses == {"maximize"} else "min"
        for one in step.objectives:
            if any(t.name == name for t in one.terms):
                return "max" if one.sense == "maximize" else "min"
    return None


def names(plan: TrainPlan) -> list[str]:
    """All that can be watched."""
    found = [*plan.losses(), *(t.name for t in plan.terms), *(m.name for m in plan.metrics)]
    return list(dict.fromkeys(found))

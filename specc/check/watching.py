"""A schedule that watches a value needs one of that name (E401)."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.nearest import nearest
from specc.optim import Schedule
from specc.program import Program, TrainPlan
from specc.source import Span
from specc.watched import direction, names, watched


def check_watching(program: Program, diagnostics: Diagnostics) -> None:
    """Report a watched name that no term and no metric has, once for all steps."""
    seen = set()
    for plan in program.trains:
        for step in plan.steps:
            if not isinstance(step.schedule, Schedule) or "watch" not in step.schedule.names:
                continue
            name = watched(plan, step, step.schedule)
            place = step.schedule_at or step.span
            if direction(plan, name) is None and place not in seen:
                seen.add(place)
                diagnostics.add(_unknown(plan, name, place))


def _unknown(plan: TrainPlan, name: str, place: Span) -> Diagnostic:
    """What to say of a name that nothing has; the caret stands below it."""
    behind = place.text.find("watch")
    at = place.text.find(name, behind + len("watch"))
    span = Span(place.source, place.start + at, place.start + at + len(name))
    close = nearest(name, names(plan), 1)
    return Diagnostic(
        "E401",
        f'there is no term and no metric "{name}" to watch',
        span,
        text=f'did you mean "{close[0]}"?' if close else "",
        helps=(f"values of {plan.name}: {', '.join(names(plan))}",),
        fix=Fix(f"{name} → {close[0]}", (Edit(span, close[0]),)) if close else None,
    )

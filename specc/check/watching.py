"""What schedules and early stopping watch must be there (E401, E203), on rows of its own (W523)."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from specc.nearest import nearest
from specc.optim import Schedule
from specc.program import Program, TrainPlan
from specc.settings import TrainSettings
from specc.source import Span
from specc.watched import direction, names, stopping, watched


def check_watching(program: Program, diagnostics: Diagnostics) -> None:
    """Report a watched name that no term and no metric has, once for all steps."""
    seen = set()
    for plan in program.trains:
        _check_stopping(plan, diagnostics)
        for step in plan.steps:
            if not isinstance(step.schedule, Schedule) or "watch" not in step.schedule.names:
                continue
            name = watched(plan, step, step.schedule)
            place = step.schedule_at or step.span
            if direction(plan, name) is None and place not in seen:
                seen.add(place)
                diagnostics.add(_unknown(plan, name, place))


def _check_stopping(plan: TrainPlan, diagnostics: Diagnostics) -> None:
    """Report early stopping that has no one value, or judges by the test rows."""
    settings = plan.settings
    assert isinstance(settings, TrainSettings)
    if settings.watch is not None and direction(plan, settings.watch) is None:
        diagnostics.add(_unknown(plan, settings.watch, plan.place("watch")))
    if settings.early_stopping is None:
        if settings.watch is not None:
            message = "watch says what early_stopping judges by, and there is none here"
            diagnostics.add(Diagnostic("E203", message, plan.place("watch")))
        return
    place = plan.place("early_stopping")
    if stopping(plan) is None:
        message = "early_stopping judges by one value, and there are several objectives here"
        helps = tuple(f"watch {name}" for name in names(plan)[:3])
        diagnostics.add(Diagnostic("E203", message, place, helps=helps))
    if settings.validation is None:
        message = "early stopping judges by the test rows, which then are no test"
        helps = ("validation 0.1 keeps a tenth of the training rows for it",)
        diagnostics.add(Diagnostic("W523", message, place, helps=helps))


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

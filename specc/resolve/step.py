"""A step: what it computes, its objectives, and who learns from them."""

from __future__ import annotations

from dataclasses import dataclass

from specc.program import ObjectivePlan, StepPlan
from specc.resolve.arguments import construct
from specc.resolve.assign import assign, let, named
from specc.resolve.context import Scope
from specc.resolve.draft import DraftObjective, DraftStep
from specc.resolve.draw import draw
from specc.resolve.order import bound, ordered
from specc.resolve.setting import step_setting
from specc.resolve.terms import objective_terms
from specc.resolve.unused import unused_values
from specc.resolve.update import overlapping, update
from specc.settings import StepSettings
from specc.syntax import tree


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of a scope as they were before a step, whose own are gone behind it."""

    scope: Scope
    names: frozenset[str]

    def restore(self) -> None:
        for name in set(self.scope.places) - self.names:
            del self.scope.places[name]
            self.scope.names.pop(name, None)


def value(scope: Scope, statement: tree.Statement) -> bool:
    """Evaluate a statement that names a value; whether it was one."""
    match statement:
        case tree.Assign():
            assign(scope, statement)
        case tree.Let():
            let(scope, statement)
        case tree.Draw():
            drawn = draw(scope, statement.distribution, statement.frozen)
            scope.bind(statement.target, named(scope, drawn, statement.target))
        case _:
            return False
    return True


def step(scope: Scope, written: tree.Step) -> StepPlan | None:
    """The plan of a `step` block; None after diagnostics."""
    before = _Names(scope, frozenset(scope.places))
    first = len(scope.nodes)
    draft = DraftStep(written.name.id, written.name.span)
    scope.reserved |= {n.id for s in written.body for n in bound(s)}
    for statement in ordered(scope, list(written.body)):
        if not value(scope, statement):
            _statement(scope, statement, draft)
    unused_values(scope, before.names)
    before.restore()
    return finish(scope, draft, frozenset(range(first, len(scope.nodes))))


def _statement(scope: Scope, statement: tree.Statement, draft: DraftStep) -> None:
    match statement:
        case tree.Objective():
            objective(scope, statement, draft)
        case tree.UpdateRule():
            update(scope, statement, draft)
        case tree.Setting():
            step_setting(scope, statement, draft)
        case _:
            word = statement.span.first_word
            scope.context.report("E103", f'"{word}" does not belong in a step', statement.span)


def objective(scope: Scope, statement: tree.Objective, draft: DraftStep) -> None:
    """Read an objective; the updates that follow are its own."""
    taken = [t.name for o in draft.objectives for t in o.terms]
    terms = objective_terms(scope, statement, taken)
    draft.objectives.append(DraftObjective(statement, terms))


def finish(scope: Scope, draft: DraftStep, nodes: frozenset[int]) -> StepPlan | None:
    """The step, once all of it was read; None after diagnostics."""
    settings = construct(
        StepSettings, f"step {draft.name}", draft.settings, draft.span, scope.diagnostics
    )
    if not draft.objectives:
        _lacks(scope, draft, "minimizes nothing", "minimize mse(Net(x), y)")
        return None
    for one in draft.objectives:
        if not one.updates and not one.failed:
            _lacks(scope, draft, "updates nothing", "update Net with adam(lr=1e-3)")
            return None
    overlapping(scope, draft)
    failed = any(o.failed or not o.terms for o in draft.objectives)
    if settings is None or failed:
        return None
    every, repeat = draft.rhythm or (1, 1)
    objectives = tuple(_objective(o) for o in draft.objectives)
    return StepPlan(
        draft.name, objectives, draft.span, every, repeat, nodes,
        settings.clip_grad_norm, settings.clip_grad_value, draft.schedule,
    )  # fmt: skip


def _objective(draft: DraftObjective) -> ObjectivePlan:
    written = draft.written
    return ObjectivePlan(written.sense, tuple(draft.terms), tuple(draft.updates), written.span)


def _lacks(scope: Scope, draft: DraftStep, what: str, example: str) -> None:
    place = draft.objectives[0].written.span if draft.objectives else draft.span
    for one in draft.objectives:
        place = one.written.span if not one.updates else place
    scope.context.report("E507", f"step {draft.name} {what}", place, helps=(example,))

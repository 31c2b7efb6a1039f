"""A step: what it computes, its objectives, and who learns from them."""

from __future__ import annotations

from msgspec import Struct

from specc.program import Apply, Invoke, ObjectivePlan, StepPlan
from specc.resolve.arguments import construct
from specc.resolve.assign import assign, let, named
from specc.resolve.context import Scope
from specc.resolve.draft import DraftObjective, DraftStep
from specc.resolve.draw import draw
from specc.resolve.equated import as_settings
from specc.resolve.order import bound, ordered
from specc.resolve.setting import WORDS, step_setting
from specc.resolve.terms import objective_terms
from specc.resolve.unused import unused_values
from specc.resolve.update import overlapping, update
from specc.resolve.values import Flow
from specc.settings import StepSettings
from specc.syntax import tree
from specc.types import Tensor


class _Names(Struct, frozen=True):
    """The names of a scope as they were before a step, whose own are gone behind it."""

    scope: Scope
    names: frozenset[str]

    def restore(self, step: str) -> None:
        for name in set(self.scope.places) - self.names:
            del self.scope.places[name]
            self.scope.names.pop(name, None)
            self.scope.elsewhere[name] = step


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
    draft = DraftStep(written.name.id, written.name.span, failed=_misread(scope, written))
    scope.reserved |= {n.id for s in written.body for n in bound(s)}
    for statement in ordered(scope, as_settings(scope, written.body, WORDS)):
        if not value(scope, statement):
            _statement(scope, statement, draft)
    unused_values(scope, before.names)
    before.restore(draft.name)
    return finish(scope, draft, frozenset(range(first, len(scope.nodes))))


def _misread(scope: Scope, written: tree.Step) -> bool:
    """Whether a statement of the step could not be read: what it would have said is not missing."""
    return any(
        d.code.startswith("E10") and written.span.start <= d.span.start < written.span.end
        for d in scope.diagnostics
        if d.span.source is written.span.source
    )


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
            helps = (f"{word} stands in the train block, for all its steps",)
            more = helps if isinstance(statement, (tree.Data, tree.Declare)) else ()
            message = f'"{word}" does not belong in a step'
            scope.context.report("E103", message, statement.span, helps=more)


def objective(scope: Scope, statement: tree.Objective, draft: DraftStep) -> None:
    """Read an objective; the updates that follow are its own."""
    taken = [t.name for o in draft.objectives for t in o.terms]
    terms = objective_terms(scope, statement, taken)
    astray = draft.failed and not draft.objectives  # an update above it may be its own
    draft.objectives.append(DraftObjective(statement, terms, failed=astray))


def finish(scope: Scope, draft: DraftStep, nodes: frozenset[int]) -> StepPlan | None:
    """The step, once all of it was read; None after diagnostics."""
    settings = construct(
        StepSettings, f"step {draft.name}", draft.settings, draft.span, scope.diagnostics
    )
    if not draft.failed and _lacking(scope, draft):
        return None
    overlapping(scope, draft)
    failed = draft.failed or any(o.failed or not o.terms for o in draft.objectives)
    if settings is None or failed:
        return None
    every, repeat = draft.rhythm or (1, 1)
    objectives = tuple(_objective(o) for o in draft.objectives)
    return StepPlan(
        draft.name, objectives, draft.span, every, repeat, nodes,
        settings.clip_grad_norm, settings.clip_grad_value, draft.schedule,
        draft.places.get("schedule"),
    )  # fmt: skip


def _objective(draft: DraftObjective) -> ObjectivePlan:
    written = draft.written
    return ObjectivePlan(written.sense, tuple(draft.terms), tuple(draft.updates), written.span)


def _lacking(scope: Scope, draft: DraftStep) -> bool:
    """Whether the step has no objective, or one from which nobody learns; it is reported (E507)."""
    report = scope.context.report
    if not draft.objectives:
        helps = (to_minimize(scope),)
        report("E507", f"step {draft.name} minimizes nothing", draft.span, helps=helps)
        return True
    idle = next((o for o in draft.objectives if not o.updates and not o.failed), None)
    if idle is None:
        return False
    names = ", ".join(_reached(scope, idle)) or "Net"
    report(
        "E507",
        f"step {draft.name} updates nothing",
        idle.written.span,
        text="nobody learns from it",
        helps=(f"add behind it: update {names} with adam(lr=1e-3)",),
    )
    return True


def to_minimize(scope: Scope) -> str:
    """An objective of what there is: the last number that has a name and is not read, or a call."""
    numbers = [
        name
        for name, value in scope.names.items()
        if isinstance(value, Flow)
        and isinstance(value.type, Tensor)
        and not value.type.rank
        and value.type.dtype == "float"
        and name not in scope.read
    ]
    return f"minimize {numbers[-1]}" if numbers else "minimize mse(Net(x), y)"


def _reached(scope: Scope, objective: DraftObjective) -> list[str]:
    """The networks and stages that the terms of an objective are computed with."""
    ahead, found = [t.value.node for t in objective.terms], set[int]()
    while ahead:
        number = ahead.pop()
        if number not in found:
            found.add(number)
            ahead += [r.node for r in scope.nodes[number].operands if r is not None]
    operations = [scope.nodes[n].operation for n in sorted(found)]
    stages = [o.stage for o in operations if isinstance(o, (Apply, Invoke)) and o.stage]
    return list(dict.fromkeys(path[0] for path in stages))

"""A `train` block: data, the values of one iteration, its steps, and how long it goes on."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from specc.diagnostics import Label
from specc.program import StepPlan, Term, TrainPlan, Update
from specc.resolve.arguments import construct
from specc.resolve.context import Context, Scope
from specc.resolve.data import data
from specc.resolve.draft import Draft, DraftStep
from specc.resolve.equated import as_settings
from specc.resolve.evaluation import static
from specc.resolve.order import bound, ordered
from specc.resolve.repeated import once
from specc.resolve.setting import WORDS, setting
from specc.resolve.step import finish, objective, step, to_minimize, value
from specc.resolve.tensors import declare
from specc.resolve.unused import unused_values
from specc.resolve.update import called_by, together, update
from specc.settings import TrainSettings
from specc.syntax import tree


def resolve_train(context: Context, train: tree.Train) -> TrainPlan | None:
    """The plan of a `train` block, or None after a diagnostic that leaves none."""
    scope = Scope(context, train.name.id, "train")
    draft = Draft(DraftStep("train", train.name.span))
    scope.reserved = {n.id for s in train.body for n in bound(s)}
    if not any(isinstance(s, tree.Data) for s in train.body):
        message, help = f"train {train.name.id} has no data", "data digits as x, label"
        context.lacks("E506", message, train.span, train.name.span, help)
        return None
    statements = once(context, as_settings(scope, train.body, WORDS))
    for statement in ordered(scope, _data_first(statements)):
        if not value(scope, statement):
            _statement(scope, statement, draft)
    return _finish(scope, train, draft)


def _data_first(statements: list[tree.Statement]) -> list[tree.Statement]:
    return sorted(statements, key=lambda s: not isinstance(s, tree.Data))


def _statement(scope: Scope, statement: tree.Statement, draft: Draft) -> None:
    match statement:
        case tree.Data():
            data(scope, statement, draft)
        case tree.Declare():
            declare(scope, statement, static)
        case tree.Objective():
            objective(scope, statement, draft.whole)
        case tree.UpdateRule():
            update(scope, statement, draft.whole)
        case tree.Step():
            _step(scope, statement, draft)
        case tree.Setting():
            setting(scope, statement, draft)
        case _:
            word = statement.span.first_word
            scope.context.report("E103", f'"{word}" does not belong in train', statement.span)


def _step(scope: Scope, written: tree.Step, draft: Draft) -> None:
    """Read a step, whose name no other step has."""
    first = draft.places.setdefault(f"step {written.name.id}", written.name.span)
    if first is not written.name.span:
        message = f"step {written.name.id} is written twice"
        label = Label(first, "first here")
        scope.context.report("E403", message, written.name.span, labels=(label,))
        draft.failed = True
    made = step(scope, written)
    draft.failed |= made is None
    draft.steps += [made] if made is not None else []


# --------------------------------------------------------------------- finish


def _finish(scope: Scope, train: tree.Train, draft: Draft) -> TrainPlan | None:
    context = scope.context
    settings = construct(
        TrainSettings, "train", draft.settings, train.name.span, context.diagnostics
    )
    steps = _steps(scope, train, draft)
    if draft.data is None or settings is None or steps is None or draft.failed:
        return None
    unused_values(scope)
    body = scope.body(train, (), tuple(draft.inputs), ())
    return TrainPlan(
        train.name.id, train.span, train.doc, draft.data, body,
        tuple(_completed(s, draft, settings) for s in _named(steps)),
        settings, tuple(draft.metrics), tuple(draft.shows), draft.initialization,
    )  # fmt: skip


def _steps(scope: Scope, train: tree.Train, draft: Draft) -> list[StepPlan] | None:
    """The steps in order; a block without any is one step itself. None after diagnostics."""
    report, lacks = scope.context.report, scope.context.lacks
    if any(isinstance(s, tree.Step) for s in train.body):
        _refuse_mixture(scope, draft)
        return draft.steps
    if not draft.whole.objectives and draft.whole.failed:
        return None  # an update was refused that follows none
    if not draft.whole.objectives:
        message = f"train {train.name.id} minimizes nothing"
        lacks("E507", message, train.span, train.name.span, to_minimize(scope))
        return None
    updated = any(o.updates or o.failed for o in draft.whole.objectives)
    if updated:
        _refuse_optimizer(scope, draft)
    elif "optimizer" not in draft.places:
        message = f"train {train.name.id} has no optimizer"
        lacks("E507", message, train.span, train.name.span, "optimizer adam(lr=1e-3)")
        return None
    elif draft.optimizer is None:
        return None
    elif len(draft.whole.objectives) > 1:
        report(
            "E511",
            "with two objectives, an optimizer for all does not say who learns from which",
            draft.whole.objectives[1].written.span,
            helps=("follow each objective by: update NET with adam(lr=1e-3)",),
        )
        return None
    else:
        targets = (*((name,) for name in scope.uses), *((s,) for s in scope.stages))
        span = draft.places["optimizer"]
        called = called_by(scope, targets)
        together(draft.whole.objectives, Update(targets, draft.optimizer, span, called))
    made = finish(scope, draft.whole, frozenset())
    return None if made is None else [made]


def _refuse_mixture(scope: Scope, draft: Draft) -> None:
    """With steps, objectives and optimizers stand in them."""
    for one in draft.whole.objectives:
        scope.context.report(
            "E103",
            f"{one.written.sense} stands outside of the steps",
            one.written.span,
            helps=("put it into a step of its own: step NAME { … }",),
        )
    _refuse_optimizer(scope, draft)


def _refuse_optimizer(scope: Scope, draft: Draft) -> None:
    if "optimizer" in draft.places:
        scope.context.report(
            "E103",
            "optimizer has no effect here: each update says with which one",
            draft.places["optimizer"],
            helps=("delete it",),
        )


def _named(steps: list[StepPlan]) -> list[StepPlan]:
    """The steps with terms of different names: one that several steps have gets the step's name before it."""
    owners = Counter(name for s in steps for name in {t.name for t in s.terms})
    owners.update(dict.fromkeys(("step", "epoch", "loss", *(s.name for s in steps)), 2))

    def named(step: StepPlan, term: Term) -> Term:
        shared = owners[term.name] > 1
        return replace(term, name=f"{step.name}_{term.name}") if shared else term

    return [
        replace(
            step,
            objectives=tuple(
                replace(o, terms=tuple(named(step, t) for t in o.terms)) for o in step.objectives
            ),
        )
        for step in steps
    ]


def _completed(step: StepPlan, draft: Draft, settings: TrainSettings) -> StepPlan:
    """The step with what the whole training says of clipping and schedules, where it says nothing."""
    return replace(
        step,
        clip_norm=step.clip_norm or settings.clip_grad_norm,
        clip_value=step.clip_value or settings.clip_grad_value,
        schedule=step.schedule or draft.whole.schedule,
        schedule_at=step.schedule_at or draft.places.get("schedule"),
    )

"""A `train` block: data, the values of one step, the objective, and how it is minimized."""

from __future__ import annotations

from specc.diagnostics import Diagnostic
from specc.program import ReadPort, StepPlan, TrainPlan, Update
from specc.resolve.arguments import construct
from specc.resolve.assign import assign, let, named
from specc.resolve.context import Context, Scope
from specc.resolve.data import data
from specc.resolve.draft import Draft
from specc.resolve.draw import draw
from specc.resolve.order import bound, ordered
from specc.resolve.setting import setting
from specc.resolve.terms import objective_terms
from specc.resolve.values import POISON, Flow
from specc.settings import TrainSettings
from specc.syntax import tree


def resolve_train(context: Context, train: tree.Train) -> TrainPlan | None:
    """The plan of a `train` block, or None after a diagnostic that leaves none."""
    scope = Scope(context, train.name.id, "train")
    draft = Draft()
    statements = _flattened(context, train)
    scope.reserved = {n.id for s in statements for n in bound(s)}
    if not any(isinstance(s, tree.Data) for s in statements):
        context.report(
            "E506",
            f"train {train.name.id} has no data",
            train.name.span,
            helps=("data digits as x, label",),
        )
        return None
    for statement in ordered(scope, _data_first(statements)):
        _statement(scope, statement, draft)
    return _finish(scope, train, draft)


def _flattened(context: Context, train: tree.Train) -> list[tree.Statement]:
    """The statements, those of a single `step` among them. Several steps come later."""
    steps = [s for s in train.body if isinstance(s, tree.Step)]
    for extra in steps[1:]:
        context.report(
            "E190",
            "several steps are not compiled by this version of specc",
            extra.name.span,
        )
    inner = [s for step in steps[:1] for s in step.body]
    return [*(s for s in train.body if not isinstance(s, tree.Step)), *inner]


def _data_first(statements: list[tree.Statement]) -> list[tree.Statement]:
    return sorted(statements, key=lambda s: not isinstance(s, tree.Data))


def _statement(scope: Scope, statement: tree.Statement, draft: Draft) -> None:
    match statement:
        case tree.Data():
            data(scope, statement, draft)
        case tree.Assign():
            assign(scope, statement)
        case tree.Let():
            let(scope, statement)
        case tree.Draw():
            value = draw(scope, statement.distribution, statement.frozen)
            scope.bind(statement.target, named(scope, value, statement.target))
        case tree.Objective():
            draft.objectives.append(statement)
            draft.terms += objective_terms(scope, statement)
        case tree.UpdateRule():
            _update(scope, statement)
        case tree.Setting():
            setting(scope, statement, draft)
        case _:
            word = statement.span.text.split(None, 1)[0]
            scope.context.report("E103", f'"{word}" does not belong in train', statement.span)


def _update(scope: Scope, statement: tree.UpdateRule) -> None:
    scope.context.report(
        "E190",
        "update is not compiled by this version of specc: one optimizer learns all networks",
        statement.span,
        helps=("optimizer adam(lr=1e-3)",),
    )


# --------------------------------------------------------------------- finish


def _finish(scope: Scope, train: tree.Train, draft: Draft) -> TrainPlan | None:
    context = scope.context
    settings = construct(
        TrainSettings, "train", draft.settings, train.name.span, context.diagnostics
    )
    if not draft.objectives:
        context.report(
            "E507",
            f"train {train.name.id} minimizes nothing",
            train.name.span,
            helps=("minimize mse(Net(x), y)",),
        )
        return None
    if len(draft.objectives) > 1:
        context.report(
            "E190",
            "a second objective is not compiled by this version of specc",
            draft.objectives[1].span,
        )
        return None
    if "optimizer" not in draft.places:
        context.report(
            "E507",
            f"train {train.name.id} has no optimizer",
            train.name.span,
            helps=("optimizer adam(lr=1e-3)",),
        )
    if draft.data is None or draft.optimizer is None or settings is None or not draft.terms:
        return None
    _unused_values(scope)
    targets = tuple((name,) for name in scope.uses)
    objective = draft.objectives[0]
    step = StepPlan(
        "train",
        objective.sense,
        tuple(draft.terms),
        (Update(targets, draft.optimizer),),
        objective.span,
    )
    body = scope.body(train, (), tuple(draft.inputs), ())
    return TrainPlan(
        train.name.id,
        train.span,
        train.doc,
        draft.data,
        body,
        (step,),
        settings,
        tuple(draft.metrics),
        tuple(draft.shows),
        draft.schedule,
    )


def _unused_values(scope: Scope) -> None:
    fields = {r.operation.name for r in scope.nodes if isinstance(r.operation, ReadPort)}
    for name, place in scope.places.items():
        meaning = scope.names.get(name)
        if name in scope.read or name in fields or name.startswith("_"):
            continue
        if isinstance(meaning, Flow) and meaning is not POISON:
            scope.diagnostics.add(
                Diagnostic(
                    "W405",
                    f'"{name}" is computed and never used',
                    place,
                    helps=(f"delete it, or name it _{name} to keep it",),
                )
            )

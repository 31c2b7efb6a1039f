"""`update G, D.head with adam(lr=2e-4) every 2 repeat 5`: who learns, how, and how often."""

from __future__ import annotations

from itertools import combinations

from specc.diagnostics import Label
from specc.optim import OPTIMIZERS
from specc.program import Path, Update
from specc.resolve.context import Scope
from specc.resolve.convert import as_static
from specc.resolve.draft import DraftObjective, DraftStep
from specc.resolve.library import chosen
from specc.resolve.values import (
    POISON,
    Meaning,
    NetworkInstance,
    SharedInstance,
    StageInstance,
    TensorRef,
)
from specc.syntax import tree


def update(scope: Scope, statement: tree.UpdateRule, draft: DraftStep) -> None:
    """Read an update into the objective that it follows."""
    if not draft.objectives:
        scope.context.report(
            "E507",
            "an update follows the objective whose gradient it takes",
            statement.span,
            helps=("minimize mse(Net(x), y)",),
        )
        return
    owner = draft.objectives[-1]
    targets = [_target(scope, t) for t in statement.targets]
    optimizer = chosen(scope, statement.optimizer, "optimizer", OPTIMIZERS)
    _rhythm(scope, statement, draft)
    if None in targets or optimizer is None:
        owner.failed = True
        return
    paths = tuple(t for t in targets if t is not None)
    _closure(scope, statement, draft, optimizer.closure)
    owner.updates.append(Update(paths, optimizer, statement.span))


def _closure(scope: Scope, statement: tree.UpdateRule, draft: DraftStep, closure: bool) -> None:
    """An optimizer that evaluates its objective several times needs a step of its own."""
    if closure and (len(draft.objectives) > 1 or draft.objectives[-1].updates):
        scope.context.report(
            "E511",
            "lbfgs evaluates its objective several times; it needs a step of its own",
            statement.optimizer.span,
        )


def _target(scope: Scope, expr: tree.Expr) -> Path | None:
    """The path of a network, of a stage or of a weight; None after a diagnostic."""
    meaning = scope.evaluate(expr)
    path = _path(meaning)
    if path is None and meaning is not POISON:
        scope.context.report(
            "E511",
            f"{expr.span.text} cannot be updated: it has no weights",
            expr.span,
            helps=("name a network, a stage or a weight: update Encoder, Decoder.head with …",),
        )
    return path


def _path(meaning: Meaning) -> Path | None:
    match meaning:
        case NetworkInstance(name):
            return (name,)
        case StageInstance(path):
            return path
        case SharedInstance(stage=stage):
            return stage
        case TensorRef(path, parameter):
            return path if path[-1] == parameter.name else (*path, parameter.name)
        case _:
            return getattr(meaning, "stage", None)


def _rhythm(scope: Scope, statement: tree.UpdateRule, draft: DraftStep) -> None:
    every, repeat = (_whole(scope, e, w) for e, w in _parts(statement))
    if draft.rhythm is None:
        draft.rhythm = (every, repeat)
    elif draft.rhythm != (every, repeat):
        scope.context.report(
            "E511",
            f"the updates of step {draft.name} do not keep time: this one is every {every} repeat "
            f"{repeat}, the first every {draft.rhythm[0]} repeat {draft.rhythm[1]}",
            statement.span,
            helps=("what happens at another pace is a step of its own",),
        )


def _parts(statement: tree.UpdateRule) -> tuple[tuple[tree.Expr | None, str], ...]:
    return (statement.every, "every"), (statement.repeat, "repeat")


def _whole(scope: Scope, expr: tree.Expr | None, word: str) -> int:
    if expr is None:
        return 1
    meaning = scope.evaluate(expr)
    number = as_static(meaning)
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= 1_000_000:
        return number
    if meaning is not POISON:
        scope.context.report("E204", f"{word} needs a whole number from 1", expr.span)
    return 1


def overlapping(scope: Scope, draft: DraftStep) -> None:
    """Report weights that two updates of a step would change at once (E511)."""
    updates = [u for o in draft.objectives for u in o.updates]
    for first, second in combinations(updates, 2):
        for path in second.targets:
            if any(_within(path, other) for other in first.targets):
                scope.context.report(
                    "E511",
                    f"step {draft.name} updates {'.'.join(path)} twice",
                    second.span,
                    labels=(Label(first.span, "first here"),),
                    helps=("updates of one step happen together; write two steps",),
                )


def _within(path: Path, other: Path) -> bool:
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]


def together(objectives: list[DraftObjective], optimizer: Update) -> None:
    """One optimizer for all that is used: `optimizer adam(…)`."""
    for one in objectives:
        one.updates.append(optimizer)

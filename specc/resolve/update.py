"""`update G, D.head with adam(lr=2e-4) every 2 repeat 5`: who learns, how, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from specc.diagnostics import Label
from specc.optim import OPTIMIZERS, Optimizer
from specc.program import Body, Invoke, Path, ReadTensor, Rounds, Scan, Update
from specc.resolve.context import Scope
from specc.resolve.convert import as_static, unknown_name
from specc.resolve.draft import DraftObjective, DraftStep
from specc.resolve.library import chosen
from specc.resolve.values import (
    POISON,
    Flow,
    Meaning,
    NetworkInstance,
    SharedInstance,
    StageInstance,
    TensorRef,
    Word,
)
from specc.sizes import render
from specc.syntax import tree


def update(scope: Scope, statement: tree.UpdateRule, draft: DraftStep) -> None:
    """Read an update into the objective that it follows."""
    if not draft.objectives:
        draft.failed = True
        scope.context.report(
            "E507",
            "an update follows the objective whose gradient it takes",
            statement.span,
            helps=("write minimize, or maximize, above it",),
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
    owner.updates.append(Update(paths, optimizer, statement.span, called_by(scope, paths)))


def called_by(scope: Scope, targets: Iterable[Path]) -> tuple[Path, ...]:
    """The networks that whole networks and blocks call or read weights of, and those of these."""
    targets = tuple(targets)
    waiting = [path[0] for path in targets if len(path) == 1]
    found: dict[str, None] = {}
    for name in waiting:  # it grows
        stage = scope.stages.get(name)
        body = _network(scope, name) if stage is None else stage.unit
        new = [n for n in (_calls(scope, body) if isinstance(body, Body) else ()) if n not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple((name,) for name in found if (name,) not in targets)


def _network(scope: Scope, name: str) -> Body | None:
    definition = scope.context.definitions.get(name)
    return None if definition is None else scope.context.network(name, None, definition.span)


def _calls(scope: Scope, body: Body) -> Iterator[str]:
    for node in body.nodes:
        match node.operation:
            case Invoke(stage=(name, *_), body=inner):
                elsewhere = _elsewhere(scope, body, name)
                yield from (name,) if elsewhere else _calls(scope, inner)
            case ReadTensor(path=(name, *_)) if _elsewhere(scope, body, name):
                yield name
            case Scan(body=inner):
                yield from _calls(scope, inner)
            case Rounds(bodies=bodies):
                for inner, _ in bodies:
                    yield from _calls(scope, inner)


def _elsewhere(scope: Scope, body: Body, name: str) -> bool:
    """Whether a name in a body is that of a network, and not of a stage of its own."""
    return name in scope.context.definitions and all(s.name != name for s in body.stages)


def _closure(scope: Scope, statement: tree.UpdateRule, draft: DraftStep, closure: bool) -> None:
    """An optimizer that evaluates its objective several times needs a step of its own."""
    before = [u for o in draft.objectives for u in o.updates]
    closure |= any(isinstance(u.optimizer, Optimizer) and u.optimizer.closure for u in before)
    if closure and (len(draft.objectives) > 1 or before):
        scope.context.report(
            "E511",
            "lbfgs evaluates its objective several times; it needs a step of its own",
            statement.optimizer.span,
            helps=("put what learns with another optimizer into another step",),
        )


def _target(scope: Scope, expr: tree.Expr) -> Path | None:
    """The path of a network, of a stage or of a weight; None after a diagnostic."""
    meaning = scope.evaluate(expr)
    if isinstance(meaning, Word):
        unknown_name(scope, meaning.text, expr.span)
        return None
    refusal = _refusal(scope, meaning)
    path = None if refusal else _path(meaning)
    if path is None and meaning is not POISON:
        why, help = refusal or (
            "it has no weights",
            "name a network, a stage or a weight: update Encoder, Decoder.head with …",
        )
        message = f"{expr.span.text} cannot be updated: {why}"
        scope.context.report("E511", message, expr.span, helps=(help,))
    return path


def _refusal(scope: Scope, meaning: Meaning) -> tuple[str, str] | None:
    """Why something with a path is not updated, and what to write: values of networks, and buffers."""
    match meaning:
        case TensorRef(parameter=parameter) if parameter.kind == "buffer":
            sizes = ", ".join(map(render, parameter.sizes))
            return (
                "a buffer is not learnt",
                f"declare it as one that is: weight {parameter.name}[{sizes}]",
            )
        case Flow(stage=stage) if stage is not None and stage[0] not in scope.stages:
            return f"it is a value of {stage[0]}", f"update {'.'.join(stage)} with …"
        case _:
            return None


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
            f"the updates of step {draft.name} do not keep time: this one runs "
            f"{_pace(every, repeat)}, the first {_pace(*draft.rhythm)}",
            statement.span,
            helps=("what happens at another pace is a step of its own",),
        )


def _pace(every: int, repeat: int) -> str:
    """`in every iteration`, `in every 2nd iteration, 3 times`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(
        every % 10 if every % 100 not in (11, 12, 13) else 0, "th"
    )
    when = "in every iteration" if every == 1 else f"in every {every}{ending} iteration"
    return when if repeat == 1 else f"{when} {repeat} times"


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
        for path in second.learns:
            if any(_within(path, other) for other in first.learns) and not _divided(
                first, second, path
            ):
                scope.context.report(
                    "E511",
                    f"step {draft.name} updates {'.'.join(path)} twice",
                    second.span,
                    labels=(Label(first.span, "first here"),),
                    helps=("updates of one step happen together; write two steps",),
                )


def _divided(first: Update, second: Update, path: Path) -> bool:
    """Whether one of two updates learns the matrices below a path, and the other one the rest."""
    kinds = [getattr(u.optimizer, "matrices", False) for u in (first, second)]
    return path in first.learns and kinds[0] is not kinds[1]


def _within(path: Path, other: Path) -> bool:
    shorter = min(len(path), len(other))
    return path[:shorter] == other[:shorter]


def together(objectives: list[DraftObjective], optimizer: Update) -> None:
    """One optimizer for all that is used: `optimizer adam(…)`."""
    for one in objectives:
        one.updates.append(optimizer)

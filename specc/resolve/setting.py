"""The settings of a train block, its metrics and its pictures."""

from __future__ import annotations

import math

from specc.initialization import INITIALIZATIONS
from specc.layers import registry
from specc.layers.base import LayerError
from specc.metrics import METRICS, Metric
from specc.nearest import nearest
from specc.optim import OPTIMIZERS, SCHEDULES
from specc.program import Measure, Show
from specc.resolve.arguments import Given, accepts_word
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, unknown_name
from specc.resolve.draft import Draft, DraftStep
from specc.resolve.evaluation import arguments, flow
from specc.resolve.layer import apply_layer, single
from specc.resolve.library import configured, library, unknown_word, word_call
from specc.resolve.origins import origins
from specc.resolve.values import POISON, Flow, LayerMaker, Word
from specc.settings import StepSettings, TrainSettings
from specc.sizes import Size
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Tensor, ValueType

_IMAGES = ("grid", "curve", "animation")
SHOWS = ("grid", "curve", "scatter", "plot")
_MORE = ("optimizer", "schedule", "init", "metric", "show")
WORDS = frozenset((*TrainSettings.model_fields, *_MORE)) - {"checkpoint_unit"}
"""The words of settings in a `train` block; some stand in a step."""


def setting(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    """Read one setting into the draft; a word that is set twice is an error."""
    word = statement.word.id
    if word not in ("metric", "show") and twice(scope, statement, draft.places):
        return
    if word not in ("show", "checkpoint") and rhythm(scope, statement):
        return
    match word:
        case "optimizer":
            draft.optimizer = library(scope, statement, "optimizer", OPTIMIZERS)
        case "schedule":
            draft.whole.schedule = library(scope, statement, "schedule", SCHEDULES)
        case "init":
            draft.initialization = library(scope, statement, "init", INITIALIZATIONS)
        case "metric":
            _metric(scope, statement, draft)
        case "show":
            _show(scope, statement, draft)
        case _:
            _plain_setting(scope, statement, draft, TrainSettings, _MORE)


def step_setting(scope: Scope, statement: tree.Setting, draft: DraftStep) -> None:
    """Read one setting of a step: how its own updates are clipped and scheduled."""
    if twice(scope, statement, draft.places) or rhythm(scope, statement):
        return
    if statement.word.id == "schedule":
        draft.schedule = library(scope, statement, "schedule", SCHEDULES)
    elif statement.word.id in WORDS.difference(StepSettings.model_fields):
        _misplaced(scope, statement, draft)
    else:
        _plain_setting(scope, statement, draft, StepSettings, ("schedule",))


def _misplaced(scope: Scope, statement: tree.Setting, draft: DraftStep) -> None:
    """A setting of the whole training in a step; an optimizer in place of an update."""
    word = statement.word.id
    message = f"{word} belongs to the whole training, not to a step"
    helps: tuple[str, ...] = ("write it in the train block",)
    if word == "optimizer":
        draft.failed = True
        message = "in a step, update says who learns with which optimizer"
        optimizer = "adam(lr=1e-3)" if statement.value is None else statement.value.span.text
        helps = (f"update NET with {optimizer}",)
    scope.context.report("E103", message, statement.span, helps=helps)


def rhythm(scope: Scope, statement: tree.Setting) -> bool:
    """Whether a setting that holds all the time has an `every`, which is reported."""
    if statement.every is None:
        return False
    message = f"{statement.word.id} has no `every` here"
    scope.context.report("E202", message, statement.every.span)
    return True


def twice(scope: Scope, statement: tree.Setting, places: dict[str, Span]) -> bool:
    """Whether a word was set before, which is reported."""
    word = statement.word.id
    if {word, *places} >= {"epochs", "steps"} and word in ("epochs", "steps"):
        message = "epochs and steps both say how long the training is"
        scope.context.report("E403", message, statement.word.span, helps=("write one of them",))
        return True
    if word in places:
        scope.context.report("E403", f"{word} is set twice", statement.word.span)
        return True
    places[word] = statement.span
    return False


def _plain_setting(
    scope: Scope,
    statement: tree.Setting,
    draft: Draft | DraftStep,
    model: type[StepSettings],
    more: tuple[str, ...],
) -> None:
    word = statement.word.id
    known = [f for f in model.model_fields if f != "checkpoint_unit"]
    if word not in known:
        words = [*known, *more]
        unknown_word(scope, "E102", "setting", statement.word, words)
        scope.context.lost.add(word)  # it may be a value whose = is missing
        for meant in nearest(word, words)[:1]:
            draft.places.setdefault(meant, statement.span)  # so that it is not missed as well
        return
    written = statement.every if word == "checkpoint" else statement.value
    if written is None:
        example = "checkpoint every 5 epochs" if word == "checkpoint" else f"{word} 1"
        scope.context.report("E202", f"{word} needs a value", statement.span, helps=(example,))
        return
    if word == "checkpoint" and statement.value is not None:
        scope.context.report("E202", "checkpoint has no value", statement.value.span)
        return
    meaning = scope.evaluate(written)
    value = meaning.text if isinstance(meaning, Word) else as_static(meaning)
    if isinstance(meaning, Word) and not accepts_word(model, word):
        unknown_name(scope, meaning.text, written.span)
    elif value is not None:
        draft.settings[word] = Given(value, written.span)
        if word == "checkpoint":
            draft.settings["checkpoint_unit"] = Given(statement.unit or "epochs", written.span)
    elif meaning is not POISON:
        scope.context.report("E203", f"{word} must be known before anything runs", written.span)


def _metric(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    if statement.value is None:
        scope.context.report("E202", "metric needs an expression", statement.span)
        return
    name, written = word_call(statement.value)
    if name is not None and name.id in METRICS and written:
        written, mask = _split_mask(written)
        operands = [a for a in written if a.name is None]
        flows = [_masked(scope, _one(scope, a.value), mask) for a in operands]
        wanted = METRICS[name.id].operands
        if len(flows) != len(wanted):
            scope.context.report(
                "E202",
                f"{name.id} compares {' with '.join(wanted)}, and gets {len(flows)}",
                statement.value.span,
            )
            return
        options = tuple(a for a in written if a.name is not None)
        metric = configured(scope, METRICS[name.id], name, options)
        if metric is not None and POISON not in flows and _compares(scope, metric, flows, written):
            label = _fresh_name(name.id, [m.name for m in draft.metrics])
            refs = tuple(f.ref for f in flows)
            draft.metrics.append(Measure(label, metric, refs, statement.span))
        return
    if name is not None and (_no_metric if written else _compares_nothing)(scope, name):
        return
    value = _one(scope, statement.value)
    if value is not POISON:
        base = name.id if name is not None else "metric"
        label = _fresh_name(base, [m.name for m in draft.metrics])
        draft.metrics.append(Measure(label, None, (value.ref,), statement.span))


def _one(scope: Scope, expr: tree.Expr) -> Flow:
    """A value with one output; of several, none is taken for the others."""
    value = flow(scope, expr)
    return POISON if single(scope, value, expr.span) is UNKNOWN else value


def _compares_nothing(scope: Scope, name: tree.Name) -> bool:
    """Whether a metric stands without what it compares, which is reported."""
    if name.id not in METRICS or name.id in scope.names:
        return False
    wanted = METRICS[name.id].operands
    message = f"{name.id} compares {' with '.join(wanted)}, and gets nothing"
    helps = (f"metric {name.id}({', '.join(wanted)})",)
    scope.context.report("E202", message, name.span, helps=helps)
    return True


def _no_metric(scope: Scope, name: tree.Name) -> bool:
    """Whether a word is neither a metric nor anything that gives a value, which is reported."""
    known = (*METRICS, *registry.words(), *scope.context.definitions, *scope.names)
    if name.id in known:
        return False
    unknown_word(scope, "E206", "metric", name, list(METRICS))
    return True


def _split_mask(
    written: tuple[tree.Argument, ...],
) -> tuple[tuple[tree.Argument, ...], tree.Argument | None]:
    """The arguments of a metric without `where=`, and that one."""
    masks = [a for a in written if a.name is not None and a.name.id == "where"]
    return tuple(a for a in written if a not in masks), masks[0] if masks else None


def _masked(scope: Scope, value: Flow, mask: tree.Argument | None) -> Flow:
    """The items of a value where the mask of a metric holds."""
    if mask is None or value is POISON:
        return value
    where = flow(scope, mask.value)
    if where is POISON:
        return POISON
    from specc.layers.graphs import Masked  # only where a metric has a mask

    maker = LayerMaker(Masked(), (), (), mask.span)
    return apply_layer(scope, maker, [("x", value), ("mask", where)], None, mask.span)


def _compares(
    scope: Scope, metric: Metric, flows: list[Flow], written: tuple[tree.Argument, ...]
) -> bool:
    """Whether a metric can compare these values; if not, why is reported."""
    types = [f.type for f in flows if isinstance(f.type, Tensor)]
    if len(types) < len(flows):
        return False
    try:
        metric.check(*types)
    except LayerError as problem:
        spans = [a.value.span for a in written if a.name is None]
        at = problem.argument if isinstance(problem.argument, int) else len(spans) - 1
        scope.context.report(
            problem.code,
            problem.message,
            spans[at],
            text=problem.text,
            notes=problem.notes,
            helps=problem.helps,
            origins=origins(scope, flows),
        )
        return False
    return True


def _fresh_name(base: str, taken: list[str]) -> str:
    if base not in taken:
        return base
    return next(f"{base}_{n}" for n in range(2, len(taken) + 3) if f"{base}_{n}" not in taken)


def _show(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    made = show_of(scope, statement)
    if made is not None:
        draft.shows.append(made)


def show_of(scope: Scope, statement: tree.Setting, kinds: tuple[str, ...] = SHOWS) -> Show | None:
    """`show grid(x, y) every 5 epochs`; `kinds` are the pictures there are."""
    name, written = word_call(statement.value) if statement.value is not None else (None, ())
    if name is None or not written:
        scope.context.report(
            "E203", "show needs a picture of something", statement.span, helps=("show grid(x)",)
        )
        return None
    if name.id not in kinds:
        unknown_word(scope, "E206", "picture", name, list(kinds))
        return None
    option = next((a for a in written if a.name is not None), None)
    if option is not None and option.name is not None:
        message = f'{name.id} has no option "{option.name.id}"'
        scope.context.report("E202", message, option.span)
        return None
    flows = [(as_flow(scope, a.meaning, a.span), a.span) for a in arguments(scope, written)]
    every = None if statement.every is None else as_static(scope.evaluate(statement.every))
    if statement.every is not None and (not isinstance(every, int) or every < 1):
        scope.context.report("E204", "every needs a whole number from 1", statement.every.span)
        return None
    types = [single(scope, flow, place) for flow, place in flows]
    if UNKNOWN in types or not _drawable(scope, name.id, [f for f, _ in flows], statement):
        return None
    return Show(
        name.id,
        tuple(f.ref for f, _ in flows),
        every if isinstance(every, int) else None,
        statement.unit or "epochs",
        statement.span,
    )


def _drawable(scope: Scope, kind: str, flows: list[Flow], statement: tree.Setting) -> bool:
    """Whether a picture can show these values; if not, why is reported (E203)."""
    types = [f.type for f in flows]
    reason = ""
    if not all(isinstance(t, Tensor) and t.batched for t in types):
        reason = f"{kind} draws a value of each item of the batch"
    elif kind == "text" and not all(_symbols(t) for t in types):
        reason = "text shows what generate(Net, …) gives"
    elif kind == "plot" and len(types) < 2:
        reason = "plot draws values against the first one: it needs two"
    elif kind == "scatter" and (wrong := [t for t in types if not _plane(t) and not _colour(t)]):
        reason = f"scatter draws points of two features or more, and this is {wrong[0]}"
    elif kind == "scatter" and not any(map(_plane, types)):
        reason = "scatter draws points, and these are labels"
    elif kind in _IMAGES and any(isinstance(t, Tensor) and not t.rank for t in types):
        reason = f"{kind} draws rows or images, and this is one number an item"
    elif kind in ("grid", "animation"):
        reason = _uneven([t for t in types if isinstance(t, Tensor)])
    if reason:
        report = scope.context.report
        report("E203", reason, statement.span, origins=origins(scope, flows))
    return not reason


def _symbols(type: ValueType) -> bool:
    """Whether the items of a value are sequences of symbols."""
    return isinstance(type, Tensor) and type.dtype == "int" and type.rank == 1


def _uneven(types: list[Tensor]) -> str:
    """Why values cannot stand in one grid; "" where they can."""
    deep = next((t for t in types if t.rank > 3), None)
    if deep is not None:
        return f"grid draws images, and this is {deep}"
    shapes = [_as_image(t) for t in types]
    other = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), None)
    return "" if other is None else f"a grid of {types[0]} and {types[other]} has no common shape"


def _as_image(type: Tensor) -> tuple[Size, ...]:
    """Channels, height and width of a value as the grid draws it."""
    sizes = type.sizes
    if len(sizes) == 1:
        side = math.isqrt(sizes[0]) if isinstance(sizes[0], int) else 0
        return (1, side, side) if side and side * side == sizes[0] else (1, 1, sizes[0])
    return (sizes[0] if len(sizes) == 3 and sizes[0] in (1, 3) else 1, *sizes[-2:])


def _colour(type: ValueType) -> bool:
    """Whether a value is one whole number for each point, which gives its colour."""
    return isinstance(type, Tensor) and type.rank == 0 and type.dtype == "int"


def _plane(type: ValueType) -> bool:
    """Whether the items of a value are points with at least two coordinates."""
    flat = isinstance(type, Tensor) and type.rank == 1 and type.sizes[0] != 1
    return flat and isinstance(type, Tensor) and type.dtype == "float"

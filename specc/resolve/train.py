"""A `train` block: data, the values of one step, objectives, settings, metrics and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from specc.data import SOURCES
from specc.diagnostics import Diagnostic, Edit, Fix
from specc.metrics import METRICS
from specc.nearest import nearest
from specc.optim import OPTIMIZERS, SCHEDULES
from specc.program import Measure, ReadPort, Show, StepPlan, Term, TrainPlan, Update
from specc.resolve.arguments import Given, accepts_word, construct, signature
from specc.resolve.binding import Argument
from specc.resolve.context import Context, Scope
from specc.resolve.convert import as_flow, as_static, unknown_name
from specc.resolve.definitions import assign, let, port_type
from specc.resolve.draw import draw
from specc.resolve.expression import arguments, evaluate, flow
from specc.resolve.order import bound, ordered
from specc.resolve.terms import objective_terms
from specc.resolve.values import POISON, Flow, ListValue, Word
from specc.settings import TrainSettings
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Interval, Tensor, ValueType

M = TypeVar("M", bound=BaseModel)

SHOWS = ("grid", "curve", "scatter", "plot")


@dataclass(slots=True)
class Draft:
    """What the statements of a `train` block have given so far."""

    data: BaseModel | None = None
    data_span: Span | None = None
    inputs: list[tuple[str, ValueType]] = field(default_factory=list)
    steps: list[StepPlan] = field(default_factory=list)
    objectives: list[tree.Objective] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    optimizer: BaseModel | None = None
    schedule: BaseModel | None = None
    settings: dict[str, Given] = field(default_factory=dict)
    metrics: list[Measure] = field(default_factory=list)
    shows: list[Show] = field(default_factory=list)
    places: dict[str, Span] = field(default_factory=dict)


def resolve_train(context: Context, train: tree.Train) -> TrainPlan | None:
    """The plan of a `train` block, or None after a diagnostic that leaves none."""
    scope = Scope(context, train.name.id, "train")
    draft = Draft()
    statements = _flattened(context, train)
    scope.reserved = {n.id for s in statements for n in bound(s)}
    if not any(isinstance(s, tree.Data) for s in statements):
        context.report(
            "E506", f"train {train.name.id} has no data", train.name.span, helps=("data digits as x, label",)
        )
        return None
    for statement in ordered(_data_first(statements), context.diagnostics):
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
            _data(scope, statement, draft)
        case tree.Assign():
            assign(scope, statement)
        case tree.Let():
            let(scope, statement)
        case tree.Draw():
            value = draw(scope, statement.distribution, statement.target, statement.frozen, evaluate)
            scope.bind(statement.target, value)
        case tree.Objective():
            draft.objectives.append(statement)
            draft.terms += objective_terms(scope, statement)
        case tree.UpdateRule():
            _update(scope, statement, draft)
        case tree.Setting():
            _setting(scope, statement, draft)
        case _:
            word = statement.span.text.split(None, 1)[0]
            scope.context.report(
                "E103", f'"{word}" does not belong in train', statement.span
            )


# ----------------------------------------------------------------------- data


def _data(scope: Scope, statement: tree.Data, draft: Draft) -> None:
    if draft.data_span is not None:
        scope.context.report("E190", "a second data source is not compiled by this version of specc", statement.span)
        return
    draft.data_span = statement.span
    name, written = _word_call(statement.source)
    source = None
    if name is None:
        scope.context.report("E203", "a data source is a name: data digits as x", statement.source.span)
    elif name.id not in SOURCES:
        _unknown_word(scope, "E206", "data set", name, list(SOURCES))
    else:
        source = _configured(scope, SOURCES[name.id], name, written)
    draft.data = source
    for number, item in enumerate(statement.fields):
        type = _field_type(scope, source, item, number, statement)
        draft.inputs.append((item.name.id, type))
        read = scope.add(
            item.name.id, item.span, ReadPort(item.name.id), (), (("output", type),), named=True
        )
        scope.bind(item.name, POISON if type is UNKNOWN else read)


def _field_type(
    scope: Scope, source: BaseModel | None, item: tree.Field, number: int, statement: tree.Data
) -> ValueType:
    if source is None:
        return UNKNOWN
    fields = source.fields()  # type: ignore[attr-defined]
    if fields is None:
        if item.type is None:
            scope.context.report(
                "E206",
                f"the type of {item.name.id} is not known before the file is read",
                item.span,
                helps=(f"as {item.name.id}: image[1, 28, 28]",),
            )
            return UNKNOWN
        return port_type(scope, item.type)
    if number >= len(fields):
        names = ", ".join(f.name for f in fields)
        scope.context.report(
            "E202", f"this data set has {len(fields)} fields, {names}", item.span
        )
        return UNKNOWN
    f = fields[number]
    declared = Tensor(tuple(f.sizes), tuple(f.axes), f.dtype, f.classes, Interval(f.low, f.high))
    if item.type is not None:
        return _declared_field(scope, item, declared)
    return declared


def _declared_field(scope: Scope, item: tree.Field, known: Tensor) -> ValueType:
    assert item.type is not None
    written = port_type(scope, item.type)
    if isinstance(written, Tensor) and written.sizes != known.sizes:
        scope.context.report("E302", f"{item.name.id} is {known}, not {written}", item.type.span)
        return UNKNOWN
    return known


def _word_call(expr: tree.Expr) -> tuple[tree.Name | None, tuple[tree.Argument, ...]]:
    if isinstance(expr, tree.Name):
        return expr, ()
    if isinstance(expr, tree.Call) and isinstance(expr.callee, tree.Name):
        return expr.callee, expr.arguments
    return None, ()


def _unknown_word(scope: Scope, code: str, kind: str, name: tree.Name, choices: list[str]) -> None:
    close = nearest(name.id, choices)
    fix = Fix(f"{name.id} → {close[0]}", (Edit(name.span, close[0]),)) if close else None
    scope.diagnostics.add(
        Diagnostic(
            code,
            f'there is no {kind} "{name.id}"',
            name.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(f"{kind}s: {', '.join(choices)}",) if not close else (),
            fix=fix,
        )
    )


def _configured(
    scope: Scope, model: type[M], name: tree.Name, written: tuple[tree.Argument, ...]
) -> M | None:
    """A library entry (source, optimizer, schedule, metric) with its written arguments."""
    given: dict[str, Given] = {}
    fields = list(model.model_fields)
    place = name.span if not written else name.span.to(written[-1].span)
    for argument in arguments(scope, written):
        key = argument.name.id if argument.name is not None else (fields[0] if fields else "")
        if key in fields:
            fields.remove(key)
        elif not _report_argument(scope, model, name.id, argument, key, given):
            return None
        value = _argument_value(scope, model, key, argument)
        if value is None:
            return None
        given[key] = value
    return construct(model, name.id, given, place, scope.diagnostics)


def _report_argument(
    scope: Scope,
    model: type[BaseModel],
    word: str,
    argument: Argument,
    key: str,
    given: Mapping[str, Given],
) -> bool:
    place = argument.name.span if argument.name is not None else argument.span
    close = nearest(key, list(model.model_fields)) if key else []
    message = f'{word} has no argument "{key}"' if key else f"{word} takes no argument here"
    if key in given:
        message = f"{word} gets its {key} twice"
        close = []
    fix = Fix(f"{key} → {close[0]}", (Edit(place, close[0]),)) if close else None
    scope.diagnostics.add(
        Diagnostic(
            "E202",
            message,
            place,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(signature(model, word),),
            fix=fix,
        )
    )
    return False


def _argument_value(
    scope: Scope, model: type[BaseModel], key: str, argument: Argument
) -> Given | None:
    meaning = argument.meaning
    if meaning is POISON:
        return None
    if isinstance(meaning, Word):
        if accepts_word(model, key):
            return Given(meaning.text, argument.span)
        unknown_name(scope, meaning.text, argument.span)
        return None
    if isinstance(meaning, ListValue) and accepts_word(model, key):
        items = tuple(i.text if isinstance(i, Word) else as_static(i) for i in meaning.items)
        return Given(items, argument.span)
    value = as_static(meaning)
    if value is None:
        scope.context.report(
            "E203", f"{key} must be known before anything runs", argument.span
        )
        return None
    return Given(value, argument.span)


# ------------------------------------------------------------------- settings


def _setting(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    word = statement.word.id
    if word not in ("metric", "show") and word in draft.places:
        scope.context.report("E403", f"{word} is set twice", statement.word.span)
        return
    draft.places[word] = statement.span
    match word:
        case "optimizer":
            draft.optimizer = _library(scope, statement, "optimizer", OPTIMIZERS)
        case "schedule":
            draft.schedule = _library(scope, statement, "schedule", SCHEDULES)
        case "metric":
            _metric(scope, statement, draft)
        case "show":
            _show(scope, statement, draft)
        case _:
            _plain_setting(scope, statement, draft)


def _library(
    scope: Scope, statement: tree.Setting, kind: str, entries: Mapping[str, type[BaseModel]]
) -> BaseModel | None:
    name, written = _word_call(statement.value) if statement.value is not None else (None, ())
    if name is None:
        example = "optimizer adam(lr=1e-3)" if kind == "optimizer" else "schedule cosine()"
        scope.context.report("E203", f"{kind} needs a name", statement.span, helps=(example,))
        return None
    if name.id not in entries:
        _unknown_word(scope, "E206", kind, name, list(entries))
        return None
    return _configured(scope, entries[name.id], name, written)


def _plain_setting(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    word = statement.word.id
    known = [f for f in TrainSettings.model_fields if f != "checkpoint_unit"]
    if word not in known:
        _unknown_word(scope, "E102", "setting", statement.word, [*known, "optimizer", "schedule", "metric", "show"])
        return
    written = statement.every if word == "checkpoint" else statement.value
    if written is None:
        example = "checkpoint every 5 epochs" if word == "checkpoint" else f"{word} 1"
        scope.context.report("E202", f"{word} needs a value", statement.span, helps=(example,))
        return
    if word != "checkpoint" and statement.every is not None:
        scope.context.report("E202", f"{word} has no `every`", statement.every.span)
        return
    meaning = evaluate(scope, written)
    value = meaning.text if isinstance(meaning, Word) else as_static(meaning)
    if isinstance(meaning, Word) and not accepts_word(TrainSettings, word):
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
    name, written = _word_call(statement.value)
    if name is not None and name.id in METRICS and written:
        operands = [a for a in written if a.name is None]
        flows = [flow(scope, a.value) for a in operands]
        options = tuple(a for a in written if a.name is not None)
        metric = _configured(scope, METRICS[name.id], name, options)
        if metric is not None and POISON not in flows:
            label = _fresh_name(name.id, [m.name for m in draft.metrics])
            refs = tuple(f.ref for f in flows)
            draft.metrics.append(Measure(label, metric, refs, statement.span))
        return
    value = flow(scope, statement.value)
    if value is not POISON:
        base = name.id if name is not None else "metric"
        label = _fresh_name(base, [m.name for m in draft.metrics])
        draft.metrics.append(Measure(label, None, (value.ref,), statement.span))


def _fresh_name(base: str, taken: list[str]) -> str:
    if base not in taken:
        return base
    return next(f"{base}_{n}" for n in range(2, len(taken) + 3) if f"{base}_{n}" not in taken)


def _show(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    made = show_of(scope, statement)
    if made is not None:
        draft.shows.append(made)


def show_of(scope: Scope, statement: tree.Setting) -> Show | None:
    """`show grid(x, y) every 5 epochs`."""
    name, written = _word_call(statement.value) if statement.value is not None else (None, ())
    if name is None or not written:
        scope.context.report(
            "E203", "show needs a picture of something", statement.span, helps=("show grid(x)",)
        )
        return None
    if name.id not in SHOWS:
        _unknown_word(scope, "E206", "picture", name, list(SHOWS))
        return None
    flows: list[Flow] = [as_flow(scope, a.meaning, a.span) for a in arguments(scope, written)]
    every = None if statement.every is None else as_static(evaluate(scope, statement.every))
    if statement.every is not None and (not isinstance(every, int) or every < 1):
        scope.context.report("E204", "every needs a whole number from 1", statement.every.span)
        return None
    if POISON in flows:
        return None
    refs = tuple(f.ref for f in flows)
    return Show(name.id, refs, every if isinstance(every, int) else None, statement.unit or "epochs", statement.span)


def _update(scope: Scope, statement: tree.UpdateRule, draft: Draft) -> None:
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
            "E507", f"train {train.name.id} minimizes nothing", train.name.span, helps=("minimize mse(Net(x), y)",)
        )
        return None
    if len(draft.objectives) > 1:
        context.report("E190", "a second objective is not compiled by this version of specc", draft.objectives[1].span)
        return None
    if "optimizer" not in draft.places:
        context.report(
            "E507", f"train {train.name.id} has no optimizer", train.name.span, helps=("optimizer adam(lr=1e-3)",)
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


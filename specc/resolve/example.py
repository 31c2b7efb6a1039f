"""An `example` block: what is given, what is computed of it, and what is shown.

A given tensor that is some layer's weight becomes a bare tensor, any other an input of one item (or of a
batch, where it has one axis more than its type).
"""

from __future__ import annotations

from math import prod

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import BaseModel

from specc.layers.base import Parameter
from specc.nearest import nearest
from specc.optim import OPTIMIZERS
from specc.program import (
    Apply,
    BareTensor,
    ExamplePlan,
    GivenGraph,
    GivenTensor,
    ReadPort,
    Shown,
    Stage,
    Term,
)
from specc.resolve.assign import assign, let
from specc.resolve.context import Context, Scope
from specc.resolve.convert import as_static
from specc.resolve.evaluation import flow
from specc.resolve.foresight import ports, roles, spatial
from specc.resolve.given import port
from specc.resolve.given_graph import graph_port
from specc.resolve.library import configured, library, unknown_word, word_call
from specc.resolve.literal import Literal, LiteralError, literal
from specc.resolve.nameless import hint, unread
from specc.resolve.order import bound, ordered
from specc.resolve.ports import is_graph
from specc.resolve.stated import stated
from specc.resolve.tensors import count_of
from specc.resolve.terms import objective_terms
from specc.resolve.values import POISON, Flow, Number, TensorRef
from specc.resolve.weights import lifted
from specc.syntax import tree
from specc.types import Unknown, ValueType

_INSIDE = "given, let, minimize, update, optimizer, steps, places, show"
_SETTINGS = ("optimizer", "show", "steps", "places")
_MOST_STEPS = 50
_MOST_PLACES = 15


class Draft(Struct):
    """An example while it is read.

    `roles` says which layer a given tensor is a weight of, `spatial` which ones slide, and `ports` the type
    of the network's input that one goes into.
    """

    roles: dict[str, tuple[str, str]]
    spatial: set[str]
    ports: dict[str, tree.Expr]
    literals: dict[str, Literal] = field(default_factory=dict)
    givens: list[GivenTensor] = field(default_factory=list)
    shows: list[Shown] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    sense: str = "minimize"
    optimizer: BaseModel | None = None
    learnt: list[str] = field(default_factory=list)
    steps: int = 1
    places: int | None = None


def resolve_example(context: Context, example: tree.Example) -> ExamplePlan | None:
    """The plan of an `example` block, or None after diagnostics."""
    title = example.title.value
    scope = Scope(context, title, "example")
    scope.names = {n: Number(p.value, n) for n, p in context.parameters.items()}
    scope.reserved = {n.id for s in example.body for n in bound(s)}
    draft = Draft(
        dict(roles(example.body)), set(spatial(example.body)), dict(ports(context, example.body))
    )
    since = len(context.diagnostics)
    for statement in ordered(scope, list(example.body)):
        _statement(scope, statement, draft)
    hint(context, example, since, draft.literals)
    if not context.diagnostics.failed:
        _whole_plan(scope, example, draft)
    sound = not context.diagnostics.failed
    givens = stated(scope, example, draft.givens) if sound else ()
    if context.diagnostics.failed:
        return None
    unread(context, example)
    inputs = [(g.name, scope.nodes[g.node].type()) for g in draft.givens if g.node is not None]
    body = scope.body(example, (), tuple(inputs), ())
    return ExamplePlan(
        title,
        example.span,
        body,
        givens,
        tuple(draft.shows),
        tuple(draft.terms),
        draft.sense,
        draft.optimizer,
        tuple(draft.learnt),
        draft.steps,
        draft.places,
    )


def _whole_plan(scope: Scope, example: tree.Example, draft: Draft) -> None:
    """An optimizer needs an objective, and steps an optimizer."""
    if draft.optimizer is not None and not draft.terms:
        scope.context.report(
            "E507",
            "this example has an optimizer and minimizes nothing",
            example.title.span,
            helps=("minimize mse(y, t)",),
        )
    elif draft.steps > 1 and draft.optimizer is None:
        scope.context.report(
            "E507",
            "this example takes steps without an optimizer",
            example.title.span,
            helps=("optimizer sgd(lr=0.1)",),
        )


# ---------------------------------------------------------------------- statements


def _statement(scope: Scope, statement: tree.Statement, draft: Draft) -> None:
    match statement:
        case tree.Given():
            _given(scope, statement, draft)
        case tree.Assign():
            assign(scope, statement)
            _name_value(scope, statement)
        case tree.Let():
            let(scope, statement)
        case tree.Evaluate():
            flow(scope, statement.value)
        case tree.Objective() if draft.terms:
            scope.context.report("E103", "an example has one objective", statement.span)
        case tree.Objective():
            draft.sense = statement.sense
            taken = [t.name for t in draft.terms]
            draft.terms += objective_terms(scope, statement, taken)
        case tree.UpdateRule():
            _update(scope, statement, draft)
        case tree.Setting():
            _setting(scope, statement, draft)
        case tree.Draw():
            scope.context.report(
                "E103",
                "an example draws nothing at random",
                statement.span,
                helps=(f"given {statement.target.id} = [0.5, -1]",),
            )
            scope.bind(statement.target, POISON)
        case _:
            word = statement.span.first_word
            scope.context.report(
                "E103",
                f'"{word}" does not belong in an example',
                statement.span,
                notes=(f"an example holds values and {_INSIDE}",),
            )


def _name_value(scope: Scope, statement: tree.Assign) -> None:
    """A value with side results goes by the name that it is given, as any other."""
    value = scope.names.get(statement.targets[0].id) if len(statement.targets) == 1 else None
    if isinstance(value, Flow) and value.ref.node >= 0:
        node = scope.nodes[value.ref.node]
        if node.variable is None and isinstance(node.operation, Apply):
            scope.nodes[value.ref.node] = replace(node, variable=statement.targets[0].id)


def _given(scope: Scope, statement: tree.Given, draft: Draft) -> None:
    try:
        value = literal(statement.value, {**_numbers(scope), **draft.literals})
    except LiteralError as problem:
        helps = (problem.help,) if problem.help else ()
        scope.context.report("E701", problem.message, problem.span, helps=helps)
        if isinstance(statement.target, tree.Name):
            scope.bind(statement.target, POISON)
        return
    if not isinstance(statement.target, tree.Name):
        path = statement.target.span.text
        draft.givens.append(
            GivenTensor(path, None, value.sizes, value.items, statement.span, value.decimal)
        )
        return
    name = statement.target
    draft.literals[name.id] = value
    if statement.type is None and name.id in draft.ports:
        statement = replace(statement, type=draft.ports[name.id])
    if name.id in draft.roles:
        _weight(scope, name, value, draft, statement)
        return
    graph: GivenGraph | None = None
    made: tuple[tuple[int, ...], ValueType] | None
    if is_graph(statement.type):
        both = graph_port(scope, statement, value, {**_numbers(scope), **draft.literals})
        graph, made = (None, None) if both is None else (both[0], (value.sizes, both[1]))
    else:
        made = port(scope, statement, value, sliding=name.id in draft.spatial)
    if made is None:
        scope.bind(name, POISON)
        return
    sizes, type = made
    read = scope.add(name.id, name.span, ReadPort(name.id), (), (("output", type),), named=True)
    scope.bind(name, POISON if isinstance(type, Unknown) else read)
    draft.givens.append(
        GivenTensor(
            name.id, read.ref.node, sizes, value.items, statement.span, value.decimal, graph
        )
    )


def _numbers(scope: Scope) -> dict[str, Literal]:
    """Parameters of the file that are numbers, as literals."""
    from fractions import Fraction

    found: dict[str, Literal] = {}
    for p in scope.context.parameters.values():
        if isinstance(p.value, (int, float)) and not isinstance(p.value, bool):
            found[p.name] = Literal((), (Fraction(repr(p.value)),), isinstance(p.value, float))
            scope.context.read.add(p.name)
    return found


def _weight(
    scope: Scope, name: tree.Name, value: Literal, draft: Draft, statement: tree.Given
) -> None:
    word, kind = draft.roles[name.id]
    sizes = lifted(word, kind, value.sizes)
    parameter = Parameter(name.id, sizes, count_of(sizes))
    scope.stages[name.id] = Stage(name.id, name.span, BareTensor(parameter, True, None), named=True)
    scope.bind(name, TensorRef((name.id,), parameter))
    draft.givens.append(
        GivenTensor(name.id, None, sizes, value.items, statement.span, value.decimal)
    )
    assert prod(sizes) == len(value.items)


def _update(scope: Scope, statement: tree.UpdateRule, draft: Draft) -> None:
    """`update W, b with sgd(lr=0.1) repeat 3`."""
    name, written = word_call(statement.optimizer)
    if name is None or name.id not in OPTIMIZERS:
        if name is not None:
            unknown_word(scope, "E206", "optimizer", name, list(OPTIMIZERS))
        return
    draft.optimizer = configured(scope, OPTIMIZERS[name.id], name, written)
    draft.learnt += [t.span.text for t in statement.targets]
    known = {g.name for g in draft.givens}
    for target in statement.targets:
        if target.span.text not in known:
            scope.context.report(
                "E402", f'nothing given is called "{target.span.text}"', target.span
            )
    if statement.repeat is not None:
        draft.steps = _whole(scope, "repeat", statement.repeat, 1, _MOST_STEPS, 1)


def _setting(scope: Scope, statement: tree.Setting, draft: Draft) -> None:
    word, value = statement.word.id, statement.value
    if word == "optimizer":
        draft.optimizer = library(scope, statement, "optimizer", OPTIMIZERS)
    elif value is None:
        scope.context.report("E202", f"{word} needs a value", statement.span, helps=(f"{word} 4",))
    elif word == "show":
        items = value.items if isinstance(value, tree.ListOf) else (value,)
        for item in items:
            draft.shows.append(Shown(item.span.text, flow(scope, item).ref, item.span))
    elif word == "steps":
        draft.steps = _whole(scope, word, value, 1, _MOST_STEPS, 1)
    elif word == "places":
        draft.places = _whole(scope, word, value, 0, _MOST_PLACES, 4)
    elif nearest(word, _SETTINGS):
        unknown_word(scope, "E102", "setting", statement.word, list(_SETTINGS))
    else:
        scope.context.report(
            "E103",
            f'"{word}" does not belong in an example',
            statement.word.span,
            notes=(f"an example holds values and {_INSIDE}",),
        )


def _whole(scope: Scope, word: str, expr: tree.Expr, low: int, high: int, usual: int) -> int:
    value = as_static(scope.evaluate(expr))
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    scope.context.report("E204", f"{word} is a whole number from {low} to {high}", expr.span)
    return usual

"""Pipes: a value through stages, with repetition."""

from __future__ import annotations

from msgspec.structs import replace

from specc.layers import registry
from specc.resolve.apply import apply
from specc.resolve.aside import looking
from specc.resolve.binding import Argument, bind
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static
from specc.resolve.evaluation import arguments, flow, static
from specc.resolve.hyperparameters import hyperparameters
from specc.resolve.layer import apply_layer
from specc.resolve.names import default_of
from specc.resolve.operands import by_name, placed
from specc.resolve.operators import condition_of
from specc.resolve.rounds import expand_for, repeat
from specc.resolve.unknown import meant_layer, unknown_layer
from specc.resolve.values import POISON, Flow, Number
from specc.syntax import tree


def pipe(scope: Scope, expr: tree.Pipe) -> Flow:
    """`x -> conv(6, 5x5) -> relu`, stage by stage."""
    return stages(scope, flow(scope, expr.head), expr.stages)


def stages(scope: Scope, value: Flow, written: tuple[tree.Stage, ...]) -> Flow:
    """A value through the stages of a pipe. Labels are bound on the way, also to poison."""
    for stage in written:
        value = _stage(scope, value, stage)
        if scope.diagnostics.mended(stage.span):
            value = POISON
        if stage.label is not None:
            scope.bind(stage.label, value)
    return value


def _stage(scope: Scope, value: Flow, stage: tree.Stage) -> Flow:
    operation = stage.operation
    match operation:
        case tree.Repeat():
            count = static(scope, operation.count)
            return repeat(scope, value, operation, count, stage.label, stages)
        case tree.For():
            return expand_for(scope, value, operation, scope.evaluate(operation.items), stages)
        case tree.Call(callee=tree.Name() as name) if _is_word(scope, name):
            return _piped_word(scope, value, name, operation, stage)
        case tree.Call(callee=callee):
            return _piped_call(scope, value, callee, operation, stage)
        case tree.Name() if _is_word(scope, operation):
            return _piped_word(scope, value, operation, None, stage)
        case tree.Index(base=tree.Name() as name) if _is_word(scope, name):
            return _piped_shape(scope, value, name, operation, stage)
        case tree.Conditional():
            return _chosen(scope, value, operation, stage)
        case _:
            return apply(scope, scope.evaluate(operation), [value], stage.label, operation.span)


def _chosen(scope: Scope, value: Flow, choice: tree.Conditional, stage: tree.Stage) -> Flow:
    """`x -> (relu if c else tanh)`: the stage that is taken; the words of the other are looked at."""
    condition = condition_of(scope, choice)
    taken, other = choice.then, choice.otherwise
    if condition is False:
        taken, other = other, taken
    with looking(scope) as inner:
        _stage(inner, POISON, replace(stage, operation=other, label=None))
    if condition is None:
        return POISON
    return _stage(scope, value, replace(stage, operation=taken))


def _is_word(scope: Scope, name: tree.Name) -> bool:
    """Whether a name in a pipe is a layer's: nothing callable of that name is bound here."""
    bound = scope.names.get(name.id)
    free = bound is None or (
        isinstance(bound, (Flow, Number)) and registry.get(name.id) is not None
    )
    return free and name.id not in scope.context.definitions


def _piped_word(
    scope: Scope, value: Flow, name: tree.Name, written: tree.Call | None, stage: tree.Stage
) -> Flow:
    given = arguments(scope, written.arguments) if written is not None else []
    if name.id == "scan" or (name.id == "fold" and not _of_windows(given)):
        from specc.resolve.scan import scan  # only where a cell is moved

        return scan(scope, value, given, stage, name.id)
    model = registry.get(name.id) or meant_layer(scope, name.id, name.span, given)
    if model is None:
        return POISON
    made = bind(scope, model, given, stage.operation.span, piped=True)
    if made is None:
        return POISON
    maker, operands = made
    return apply_layer(
        scope, maker, [(model.operands[0], value), *operands], stage.label, stage.operation.span
    )


def _of_windows(given: list[Argument]) -> bool:
    """Whether `fold` puts windows back into an image: it is told sizes, and no cell."""
    layer = registry.get("fold")
    named = any(a.name is not None and layer and a.name.id in layer.model_fields for a in given)
    return named or any(isinstance(a.meaning, Number) for a in given[:1])


def _piped_call(
    scope: Scope, value: Flow, callee: tree.Expr, written: tree.Call, stage: tree.Stage
) -> Flow:
    """A block with hyperparameters, or a network or instance with further operands."""
    if isinstance(callee, tree.Name):
        definition = scope.context.definitions.get(callee.id)
        if (
            definition is not None
            and callee.id not in scope.names
            and definition.hyperparameters is not None
        ):
            scope.context.read.add(callee.id)
            made = hyperparameters(
                scope,
                definition,
                arguments(scope, written.arguments),
                written.span,
                default_of(scope),
            )
            return (
                POISON if made is None else apply(scope, made, [value], stage.label, written.span)
            )
    target = scope.evaluate(callee)
    given = arguments(scope, written.arguments)
    values = [value, *(as_flow(scope, a.meaning, a.span) for a in given)]
    if target is POISON or POISON in values[1:]:
        return POISON
    flows = by_name(scope, target, given, values, written.span)
    if flows is None:
        return POISON
    places = placed(flows, given, values[1:])
    return apply(scope, target, flows, stage.label, written.span, places)


def _piped_shape(
    scope: Scope, value: Flow, name: tree.Name, written: tree.Index, stage: tree.Stage
) -> Flow:
    model = registry.get(name.id)
    if model is None:
        return unknown_layer(scope, name.id, name.span)
    if model.shape_argument is None:
        return scope.context.report(
            "E203",
            f"{name.id} takes its arguments in parentheses",
            written.span,
            helps=(f"{name.id}(…)",),
        )
    given = arguments(scope, written.arguments)
    sizes = [a.meaning for a in given if a.name is None]
    shape = POISON if POISON in sizes else Number(tuple(map(as_static, sizes)))
    named = [a for a in given if a.name is not None]
    field = tree.Name(written.span, model.shape_argument)
    made = bind(
        scope, model, [Argument(field, shape, written.span), *named], written.span, piped=True
    )
    if made is None:
        return POISON
    maker, operands = made
    return apply_layer(
        scope, maker, [(model.operands[0], value), *operands], stage.label, written.span
    )

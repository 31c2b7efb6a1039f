"""What an expression means in a scope. Errors are reported where they stand and give poison."""

from __future__ import annotations

from specc.layers import registry
from specc.program import Static
from specc.resolve.apply import apply, call_layer, unknown_layer
from specc.resolve.binding import Argument, bind
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, is_tensor, unknown_name
from specc.resolve.distribution import distribution, is_family
from specc.resolve.hyperparameters import hyperparameters
from specc.resolve.layer import apply_layer
from specc.resolve.member import member
from specc.resolve.rounds import expand_for, repeat
from specc.resolve.static import STATIC_FUNCTIONS, StaticError, call, combine
from specc.resolve.values import (
    POISON,
    BlockMaker,
    Flow,
    LayerMaker,
    ListValue,
    Meaning,
    NetworkInstance,
    Number,
    SharedInstance,
    TensorRef,
    Word,
)
from specc.source import Span
from specc.syntax import tree

# Words whose iteration or differentiation this version does not compile.
NOT_YET = {
    "scan": "a cell moved along time",
    "fold": "a cell moved along a tree",
    "jacobian": "a gradient as a value",
    "gradient": "a gradient as a value",
    "adapt": "an inner loop of learning",
    "self_loops": "message passing",
}


def evaluate(scope: Scope, expr: tree.Expr) -> Meaning:
    """The meaning of an expression."""
    match expr:
        case tree.Number() | tree.Text() | tree.Bool():
            return Number(expr.value)
        case tree.SizeLiteral():
            return Number(expr.values)
        case tree.Name():
            return lookup(scope, expr)
        case tree.Member():
            return member(scope, evaluate(scope, expr.base), expr)
        case tree.Call():
            return _call(scope, expr)
        case tree.Index():
            return _index(scope, expr)
        case tree.ListOf():
            return _list(scope, expr)
        case tree.Unary():
            return _unary(scope, expr)
        case tree.Binary():
            return _binary(scope, expr)
        case tree.Conditional():
            return _conditional(scope, expr)
        case tree.Pipe():
            return pipe(scope, expr)
        case tree.Next():
            return scope.context.report("E190", "`next` belongs in a cell", expr.span)
        case tree.Slice():
            return scope.context.report("E203", "a slice stands in brackets behind a value", expr.span)


def flow(scope: Scope, expr: tree.Expr) -> Flow:
    """The expression as a computed value."""
    return as_flow(scope, evaluate(scope, expr), expr.span)


def static(scope: Scope, expr: tree.Expr) -> Static | None:
    """The expression as a value known before anything runs, or None after a diagnostic."""
    meaning = evaluate(scope, expr)
    value = as_static(meaning)
    if value is None and meaning is not POISON:
        if isinstance(meaning, Word):
            unknown_name(scope, meaning.text, expr.span)
        else:
            scope.context.report("E203", "this must be known before anything runs", expr.span)
    return value


def lookup(scope: Scope, name: tree.Name) -> Meaning:
    """What a name is bound to: locally, as a parameter, as a network or block; else a bare word."""
    scope.read.add(name.id)
    found = scope.names.get(name.id)
    if found is not None:
        return found
    parameter = scope.context.parameters.get(name.id)
    if parameter is not None:
        scope.context.read.add(name.id)
        return Number(parameter.value, name.id)
    definition = scope.context.definitions.get(name.id)
    if definition is not None:
        return _definition(scope, definition)
    return Word(name.id)


def _definition(scope: Scope, definition: tree.Definition) -> Meaning:
    scope.context.read.add(definition.name.id)
    if definition.role in ("cell", "message_passing"):
        return POISON
    if definition.hyperparameters is not None:
        made = hyperparameters(scope, definition, [], definition.name.span, _default(scope))
        return POISON if made is None else made
    if definition.role != "block":
        return NetworkInstance(definition.name.id)
    shared = SharedInstance(
        definition.name.id, BlockMaker(definition, (), (), definition.name.span), definition.name.span
    )
    scope.names[definition.name.id] = shared
    return shared


def _default(scope: Scope):  # type: ignore[no-untyped-def]
    def default(before: dict[str, Static], expr: tree.Expr) -> Static | None:
        inner = Scope(scope.context, scope.name, scope.role)
        inner.names = {name: Number(value) for name, value in before.items()}
        return static(inner, expr)

    return default


def arguments(scope: Scope, written: tuple[tree.Argument, ...]) -> list[Argument]:
    """The arguments of a call with their meanings."""
    return [Argument(a.name, evaluate(scope, a.value), a.value.span) for a in written]


# ---------------------------------------------------------------------- calls


def _call(scope: Scope, expr: tree.Call) -> Meaning:
    callee = expr.callee
    if not isinstance(callee, tree.Name):
        return _call_value(scope, evaluate(scope, callee), expr)
    if callee.id in NOT_YET:
        return not_yet(scope, callee)
    bound = lookup(scope, callee)
    if isinstance(bound, Word) or (isinstance(bound, Flow) and registry.get(callee.id)):
        return _call_word(scope, callee, expr)
    definition = scope.context.definitions.get(callee.id)
    if definition is not None and definition.hyperparameters is not None and callee.id not in scope.names:
        given = arguments(scope, expr.arguments)
        made = hyperparameters(scope, definition, given, expr.span, _default(scope))
        return POISON if made is None else made
    return _call_value(scope, bound, expr)


def not_yet(scope: Scope, name: tree.Name) -> Flow:
    """The report for what a later version brings."""
    return scope.context.report(
        "E190", f"{name.id} ({NOT_YET[name.id]}) is not compiled by this version of specc", name.span
    )


def _call_word(scope: Scope, callee: tree.Name, expr: tree.Call) -> Meaning:
    if is_family(callee.id):
        return distribution(scope, callee.id, arguments(scope, expr.arguments), expr.span)
    if callee.id == "transpose" and len(expr.arguments) == 1:
        only = evaluate(scope, expr.arguments[0].value)
        if isinstance(only, TensorRef):
            return TensorRef(only.path, only.parameter, not only.transposed)
    given = arguments(scope, expr.arguments)
    values = [as_static(a.meaning) for a in given]
    if callee.id in STATIC_FUNCTIONS and given and all(v is not None for v in values):
        try:
            return Number(call(callee.id, values))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), expr.span)
    return call_layer(scope, callee.id, given, expr.span, callee.span)


def _call_value(scope: Scope, callee: Meaning, expr: tree.Call) -> Meaning:
    """`D(x)`, `f(x)`, `linear(4)(x)`: operands for something that is made already."""
    given = arguments(scope, expr.arguments)
    named = next((a for a in given if a.name is not None), None)
    if callee is POISON or any(a.meaning is POISON for a in given):
        return POISON
    if named is not None and named.name is not None:
        return scope.context.report(
            "E202", f"operands have no names here: {named.name.id}", named.name.span
        )
    flows = [as_flow(scope, a.meaning, a.span) for a in given]
    return apply(scope, callee, flows, None, expr.span)


# ---------------------------------------------------------------------- pipes


def pipe(scope: Scope, expr: tree.Pipe) -> Flow:
    """`x -> conv(6, 5x5) -> relu`, stage by stage."""
    return stages(scope, flow(scope, expr.head), expr.stages)


def stages(scope: Scope, value: Flow, written: tuple[tree.Stage, ...]) -> Flow:
    """A value through the stages of a pipe. Labels are bound on the way, also to poison."""
    for stage in written:
        value = _stage(scope, value, stage)
        if stage.label is not None:
            scope.bind(stage.label, value)
    return value


def _stage(scope: Scope, value: Flow, stage: tree.Stage) -> Flow:
    operation = stage.operation
    match operation:
        case tree.Repeat():
            count = static(scope, operation.count)
            return repeat(scope, value, operation, count, stage.label, _run_round)
        case tree.For():
            return expand_for(scope, value, operation, evaluate(scope, operation.items), stages)
        case tree.Call(callee=tree.Name() as name) if _is_word(scope, name):
            return _piped_word(scope, value, name, operation, stage)
        case tree.Call(callee=callee):
            return _piped_call(scope, value, callee, operation, stage)
        case tree.Name() if _is_word(scope, operation):
            return _piped_word(scope, value, operation, None, stage)
        case tree.Index(base=tree.Name() as name) if _is_word(scope, name):
            return _piped_shape(scope, value, name, operation, stage)
        case _:
            return apply(scope, evaluate(scope, operation), [value], stage.label, operation.span)


def _run_round(scope: Scope, value: Flow, body: tuple[tree.Stage, ...]) -> Flow:
    return stages(scope, value, body)


def _is_word(scope: Scope, name: tree.Name) -> bool:
    """Whether a name in a pipe is a layer's: nothing callable of that name is bound here."""
    bound = scope.names.get(name.id)
    free = bound is None or (isinstance(bound, (Flow, Number)) and registry.get(name.id) is not None)
    return free and name.id not in scope.context.definitions


def _piped_word(
    scope: Scope, value: Flow, name: tree.Name, written: tree.Call | None, stage: tree.Stage
) -> Flow:
    if name.id in NOT_YET:
        return not_yet(scope, name)
    given = arguments(scope, written.arguments) if written is not None else []
    model = registry.get(name.id)
    if model is None:
        result = unknown_layer(scope, name.id, name.span)
        return result
    if any(a.meaning is POISON for a in given):
        return POISON
    made = bind(scope, model, given, stage.operation.span, piped=True)
    if made is None:
        return POISON
    maker, operands = made
    return apply_layer(
        scope, maker, [(model.operands[0], value), *operands], stage.label, stage.operation.span
    )


def _piped_call(
    scope: Scope, value: Flow, callee: tree.Expr, written: tree.Call, stage: tree.Stage
) -> Flow:
    """A block with hyperparameters, or a network or instance with further operands."""
    if isinstance(callee, tree.Name):
        definition = scope.context.definitions.get(callee.id)
        if definition is not None and callee.id not in scope.names and definition.hyperparameters is not None:
            scope.context.read.add(callee.id)
            made = hyperparameters(
                scope, definition, arguments(scope, written.arguments), written.span, _default(scope)
            )
            return POISON if made is None else apply(scope, made, [value], stage.label, written.span)
    target = evaluate(scope, callee)
    given = arguments(scope, written.arguments)
    if target is POISON or any(a.meaning is POISON for a in given):
        return POISON
    flows = [value, *(as_flow(scope, a.meaning, a.span) for a in given)]
    return apply(scope, target, flows, stage.label, written.span)


def _piped_shape(
    scope: Scope, value: Flow, name: tree.Name, written: tree.Index, stage: tree.Stage
) -> Flow:
    model = registry.get(name.id)
    if model is None:
        return unknown_layer(scope, name.id, name.span)
    if model.shape_argument is None:
        return scope.context.report(
            "E203", f"{name.id} takes its arguments in parentheses", written.span,
            helps=(f"{name.id}(…)",),
        )
    given = arguments(scope, written.arguments)
    if any(a.meaning is POISON for a in given):
        return POISON
    shape = Number(tuple(as_static(a.meaning) for a in given if a.name is None))
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


# ------------------------------------------------------------------ operators


def _list(scope: Scope, expr: tree.ListOf) -> Meaning:
    items = tuple(evaluate(scope, item) for item in expr.items)
    if POISON in items:
        return POISON
    values = tuple(as_static(item) for item in items)
    if all(v is not None for v in values):
        return Number(values)
    return ListValue(items, expr.span)


def _binary(scope: Scope, expr: tree.Binary) -> Meaning:
    """Long sums nest to the left, so the spine is walked and not recursed into."""
    spine: list[tree.Binary] = []
    at: tree.Expr = expr
    while isinstance(at, tree.Binary):
        spine.append(at)
        at = at.left
    left, span = evaluate(scope, at), at.span
    for node in reversed(spine):
        left = _combine(scope, node, left, span)
        span = node.span
    return left


def _combine(scope: Scope, node: tree.Binary, left: Meaning, span: Span) -> Meaning:
    if node.operator in ("and", "or") and isinstance(left, Number) and isinstance(left.value, bool):
        if left.value == (node.operator == "or"):
            return left
        return evaluate(scope, node.right)
    right = evaluate(scope, node.right)
    if left is POISON or right is POISON:
        return POISON
    a, b = as_static(left), as_static(right)
    if a is not None and b is not None:
        try:
            return Number(combine(node.operator, a, b, scope.context.assume))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), node.span)
    word = registry.OPERATORS.get(node.operator)
    if word is None:
        return scope.context.report(
            "E203", f"{node.operator} works on numbers, not on computed values", node.span
        )
    return _arithmetic(scope, word, node.span, (left, span), (right, node.right.span))


def _arithmetic(scope: Scope, word: str, place: Span, *operands: tuple[Meaning, Span]) -> Flow:
    model = registry.get(word)
    assert model is not None, word
    flows = [as_flow(scope, meaning, span) for meaning, span in operands]
    maker = LayerMaker(model(), (), (), place)
    return apply_layer(scope, maker, list(zip(model.operands, flows, strict=False)), None, place)


def _unary(scope: Scope, expr: tree.Unary) -> Meaning:
    operand = evaluate(scope, expr.operand)
    if operand is POISON:
        return POISON
    value = as_static(operand)
    if expr.operator == "not" and isinstance(value, bool):
        return Number(not value)
    if expr.operator == "-" and value is not None:
        try:
            return Number(combine("-", 0, value, scope.context.assume))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), expr.span)
    if expr.operator == "-" and is_tensor(operand):
        return _arithmetic(scope, "negate", expr.span, (operand, expr.operand.span))
    return scope.context.report("E203", f"{expr.operator} has no meaning here", expr.span)


def _conditional(scope: Scope, expr: tree.Conditional) -> Meaning:
    condition = static(scope, expr.condition)
    if condition is None:
        return POISON
    if not isinstance(condition, bool):
        return scope.context.report(
            "E203", "a condition is true or false", expr.condition.span
        )
    return evaluate(scope, expr.then if condition else expr.otherwise)


def _index(scope: Scope, expr: tree.Index) -> Meaning:
    base = evaluate(scope, expr.base)
    if base is POISON:
        return POISON
    value = as_static(base)
    if isinstance(value, tuple) and len(expr.arguments) == 1:
        return _item(scope, value, expr)
    if is_tensor(base):
        return _slice(scope, as_flow(scope, base, expr.base.span), expr)
    if isinstance(base, Word):
        unknown_name(scope, base.text, expr.base.span)
        return POISON
    return scope.context.report("E203", "this cannot be indexed", expr.span)


def _item(scope: Scope, values: tuple[Static, ...], expr: tree.Index) -> Meaning:
    index = static(scope, expr.arguments[0].value)
    if index is None:
        return POISON
    if not isinstance(index, int) or not -len(values) <= index < len(values):
        return scope.context.report(
            "E204", f"the list has {len(values)} items, 0 … {len(values) - 1}", expr.span
        )
    return Number(values[index])


def _slice(scope: Scope, value: Flow, expr: tree.Index) -> Flow:
    """`x[0]`, `x[2:5, :]`: one entry for each leading axis of an item."""
    entries: list[Static] = []
    for argument in expr.arguments:
        entry = _entry(scope, argument.value)
        if entry is None:
            return POISON
        entries.append(entry)
    model = registry.get("index")
    assert model is not None
    given = Argument(
        tree.Name(expr.span, model.shape_argument or "entries"), Number(tuple(entries)), expr.span
    )
    made = bind(scope, model, [given], expr.span, piped=True)
    if made is None:
        return POISON
    return apply_layer(scope, made[0], [(model.operands[0], value)], None, expr.span)


def _entry(scope: Scope, expr: tree.Expr) -> Static | None:
    """An index as a number, a slice as a pair of ends with None where an end is open."""
    if not isinstance(expr, tree.Slice):
        return static(scope, expr)
    ends = []
    for end in (expr.start, expr.stop):
        value = None if end is None else static(scope, end)
        if end is not None and value is None:
            return None
        ends.append(value)
    return tuple(ends)



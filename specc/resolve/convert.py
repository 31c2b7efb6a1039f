"""From one kind of meaning to another: values to tensors, words to errors."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers import registry
from specc.program import Constant, ReadTensor, Static
from specc.resolve.context import Scope
from specc.resolve.layer import apply_layer
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
    Splits,
    StageInstance,
    TensorRef,
    Word,
)
from specc.source import Span
from specc.types import AXES, Tensor


def is_tensor(meaning: Meaning) -> bool:
    """Whether a meaning is a computed value, or becomes one by itself."""
    match meaning:
        case Flow() | TensorRef() | StageInstance():
            return True
        case ListValue(items):
            return any(is_tensor(i) for i in items)
        case _:
            return False


def as_static(meaning: Meaning) -> Static | None:
    """The static value, or None for anything else."""
    match meaning:
        case Number(value):
            return value
        case ListValue(items):
            values = [as_static(i) for i in items]
            return tuple(values) if all(v is not None for v in values) else None
        case _:
            return None


def as_flow(scope: Scope, meaning: Meaning, span: Span) -> Flow:
    """The meaning as a computed value; what cannot be one is reported and poisoned."""
    match meaning:
        case Flow():
            return meaning
        case Number(value, symbol):
            return _constant(scope, value, symbol, span)
        case TensorRef():
            read = ReadTensor(meaning.path, meaning.parameter.name, meaning.transposed)
            return scope.add(
                meaning.parameter.name,
                span,
                read,
                (),
                (("output", meaning.type),),
                stage=meaning.path,
            )
        case ListValue():
            return _concatenated(scope, meaning, span)
        case Word(text, place, other):
            if other is not None and registry.get(other.text) is None:
                as_flow(scope, other, span)
            return unknown_name(scope, text, place or span)
        case StageInstance(path):
            return tap(scope, path, span)
        case _:
            return _not_a_value(scope, meaning, span)


def _constant(scope: Scope, value: Static, symbol: str | None, span: Span) -> Flow:
    if isinstance(value, (str, tuple)) or value is None:
        return scope.context.report("E203", "a tensor is needed here, and this is none", span)
    number = float(value) if isinstance(value, (int, float)) else None
    type = Tensor((), (), "float", batched=False, constant=number)
    constant = Constant(value if isinstance(value, (int, float)) else 0, symbol)
    if number is None:
        name = symbol or "it"
        message = f"a free size cannot be computed with here; give {name} a value"
        return scope.context.report("E203", message, span, helps=(f"param {symbol or 'n'} = 12",))
    return scope.add("constant", span, constant, (), (("output", type),))


def _concatenated(scope: Scope, listed: ListValue, span: Span) -> Flow:
    concat = registry.get("concat")
    assert concat is not None
    flows = [as_flow(scope, *item) for item in zip(listed.items, listed.spans, strict=True)]
    name = concat.operands[-1]
    maker = LayerMaker(concat(), (), (), span, places=tuple((name, s) for s in listed.spans))
    return apply_layer(scope, maker, [(name, f) for f in flows], None, span)


def tap(scope: Scope, path: tuple[str, ...], span: Span) -> Flow:
    """The activation of a stage inside a network that has been called in this body."""
    return scope.context.report(
        "E402", f"{'.'.join(path)} has no value here: {path[0]} is not called", span
    )


def _not_a_value(scope: Scope, meaning: Meaning, span: Span) -> Flow:
    match meaning:
        case NetworkInstance(name):
            text, help = f"{name} is a network, not a value", f"call it: {name}(x)"
        case LayerMaker(arguments=given) if hidden := _hidden(scope, given):
            return unknown_name(scope, hidden.text, hidden)
        case LayerMaker(layer):
            text, help = f"{layer.word} has no operand here", f"x -> {span.text}"
        case BlockMaker(definition):
            text, help = f"block {definition.name.id} has no operand here", f"x -> {span.text}"
        case Splits(name):
            text, help = f"{name} is a train block, not a value", f"rows of it: {name}.test.x"
        case SharedInstance(name=name):
            text, help = f"{name} is an instance, not a value", f"call it: {name}(x)"
        case _:
            return POISON
    return scope.context.report("E203", text, span, helps=(help,))


def _hidden(scope: Scope, given: tuple[tuple[str, Span], ...]) -> Span | None:
    """The argument that should be a value: a name of another step, or of nothing, where an axis may stand."""
    spans = [span for field, span in given if span.text in scope.elsewhere or _unknown(field, span)]
    return next(iter(spans), None)


def _unknown(field: str, span: Span) -> bool:
    return field == "axis" and span.text.isidentifier() and span.text not in AXES


def _kept(scope: Scope, text: str) -> tuple[str, ...]:
    """Where a name is known that is not known here."""
    if text not in scope.elsewhere:
        return ()
    if scope.role == "program":
        return ("it is named later, or in a loop or branch, which keeps it; name it before",)
    step = scope.elsewhere[text]
    return (
        f"it is named in step {step}, which keeps it; what several steps read is named outside of them",
    )


def unknown_name(scope: Scope, text: str, span: Span) -> Flow:
    """E402, with the nearest name that is bound here."""
    context = scope.context
    if text in ("True", "False", "None"):
        fix = Fix(text.lower(), (Edit(span, text.lower()),))
        message = f"{text} is written {text.lower()}"
        scope.diagnostics.add(Diagnostic("E402", message, span, fix=fix))
        return POISON
    if text in scope.unknown:
        return POISON
    close = context.near(text, scope.names, context.parameters, context.definitions)
    if context.excuses(text, close, span):
        return POISON
    scope.unknown.add(text)
    if close:
        scope.read.update(close[:1])
        context.read.update(close[:1])
    parameter = context.parameters.get(close[0]) if close else None
    place = scope.places.get(close[0]) if close else None
    place = parameter.span if place is None and parameter is not None else place
    where = f" (line {place.line})" if place else ""
    what = "the parameter " if parameter else ""
    scope.diagnostics.add(
        Diagnostic(
            "E402",
            f'nothing is named "{text}"',
            span,
            text=f'did you mean {what}"{close[0]}"{where}?' if close else "",
            notes=_kept(scope, text),
        )
    )
    return POISON

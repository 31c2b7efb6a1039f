"""Calls in an expression: layers, distributions, static functions, blocks and networks."""

from __future__ import annotations

from specc.layers import registry
from specc.resolve.apply import apply, call_layer
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static
from specc.resolve.distribution import distribution, is_family
from specc.resolve.evaluation import arguments
from specc.resolve.hyperparameters import hyperparameters
from specc.resolve.names import default_of, lookup
from specc.resolve.operands import by_name, placed
from specc.resolve.static import STATIC_FUNCTIONS, StaticError
from specc.resolve.static import call as static_call
from specc.resolve.unknown import unknown_layer
from specc.resolve.values import POISON, AdaptedNetwork, Flow, Meaning, Number, TensorRef, Word
from specc.syntax import tree


def call(scope: Scope, expr: tree.Call) -> Meaning:
    """The meaning of a call."""
    callee = expr.callee
    if not isinstance(callee, tree.Name):
        what = scope.evaluate(callee)
        return _call_choice(scope, what, expr) or _call_value(scope, what, expr)
    if callee.id == "adapt" and callee.id not in scope.names:
        from specc.resolve.adapt import adapt  # only where a network learns inside a step

        return adapt(scope, expr)
    if callee.id == "generate" and callee.id not in scope.names:
        from specc.resolve.generate import generate  # only where text is written

        return generate(scope, expr)
    definition = scope.context.definitions.get(callee.id)
    if (
        definition is not None
        and definition.hyperparameters is not None
        and callee.id not in scope.names
    ):
        scope.read.add(callee.id)
        scope.context.read.add(callee.id)
        given = arguments(scope, expr.arguments)
        made = hyperparameters(scope, definition, given, expr.span, default_of(scope))
        return POISON if made is None else made
    bound = lookup(scope, callee)
    if isinstance(bound, Word) or (isinstance(bound, Flow) and registry.get(callee.id)):
        return _call_word(scope, callee, expr)
    return _call_value(scope, bound, expr)


def _call_choice(scope: Scope, word: Meaning, expr: tree.Call) -> Meaning | None:
    """`(relu if c else tanh)(x)`; None for what is no choice between layers."""
    if not isinstance(word, Word) or word.place is None or word.other is None:
        return None
    if registry.get(word.other.text) is None:
        unknown_layer(scope, word.other.text, word.other.place or word.place)
    return call_layer(scope, word.text, arguments(scope, expr.arguments), expr.span, word.place)


def _call_word(scope: Scope, callee: tree.Name, expr: tree.Call) -> Meaning:
    if is_family(callee.id):
        return distribution(scope, callee.id, arguments(scope, expr.arguments), expr.span)
    if callee.id == "transpose" and len(expr.arguments) == 1:
        only = scope.evaluate(expr.arguments[0].value)
        if isinstance(only, TensorRef):
            return TensorRef(only.path, only.parameter, not only.transposed)
    given = arguments(scope, expr.arguments)
    if callee.id in ("gradient", "jacobian"):
        from specc.resolve.derivative import derivative  # only where there is one

        return derivative(scope, callee, given, expr)
    alone = callee.id in STATIC_FUNCTIONS and registry.get(callee.id) is None
    if alone and any(a.meaning is POISON for a in given):
        return POISON
    values = [as_static(a.meaning) for a in given]
    if callee.id in STATIC_FUNCTIONS and given and all(v is not None for v in values):
        try:
            return Number(static_call(callee.id, values))
        except StaticError as problem:
            return scope.context.report("E203", str(problem), expr.span)
    return call_layer(scope, callee.id, given, expr.span, callee.span)


def _call_value(scope: Scope, callee: Meaning, expr: tree.Call) -> Meaning:
    """`D(x)`, `f(x)`, `linear(4)(x)`: operands for something that is made already."""
    given = arguments(scope, expr.arguments)
    if callee is POISON or any(a.meaning is POISON for a in given):
        for a in given:
            as_flow(scope, a.meaning, a.span)
        return POISON
    values = [as_flow(scope, a.meaning, a.span) for a in given]
    flows = by_name(scope, callee, given, values, expr.span)
    if flows is None:
        return POISON
    if isinstance(callee, AdaptedNetwork):
        from specc.resolve.adapt import call_adapted

        return call_adapted(scope, callee, flows, expr.span)
    return apply(scope, callee, flows, None, expr.span, placed(flows, given, values))

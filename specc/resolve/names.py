"""What a name is bound to."""

from __future__ import annotations

from specc.program import Static
from specc.resolve.context import Scope
from specc.resolve.evaluation import static
from specc.resolve.hyperparameters import Default, hyperparameters
from specc.resolve.values import (
    POISON,
    BlockMaker,
    Meaning,
    NetworkInstance,
    Number,
    SharedInstance,
    Word,
)
from specc.syntax import tree


def lookup(scope: Scope, name: tree.Name) -> Meaning:
    """What a name is bound to: locally, as a parameter, as a network or block; else a bare word."""
    scope.read.add(name.id)
    found = scope.names.get(name.id)
    if found is not None:
        return found
    parameter = scope.context.parameters.get(name.id)
    if parameter is not None:
        scope.context.read.add(name.id)
        known = name.id not in scope.context.broken
        return Number(parameter.value, name.id) if known else POISON
    definition = scope.context.definitions.get(name.id)
    if definition is not None:
        return _definition(scope, definition, name)
    return Word(name.id)


def _definition(scope: Scope, definition: tree.Definition, use: tree.Name) -> Meaning:
    scope.context.read.add(definition.name.id)
    if definition.hyperparameters is not None:
        made = hyperparameters(scope, definition, [], use.span, default_of(scope))
        return POISON if made is None else made
    if definition.role not in ("block", "cell", "message_passing"):
        return NetworkInstance(definition.name.id)
    shared = SharedInstance(
        definition.name.id,
        BlockMaker(definition, (), (), definition.name.span),
        definition.name.span,
    )
    scope.names[definition.name.id] = shared
    return shared


def default_of(scope: Scope) -> Default:
    """How a default value is evaluated: it may read the hyperparameters before it."""

    def default(before: dict[str, Static], expr: tree.Expr) -> Static | None:
        inner = Scope(scope.context, scope.name, scope.role)
        inner.names = {name: Number(value) for name, value in before.items()}
        return static(inner, expr)

    return default

"""Calls that take a network and settings of their own: `adapt(Net, …)`, `generate(Net, …)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

from specc.nearest import nearest
from specc.resolve.arguments import Given, construct, signature
from specc.resolve.context import Scope
from specc.resolve.convert import as_static
from specc.resolve.values import POISON, NetworkInstance
from specc.syntax import tree

M = TypeVar("M", bound=BaseModel)


def network_of(scope: Scope, expr: tree.Call, word: str, example: str) -> str | None:
    """The name of the network that such a call is given first; None after a diagnostic."""
    first = expr.arguments[0] if expr.arguments else None
    meaning = scope.evaluate(first.value) if first is not None and first.name is None else None
    if isinstance(meaning, NetworkInstance):
        return meaning.name
    if meaning is not POISON:
        scope.context.report("E203", f"{word} needs a network first", expr.span, helps=(example,))
    return None


def settings_of(
    scope: Scope,
    expr: tree.Call,
    model: type[M],
    word: str,
    example: str,
    besides: Sequence[str] = (),
) -> M | None:
    """What such a call is told behind the network; None after a diagnostic for each argument that is wrong.

    `besides` are arguments that are read elsewhere.
    """
    given: dict[str, Given] = {}
    seen: set[str] = set()
    failed = False
    for argument in expr.arguments[1:]:
        name = argument.name.id if argument.name is not None else ""
        if name in seen or name not in (*model.model_fields, *besides):
            _refuse(scope, argument, model, word, (*model.model_fields, *besides), seen)
            failed = True
        elif name not in besides:
            value = _static(scope, name, argument)
            failed |= value is None
            given |= {} if value is None else {name: value}
        seen.add(name)
    for name, field in model.model_fields.items():
        if field.is_required() and name not in seen and not failed:
            message = f"{word} needs its {name}"
            scope.context.report("E202", message, expr.span, helps=(example,))
            failed = True
    return construct(model, word, given, expr.span, scope.diagnostics, incomplete=failed)


def _refuse(
    scope: Scope,
    argument: tree.Argument,
    model: type[BaseModel],
    word: str,
    known: Sequence[str],
    seen: set[str],
) -> None:
    """An argument that is none of this call's, or is there already."""
    name = argument.name.id if argument.name is not None else ""
    near = nearest(name, list(known), 1) if name and name not in seen else []
    message = f"{word} gets its {name} twice" if name in seen else f"{word} has no {name}"
    if not name:
        message = f"{word} takes all but its network by name"
    scope.context.report(
        "E202",
        message,
        argument.span,
        text=f'did you mean "{near[0]}"?' if near else "",
        notes=(signature(model, word),),
    )


def _static(scope: Scope, name: str, argument: tree.Argument) -> Given | None:
    meaning = scope.evaluate(argument.value)
    value = as_static(meaning)
    if value is not None:
        return Given(value, argument.value.span)
    if meaning is not POISON:
        message = f"{name} must be known before anything runs"
        scope.context.report("E203", message, argument.value.span)
    return None

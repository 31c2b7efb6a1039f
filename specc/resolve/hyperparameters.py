"""The arguments of a definition with hyperparameters: `residual(64, stride=2)`."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers import registry
from specc.nearest import nearest
from specc.program import Static
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow, as_static, unknown_name
from specc.resolve.operands import input_names
from specc.resolve.values import POISON, BlockMaker, Flow, Word
from specc.source import Span
from specc.syntax import tree

Default = Callable[[dict[str, Static], tree.Expr], Static | None]


def hyperparameters(
    scope: Scope,
    definition: tree.Definition,
    arguments: list[Argument],
    call: Span,
    default: Default,
) -> BlockMaker | None:
    """The maker of `residual(64, stride=2)`, or None after diagnostics.

    `default` evaluates a default value, which may read the hyperparameters before it.
    """
    declared = definition.hyperparameters or ()
    names = [h.name.id for h in declared]
    values: dict[str, Static] = {}
    places = {h.name.id: h.default.span for h in declared if h.default is not None}
    operands: list[tuple[str, Flow]] = []
    position = 0
    failed = False
    surplus = [a for a in arguments if a.name is None][len(names) :]
    for argument in arguments:
        if argument in surplus[1:]:
            continue
        name, position = _field(scope, definition, argument, names, position)
        if name is None:
            failed = True
        elif name in values:
            failed = True
            scope.context.report(
                "E202", f"{definition.name.id} gets its {name} twice", argument.span
            )
        elif name not in names and name in input_names(definition):
            operands.append((name, as_flow(scope, argument.meaning, argument.span)))
        elif name not in names:
            failed = True
            _unknown_hyperparameter(scope, definition, argument, names)
        else:
            value = _static(scope, definition, name, argument)
            failed |= value is None
            if value is not None:
                values[name] = value
                places[name] = argument.span
    if failed:
        return None
    made = _complete(scope, definition, values, tuple(operands), call, default)
    return None if made is None else replace(made, places=tuple(places.items()))


def _field(
    scope: Scope, definition: tree.Definition, argument: Argument, names: list[str], position: int
) -> tuple[str | None, int]:
    """The name of what an argument is for, None after a diagnostic, and the place of the next one."""
    if argument.name is not None:
        return argument.name.id, position
    if position < len(names):
        return names[position], position + 1
    scope.context.report(
        "E202",
        f"{definition.role} {definition.name.id} has no place for this argument",
        argument.span,
        notes=(head(definition),),
    )
    return None, position


def _static(
    scope: Scope, definition: tree.Definition, name: str, argument: Argument
) -> Static | None:
    if argument.meaning is POISON:
        return None
    value = as_static(argument.meaning)
    if value is None:
        if isinstance(argument.meaning, Word):
            if registry.get(argument.meaning.text) is not None:
                return argument.meaning.text
            unknown_name(scope, argument.meaning.text, argument.span)
        else:
            scope.context.report(
                "E203",
                f"{definition.name.id}: {name} must be known before anything runs",
                argument.span,
            )
    return value


def _unknown_hyperparameter(
    scope: Scope, definition: tree.Definition, argument: Argument, names: list[str]
) -> None:
    assert argument.name is not None
    close = nearest(argument.name.id, names)
    fix = (
        Fix(f"{argument.name.id} → {close[0]}", (Edit(argument.name.span, close[0]),))
        if close
        else None
    )
    scope.diagnostics.add(
        Diagnostic(
            "E202",
            f'{definition.role} {definition.name.id} has no argument "{argument.name.id}"',
            argument.name.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(head(definition),),
            fix=fix,
        )
    )


def _complete(
    scope: Scope,
    definition: tree.Definition,
    values: dict[str, Static],
    operands: tuple[tuple[str, Flow], ...],
    call: Span,
    default: Default,
) -> BlockMaker | None:
    ordered: list[tuple[str, Static]] = []
    for h in definition.hyperparameters or ():
        if h.name.id in values:
            ordered.append((h.name.id, values[h.name.id]))
        elif h.default is not None:
            value = default(dict(ordered), h.default)
            if value is None:
                return None
            ordered.append((h.name.id, value))
        else:
            scope.context.report(
                "E202",
                f"{definition.role} {definition.name.id} needs its {h.name.id}",
                call,
                notes=(head(definition),),
            )
            return None
    return BlockMaker(definition, tuple(ordered), operands, call)


def head(definition: tree.Definition) -> str:
    """`residual(channels, stride=1)`."""
    parts = [
        h.name.id if h.default is None else f"{h.name.id}={h.default.span.text}"
        for h in definition.hyperparameters or ()
    ]
    return f"{definition.name.id}({', '.join(parts)})"

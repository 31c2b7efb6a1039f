"""The operands of a call in the order of its inputs: by place, by name, or by one call of several outputs."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.nearest import nearest
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.values import (
    BlockMaker,
    Flow,
    LayerMaker,
    Meaning,
    NetworkInstance,
    SharedInstance,
)
from specc.source import Span
from specc.syntax import tree


def ports(
    scope: Scope,
    definition: tree.Definition,
    flows: Sequence[Flow],
    extra: tuple[tuple[str, Flow], ...],
    span: Span,
) -> list[Flow] | None:
    """The operands of a block or network in the order of its ports, or None after an error.

    One call with several outputs fills several ports: `Latent(Encoder(x))`.
    """
    names = input_names(definition)
    spread = list(flows)
    if len(spread) == 1 and len(spread[0].ports) > 1 and len(names) == len(spread[0].ports):
        spread = [Flow((port,)) for port in spread[0].ports]
    if len(set(names)) < len(names):
        return None  # that one name is there twice was said of the definition
    given = dict(zip(names, spread, strict=False)) | dict(extra)
    missing = [n for n in names if n not in given]
    if missing or len(spread) + len(extra) > len(names):
        count = len(spread) + len(extra)
        inputs = f"{len(names)} input{'s' if len(names) != 1 else ''}, {', '.join(names)}"
        here = f"here {'is' if count == 1 else 'are'} {count}"
        message = f"{definition.role} {definition.name.id} takes {inputs}; {here}"
        scope.context.report("E202", message, span)
        return None
    return [given[n] for n in names]


def input_names(definition: tree.Definition) -> list[str]:
    """The names of the input ports; a block that declares none has one, `x`."""
    names = [n.id for s in definition.body if isinstance(s, tree.Input) for n in s.names]
    return names or ["x"]


def by_name(
    scope: Scope, callee: Meaning, given: Sequence[Argument], flows: Sequence[Flow], span: Span
) -> list[Flow] | None:
    """The operands in order, those given by name in their places; None after a diagnostic.

    `flows` are the values of the arguments, behind the piped one where there is one.
    """
    piped = len(flows) - len(given)
    if all(a.name is None for a in given):
        return list(flows)
    names = _names(scope, callee)
    places: dict[str, Flow] = dict(zip(names, flows[:piped], strict=False))
    waiting = names[piped:]
    for argument, flow in zip(given, flows[piped:], strict=True):
        name = waiting[0] if argument.name is None and waiting else None
        name = argument.name.id if argument.name is not None else name
        if name is None or name not in names or name in places:
            _refuse(scope, argument, names, places)
            return None
        places[name] = flow
        waiting = [n for n in waiting if n != name]
    if waiting and not isinstance(callee, LayerMaker):
        scope.context.report("E202", f"this call needs its {waiting[0]}", span)
        return None
    return [places[n] for n in names if n in places]


def placed(
    flows: Sequence[Flow], given: Sequence[Argument], values: Sequence[Flow]
) -> list[Span | None]:
    """Where each operand is written among the arguments, None for a piped one."""
    pairs = list(zip(values, (a.span for a in given), strict=True))
    return [next((span for value, span in pairs if value is flow), None) for flow in flows]


def _names(scope: Scope, callee: Meaning) -> list[str]:
    """What the inputs of a callee are called."""
    match callee:
        case NetworkInstance(name):
            return input_names(scope.context.definitions[name])
        case BlockMaker(definition):
            return input_names(definition)
        case LayerMaker(layer):
            return list(type(layer).operands)
        case SharedInstance(maker=maker):
            return _names(scope, maker)
        case _:
            return []


def _refuse(
    scope: Scope, argument: Argument, names: Sequence[str], places: dict[str, Flow]
) -> None:
    written, place = argument.name, argument.span if argument.name is None else argument.name.span
    if written is None:
        scope.context.report("E202", "there is no place for this argument", place)
    elif not names:
        scope.context.report("E202", f"operands have no names here: {written.id}", place)
    elif written.id in places:
        scope.context.report("E202", f"this call gets its {written.id} twice", place)
    else:
        close = nearest(written.id, names)
        scope.diagnostics.add(
            Diagnostic(
                "E202",
                f'this call has no input "{written.id}"',
                place,
                f'did you mean "{close[0]}"?' if close else "",
                notes=(f"inputs: {', '.join(names)}",),
                fix=Fix(f"{written.id} → {close[0]}", (Edit(place, close[0]),)) if close else None,
            )
        )

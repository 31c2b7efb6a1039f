"""A distribution as a value: `normal(mu, logvar=logvar)`."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers.base import LayerError
from specc.layers.distribution import FAMILIES, Family
from specc.nearest import nearest
from specc.program import Constant, Distribute
from specc.resolve.binding import Argument
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow
from specc.resolve.values import POISON, Flow
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor


def is_family(word: str) -> bool:
    """Whether a word names a distribution."""
    return word in FAMILIES


def distribution(scope: Scope, word: str, arguments: list[Argument], span: Span) -> Flow:
    """The value of `normal(mu, logvar=logvar)`, or poison after diagnostics."""
    family = FAMILIES[word]
    given: dict[str, tuple[Flow, Span]] = {}
    waiting = list(family.positional)
    for argument in arguments:
        name = _part(scope, family, argument, waiting, given)
        if name is None:
            return POISON
        given[name] = (as_flow(scope, argument.meaning, argument.span), argument.span)
    return _bound(scope, family, given, span)


def _part(
    scope: Scope,
    family: Family,
    argument: Argument,
    waiting: list[str],
    given: dict[str, tuple[Flow, Span]],
) -> str | None:
    """The name of the parameter that an argument gives, or None after a diagnostic."""
    place = argument.span if argument.name is None else argument.name.span
    if argument.meaning is POISON:
        return None
    if argument.name is None and not waiting:
        scope.context.report(
            "E202", f"{family.word} has no place for this argument", place, notes=(_head(family),)
        )
        return None
    name = waiting[0] if argument.name is None else argument.name.id
    if name in given:
        scope.context.report("E202", f"{family.word} gets its {name} twice", place)
        return None
    if name not in family.names:
        _unknown(scope, family, name, place)
        return None
    if name in waiting:
        waiting.remove(name)
    return name


def _unknown(scope: Scope, family: Family, name: str, place: Span) -> None:
    close = nearest(name, list(family.names))
    fix = Fix(f"{name} → {close[0]}", (Edit(place, close[0]),)) if close else None
    scope.diagnostics.add(
        Diagnostic(
            "E202",
            f'{family.word} has no argument "{name}"',
            place,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(_head(family),),
            fix=fix,
        )
    )


def _head(family: Family) -> str:
    rest = [n for n in family.names if n not in family.positional]
    return f"{family.word}({', '.join([*family.positional, *(f'{n}=…' for n in rest)])})"


def _bound(scope: Scope, family: Family, given: dict[str, tuple[Flow, Span]], span: Span) -> Flow:
    types = {name: flow.type for name, (flow, _) in given.items()}
    if not all(isinstance(t, Tensor) for t in types.values()):
        return POISON
    tensors = {name: t for name, t in types.items() if isinstance(t, Tensor)}
    try:
        made = family.bind(tensors)
    except LayerError as problem:
        place = given[str(problem.argument)][1] if problem.argument in given else span
        scope.context.report(
            problem.code,
            problem.message,
            place,
            text=problem.text,
            notes=problem.notes,
            helps=problem.helps,
        )
        return POISON
    refs = [
        given[name][0].ref if name in given else _default(scope, part, span).ref
        for name, part in made.parts
    ]
    node = Distribute(family.word, tuple(name for name, _ in made.parts))
    return scope.add(scope.fresh(family.word), span, node, refs, (("output", made),))


def _default(scope: Scope, part: Tensor, span: Span) -> Flow:
    """A parameter that was not written has a number for its default."""
    assert part.constant is not None
    whole = part.constant == int(part.constant)
    value = Constant(int(part.constant) if whole else part.constant)
    return scope.add("constant", span, value, (), (("output", part),))


def standard(scope: Scope, name: tree.Name) -> Flow:
    """A family's name alone: `normal` in `z ~ normal[100]`."""
    return distribution(scope, name.id, [], name.span)

"""What `specc explain` says of a cell: its weights gate by gate, and its equations with the time in them."""

from __future__ import annotations

from collections.abc import Iterator

from specc.count.sums import Summer
from specc.formula import Formula, formula, total
from specc.program import BareTensor, Body, Stage
from specc.source import Span
from specc.syntax import tree

Written = tree.Assign | tree.Equation | tree.Output


def gates(summer: Summer, body: Body) -> Iterator[tuple[str, Formula]]:
    """The learnable weights of each equation, under the name of what it computes."""
    left = list(body.stages)
    for statement in _equations(body):
        own = [s for s in left if _belongs(s, statement)]
        left = [s for s in left if s not in own]
        counts = [c for s in own if (c := _count(summer, s)) is not None]
        if counts:
            yield _target(statement), total(counts)
    counts = [c for s in left if (c := _count(summer, s)) is not None]
    if counts:
        yield "other weights", total(counts)


def _count(summer: Summer, stage: Stage) -> Formula | None:
    if isinstance(stage.unit, Body):
        params = summer.owned(stage.unit).params
        return None if params == 0 else formula(params)
    return summer.weights(stage).params


def _belongs(stage: Stage, statement: Written) -> bool:
    """Whether a stage is made in an equation, or is a bare tensor that the equation reads."""
    if isinstance(stage.unit, BareTensor):
        return any(n.id == stage.name for n in _read(statement.value) if isinstance(n, tree.Name))
    place = statement.span
    return place.start <= stage.span.start and stage.span.end <= place.end


def _equations(body: Body) -> Iterator[Written]:
    definition = body.definition
    statements = definition.body if isinstance(definition, tree.Definition) else ()
    for statement in statements:
        if isinstance(statement, tree.Assign | tree.Equation) or (
            isinstance(statement, tree.Output) and statement.value is not None
        ):
            yield statement


def equations(body: Body) -> Iterator[tuple[str, str]]:
    """`h[0]` and its start, then every equation of step t: `c[t]`, `f[t] * c[t-1] + i[t] * g[t]`."""
    for state in body.states:
        yield f"{state.name}[0]", f"{state.start:g}, unless given"
    states = {s.name for s in body.states}
    moving = {body.inputs[0][0]} | {n.id for s in _equations(body) for n in _targets(s)}
    for statement in _equations(body):
        if statement.value is not None:
            yield _target(statement), _timed(statement.value, states, moving)


def _targets(statement: Written) -> tuple[tree.Name, ...]:
    match statement:
        case tree.Assign(targets=targets):
            return targets
        case tree.Equation(role="next"):
            return ()
        case tree.Equation(target=target):
            return (target,)
        case tree.Output(target=target):
            return () if target is None else (target,)


def _target(statement: Written) -> str:
    match statement:
        case tree.Equation(role="next", target=name):
            return f"{name.id}[t]"
        case tree.Output(target=None):
            return "output[t]"
        case _:
            return ", ".join(f"{n.id}[t]" for n in _targets(statement))


def _timed(value: tree.Expr, states: set[str], moving: set[str]) -> str:
    """The text of an expression with the step behind every name that changes with it."""
    text, start = value.span.text, value.span.start
    marks: list[tuple[Span, str]] = []
    for name in _read(value):
        if isinstance(name, tree.Next):
            marks.append((name.span, f"{name.name.id}[t]"))
        elif name.id in states:
            marks.append((name.span, f"{name.id}[t-1]"))
        elif name.id in moving:
            marks.append((name.span, f"{name.id}[t]"))
    for span, new in sorted(marks, key=lambda m: -m[0].start):
        text = text[: span.start - start] + new + text[span.end - start :]
    return " ".join(text.split())


def _read(node: object) -> Iterator[tree.Name | tree.Next]:
    """The names that are read below a node, `next h` as one."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        match item:
            case tree.Name() | tree.Next():
                yield item
            case tree.Member():
                stack.append(item.base)
            case tree.Argument():
                stack.append(item.value)
            case tree.Stage():
                stack.append(item.operation)
            case _:
                stack.extend(tree.parts(item))

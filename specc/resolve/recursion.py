"""Definitions that contain themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from specc.diagnostics import Diagnostic, Label
from specc.resolve.context import Context
from specc.resolve.order import bound, names_read
from specc.syntax import tree


def recursive(context: Context) -> bool:
    """Report definitions that contain themselves (E406). Iterative, so any depth is safe."""
    calls = {
        name: list(dict.fromkeys(n.id for n in _called(context, d)))
        for name, d in context.definitions.items()
    }
    done: set[str] = set()
    found = False
    for start in calls:
        for circle in _circles(start, calls, done):
            found = True
            _report_recursion(context, circle)
    return found


def _called(context: Context, definition: tree.Definition) -> Iterator[tree.Name]:
    """The names in a definition that mean another, or itself.

    A name that the definition gives a value means that value, but for the statement that gives it.
    """
    own = {h.name.id for h in definition.hyperparameters or ()}
    own |= {n.id for s in definition.body for n in bound(s)}
    for statement in definition.body:
        given = bound(statement)
        hidden, places = own - {n.id for n in given}, [n.span for n in given]
        for name in names_read(statement):
            known = name.id in context.definitions and name.id not in hidden
            if known and name.span not in places:
                yield name


def _circles(start: str, calls: dict[str, list[str]], done: set[str]) -> Iterator[list[str]]:
    path: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = []
    if start not in done:
        stack.append((start, iter(calls[start])))
        path.append(start)
    while stack:
        name, ahead = stack[-1]
        step = next(ahead, None)
        if step is None:
            stack.pop()
            path.pop()
            done.add(name)
        elif step in path:
            yield [*path[path.index(step) :], step]
        elif step not in done:
            stack.append((step, iter(calls[step])))
            path.append(step)


def _report_recursion(context: Context, circle: list[str]) -> None:
    first = context.definitions[circle[0]]
    spans = [
        next(n.span for n in _called(context, context.definitions[a]) if n.id == b)
        for a, b in pairwise(circle)
    ]
    context.diagnostics.add(
        Diagnostic(
            "E406",
            f'{first.role} "{circle[0]}" contains itself: {" → ".join(circle)}',
            spans[0],
            labels=tuple(Label(s, "") for s in spans[1:]),
            helps=(
                'a fixed depth is "repeat n { … }"; a depth that comes with the data is "fold"',
            ),
        )
    )

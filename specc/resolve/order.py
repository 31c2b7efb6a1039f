"""The order in which the statements of a body can be evaluated, and the cycles that have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.resolve.context import Scope
from specc.resolve.values import POISON
from specc.syntax import tree


def names_read(node: object) -> Iterator[tree.Name]:
    """Every name that is read below a syntax node (not argument names, labels or members)."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        match item:
            case tree.Name() | tree.Next():
                yield item if isinstance(item, tree.Name) else next_name(item.name)
            case tree.Member():
                stack.append(item.base)
            case tree.Argument():
                stack.append(item.value)
            case tree.Stage():
                stack.append(item.operation)
            case tree.For():
                stack.extend((item.items, *item.body))
            case _:
                stack.extend(tree.parts(item))


def next_name(state: tree.Name) -> tree.Name:
    """The name under which the new value of a state is bound; no identifier is written like it."""
    return tree.Name(state.span, f"next {state.id}")


def labels(node: object, *, rounds: bool = False) -> Iterator[tree.Name]:
    """Every `as NAME` below a node; those inside `repeat` and `for` belong to the `rounds`."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Stage) and item.label is not None:
            yield item.label
        if rounds or not isinstance(item, (tree.Repeat, tree.For)):
            stack.extend(reversed(tree.parts(item)))


def bound(statement: tree.Statement) -> tuple[tree.Name, ...]:
    """The names that a statement gives a value, labels inside it included."""
    own: tuple[tree.Name, ...] = ()
    match statement:
        case tree.Input():
            own = statement.names
        case tree.Assign():
            own = statement.targets
        case tree.Equation(role="next"):
            own = (next_name(statement.target),)
        case tree.Let() | tree.Draw() | tree.Equation():
            own = (statement.target,)
        case tree.Given(target=tree.Name() as name):
            own = (name,)
        case tree.Output() if statement.target is not None and statement.value is not None:
            own = (statement.target,)
        case tree.Declare():
            own = tuple(item.name for item in statement.items)
        case tree.Data():
            own = tuple(f.name for f in statement.fields)
    return (*own, *labels(statement))


def read(statement: tree.Statement) -> set[str]:
    """The names that a statement reads."""
    match statement:
        case tree.Assign() | tree.Let() | tree.Equation() | tree.Given():
            return {n.id for n in names_read(statement.value)}
        case tree.Draw():
            return {n.id for n in names_read(statement.distribution)}
        case tree.Output():
            parts = (statement.value,) if statement.value is not None else (statement.target,)
            return {n.id for n in names_read(parts)}
        case tree.Declare():
            return {n.id for i in statement.items for n in names_read((i.shape, i.value))}
        case tree.Input() | tree.Data():  # a column may be called as a value that is made of it
            return set()
        case tree.Setting():
            return {n.id for n in names_read((statement.value, statement.every))}
        case _:
            return {n.id for n in names_read(statement)}


def ordered(scope: Scope, statements: Sequence[tree.Statement]) -> list[tree.Statement]:
    """The statements, each behind those whose names it reads, else as written.

    Statements that need each other are reported (E404), and their names are poisoned before they are
    evaluated, so that nothing else is said of them.
    """
    owner = {name.id: i for i, s in enumerate(statements) for name in bound(s)}
    needs = [
        sorted({owner[n] for n in read(s) if n in owner} - {i}) for i, s in enumerate(statements)
    ]
    if all(all(d < i for d in deps) for i, deps in enumerate(needs)):
        return list(statements)
    return [statements[i] for i in _topological(scope, needs, statements)]


def _topological(
    scope: Scope, needs: list[list[int]], statements: Sequence[tree.Statement]
) -> list[int]:
    import networkx as nx  # loaded only for files that are not written in order

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(needs)))
    graph.add_edges_from((d, i) for i, deps in enumerate(needs) for d in deps)
    for component in nx.strongly_connected_components(graph):
        if len(component) > 1:
            _report(sorted(component), needs, statements, scope.diagnostics)
            scope.names.update((n.id, POISON) for i in component for n in bound(statements[i]))
            graph.remove_edges_from([(a, b) for a in component for b in component])
    return list(nx.lexicographical_topological_sort(graph))


def _report(
    component: list[int],
    needs: list[list[int]],
    statements: Sequence[tree.Statement],
    diagnostics: Diagnostics,
) -> None:
    circle = _circle(component, needs)
    names = [_link(statements[a], statements[b]) for a, b in pairwise(circle)]
    chain = " → ".join([names[-1].id, *(n.id for n in names)])
    first, *rest = names
    diagnostics.add(
        Diagnostic(
            "E404",
            f"these values need each other: {chain}",
            first.span,
            text=f"needs {first.id}",
            labels=tuple(Label(n.span, f"needs {n.id}") for n in rest),
            helps=("a loop over time is a cell:  state a[4] … next a = …",),
        )
    )


def _circle(component: list[int], needs: list[list[int]]) -> list[int]:
    """A shortest walk from the first statement of the component back to it."""
    start, inside = component[0], set(component)
    trail = {start: [start]}
    queue = [start]
    for at in queue:
        for to in needs[at]:
            if to == start:
                return [*trail[at], start]
            if to in inside and to not in trail:
                trail[to] = [*trail[at], to]
                queue.append(to)
    return [start, start]


def _link(reader: tree.Statement, giver: tree.Statement) -> tree.Name:
    given = {n.id for n in bound(giver)}
    return next(n for n in names_read(reader) if n.id in given)

"""The equations of a cell with the time in them, and of a message-passing layer with nodes and edges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from specc.program import Body, Scan
from specc.sizes import render
from specc.syntax import tree
from specc.types import Tensor

Written: TypeAlias = tree.Assign | tree.Equation | tree.Output
Mark: TypeAlias = Callable[[str, str], str]
"""What stands for a name and a member of it (`left`, `source`, none); empty for what is no value."""

_PLACES = {"message": "edges", "aggregate": "nodes", "update": "nodes", "readout": "items"}
_INDEX = {"nodes": "[i]", "edges": "[j, i]"}
_ENDS = {"source": "[j]", "target": "[i]"}


def equations(body: Body) -> Iterator[Written]:
    """The statements of a definition that compute something."""
    definition = body.definition
    for statement in definition.body if isinstance(definition, tree.Definition) else ():
        if isinstance(statement, tree.Assign | tree.Equation) or (
            isinstance(statement, tree.Output) and statement.value is not None
        ):
            yield statement


def read(statement: Written) -> frozenset[str]:
    """The names that a statement reads."""
    return frozenset(_name(n)[0] for n in _read(statement.value))


# ------------------------------------------------------------------------ cells


def starts(scan: Scan) -> Iterator[tuple[str, str]]:
    """What the states are before the first step: `h[0]`, or `h[T+1]` from the end of a sequence."""
    if scan.over == "tree":
        before = "no child"
    else:
        before = render(scan.steps + 1).replace(" ", "") if scan.reverse else "0"
    given = "" if scan.over == "tree" else ", unless given"
    yield from ((f"{s.name}[{before}]", f"{s.start:g}{given}") for s in scan.body.states)


def moved(scan: Scan) -> Callable[[Written], tuple[str, str]]:
    """Every equation of a cell at step t or node n: `c[t]`, `f[t] * c[t-1] + i[t] * g[t]`."""
    body = scan.body
    states = {s.name for s in body.states}
    moving = {body.inputs[0][0]} | {n.id for s in equations(body) for n in _targets(s)}
    here = "[n]" if scan.over == "tree" else "[t]"
    before = "[t+1]" if scan.reverse else "[t-1]"

    def mark(name: str, member: str) -> str:
        if member == "next" or (not member and name in moving - states):
            return name + here
        if name in states and scan.over == "tree":
            return f"{name}[{member or 'children'}(n)]"
        return name + before if name in states and not member else ""

    return lambda statement: (_target(statement, here), _marked(statement.value, mark))


# -------------------------------------------------------------- message passing


def passed(body: Body) -> Callable[[Written], tuple[str, str]]:
    """Every equation at node i, and at the edge from j to i: `message m[j, i]`, `W * x[j]`."""
    places = _places(body)

    def mark(name: str, member: str) -> str:
        index = _ENDS.get(member) if member else _INDEX.get(places.get(name, ""))
        return name + index if index and name in places else ""

    def shown(statement: Written) -> tuple[str, str]:
        names = [n.id for n in _targets(statement)] or ["output"]
        role = f"{statement.role} " if isinstance(statement, tree.Equation) else ""
        title = ", ".join(n + _INDEX.get(places.get(n, ""), "") for n in names)
        return role + title, _marked(statement.value, mark)

    return shown


def _places(body: Body) -> dict[str, str]:
    """On what each value of a message-passing layer stands."""
    types = [(name, kind) for name, kind in body.inputs]
    types += [(n.variable or n.name, n.types[0][1]) for n in body.nodes if n.types]
    found: dict[str, str] = {n: k.over for n, k in types if isinstance(k, Tensor) and k.batched}
    for statement in equations(body):
        if isinstance(statement, tree.Equation) and statement.role in _PLACES:
            found[statement.target.id] = _PLACES[statement.role]
    return found


# ------------------------------------------------------------------------- text


def short(statement: Written | None) -> str:
    """The name of what an equation computes, as the index of its share: `f`, `h`."""
    if statement is None:
        return "other"
    names = (statement.target,) if isinstance(statement, tree.Equation) else _targets(statement)
    return ",".join(n.id for n in names) or "output"


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


def _target(statement: Written, here: str) -> str:
    return ", ".join(f"{name}{here}" for name in short(statement).split(","))


def _marked(value: tree.Expr | None, mark: Mark) -> str:
    """The text of an expression with an index behind every name that has one."""
    if value is None:
        return ""
    text, start = value.span.text, value.span.start
    for name in sorted(_read(value), key=lambda n: -n.span.start):
        if new := mark(*_name(name)):
            text = text[: name.span.start - start] + new + text[name.span.end - start :]
    return re.sub(r"(?<=[(\[]) | (?=[)\]])", "", " ".join(text.split()))


_Read: TypeAlias = tree.Name | tree.Next | tree.Member


def _name(node: _Read) -> tuple[str, str]:
    """The name that is read, and what of it: `next`, a member, or nothing."""
    match node:
        case tree.Member(base=tree.Name(id=name), name=member):
            return name, member.id
        case tree.Next(name=name):
            return name.id, "next"
        case tree.Name(id=name):
            return name, ""
    raise TypeError(node)


def _read(node: object) -> Iterator[_Read]:
    """What is read below a node, `next h` and `h.left` as one."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        match item:
            case tree.Name() | tree.Next() | tree.Member(base=tree.Name()):
                yield item
            case tree.Member():
                stack.append(item.base)
            case tree.Argument():
                stack.append(item.value)
            case tree.Stage():
                stack.append(item.operation)
            case _:
                stack.extend(tree.parts(item))

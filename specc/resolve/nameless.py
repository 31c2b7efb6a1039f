"""What an example says besides: a tensor has a name, its rows may be items, and each is there to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from specc.diagnostics import Diagnostic
from specc.resolve.context import Context
from specc.resolve.literal import Literal, LiteralError, literal
from specc.source import Span
from specc.syntax import tree

Written = tuple[str, tree.ListOf]
"""A nested list of numbers with the keyword that it stands behind, empty where there is none."""


def hint(
    context: Context, example: tree.Example, since: int, literals: Mapping[str, Literal]
) -> None:
    """Say in the errors since then how a list of numbers, or the rows of a matrix, are given."""
    for at, diagnostic in enumerate(context.diagnostics.items[since:], since):
        help = (
            _named(example, diagnostic)
            or _assigned(example, diagnostic)
            or _rows(example, diagnostic, literals)
        )
        if help:
            context.diagnostics.items[at] = replace(diagnostic, helps=(help,))


def unread(context: Context, example: tree.Example) -> None:
    """Warn of what is given and never read (W405)."""
    read = {n.id for s in example.body for n in _names(s)}
    for statement in example.body:
        target = statement.target if isinstance(statement, tree.Given) else None
        if (
            isinstance(target, tree.Name)
            and not target.id.startswith("_")
            and target.id not in read
        ):
            help = f"delete it, or name it _{target.id} to keep it"
            message = f'"{target.id}" is given and never used'
            context.diagnostics.add(Diagnostic("W405", message, target.span, helps=(help,)))


def _names(statement: tree.Statement) -> Iterator[tree.Name]:
    parts = (statement.value, statement.type) if isinstance(statement, tree.Given) else (statement,)
    yield from (n for part in parts for n in _below(part) if isinstance(n, tree.Name))


def _below(node: object) -> Iterator[Any]:
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(tree.parts(item))


# -------------------------------------------------------------------------- hints


def _named(example: tree.Example, diagnostic: Diagnostic) -> str:
    """`given W = [[1, 2]], and weight=W` for a list that stands where a tensor is wanted."""
    for statement in example.body:
        if isinstance(statement, tree.Given):
            continue
        for keyword, value in _lists(statement):
            if value.span == diagnostic.span or _lacks(statement, value, diagnostic.span):
                name = "v" if not keyword else "b" if keyword == "bias" else "W"
                place = f"{keyword}={name}" if keyword else f"{name} in its place"
                return f"given {name} = {value.span.text}, and {place}"
    return ""


def _assigned(example: tree.Example, diagnostic: Diagnostic) -> str:
    """`given x = [1, 2]` where `x = [1, 2]` is read as a tensor."""
    place = diagnostic.span
    for statement in example.body:
        if not isinstance(statement, tree.Assign) or not isinstance(statement.value, tree.ListOf):
            continue
        name = statement.targets[0].id
        read = (n for s in example.body if s is not statement for n in _names(s) if n.id == name)
        if _numbers(statement.value) and any(_within(n.span, place) for n in read):
            return f"given {statement.span.text}"
    return ""


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _lists(statement: tree.Statement) -> Iterator[Written]:
    """The lists of numbers in a statement; a keyword's first, under its name."""
    found: dict[Span, Written] = {}
    for item in _below(statement):
        if isinstance(item, tree.Argument) and isinstance(item.value, tree.ListOf):
            found[item.value.span] = (item.name.id if item.name else "", item.value)
        elif isinstance(item, tree.ListOf):
            found.setdefault(item.span, ("", item))
    yield from (written for written in found.values() if _numbers(written[1]))


def _numbers(value: tree.ListOf) -> bool:
    try:
        return bool(literal(value, {}).items)
    except LiteralError:
        return False


def _lacks(statement: tree.Statement, value: tree.ListOf, span: Span) -> bool:
    """`y = mean([1, 2])`: the layer has no operand, and the list would be one."""
    return (
        isinstance(statement, tree.Assign)
        and span == statement.targets[0].span
        and isinstance(statement.value, tree.Call)
        and any(a.name is None and a.value is value for a in statement.value.arguments)
    )


def _rows(example: tree.Example, diagnostic: Diagnostic, literals: Mapping[str, Literal]) -> str:
    """A matrix is a sequence; as a batch of vectors its rows fit more layers."""
    shown = (diagnostic.span, *(label.span for label in diagnostic.labels))
    places = {s.text for s in shown} if diagnostic.code == "E302" else set()
    for statement in example.body:
        if not isinstance(statement, tree.Given) or statement.type is not None:
            continue
        sizes = (
            literals[statement.target.span.text].sizes
            if statement.target.span.text in places
            else ()
        )
        if len(sizes) == 2:
            name = statement.target.span.text
            return f"given {name}: vector[{sizes[1]}] = … makes each row an item of its own"
    return ""

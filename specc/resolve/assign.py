"""Names for values and for shared instances: `h = …`, `let f = …`."""

from __future__ import annotations

from msgspec.structs import replace

from specc.program import ReadPort, ReadTensor
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow
from specc.resolve.values import (
    POISON,
    AdaptedNetwork,
    BlockMaker,
    Flow,
    LayerMaker,
    Meaning,
    Number,
    SharedInstance,
)
from specc.syntax import tree


def assign(scope: Scope, statement: tree.Assign) -> None:
    """`h = …`, `mu, logvar = …`: names for the values of an expression."""
    meaning = scope.evaluate(statement.value)
    if len(statement.targets) == 1:
        name = statement.targets[0]
        if isinstance(meaning, AdaptedNetwork):
            scope.bind(name, meaning)
            return
        if isinstance(meaning, (Number, LayerMaker, BlockMaker)):
            _assign_other(scope, name, meaning)
            return
        value = flow_of(scope, meaning, statement.value)
        scope.bind(name, named(scope, value, name))
        return
    value = flow_of(scope, meaning, statement.value)
    count = len(statement.targets)
    if value is not POISON and len(value.ports) != count:
        has = f"{len(value.ports)} output{'s' if len(value.ports) != 1 else ''}"
        scope.context.report("E203", f"{count} names for a value with {has}", statement.span)
        value = POISON
    if value is not POISON and value.ref.node >= 0:
        pairs = zip(value.ports, statement.targets, strict=True)
        node = scope.nodes[value.ref.node]
        given = tuple((port, name.id) for (port, _, _), name in pairs)
        scope.nodes[value.ref.node] = replace(node, given=given)
    for number, name in enumerate(statement.targets):
        part = POISON if value is POISON else Flow((value.ports[number],), value.stage)
        scope.bind(name, part)
    if value is not POISON:
        _name_ports(scope, value, statement.targets)


def _name_ports(scope: Scope, value: Flow, names: tuple[tree.Name, ...]) -> None:
    """Note on the node that its outputs have these names in the spec, unless they have some already."""
    refs = [ref for _, ref, _ in value.ports]
    at = refs[0].node
    if at < 0 or any(r.node != at for r in refs) or scope.nodes[at].variables:
        return
    given = tuple((ref.port, name.id) for ref, name in zip(refs, names, strict=True))
    scope.nodes[at] = replace(scope.nodes[at], variables=given)


def _assign_other(scope: Scope, name: tree.Name, meaning: Number | LayerMaker | BlockMaker) -> None:
    if isinstance(meaning, Number):
        scope.bind(name, meaning)
        return
    scope.context.report(
        "E203",
        f'"{name.id}" would be a layer without an operand',
        name.span,
        helps=(f"x -> …, or let {name.id} = … to share one instance",),
    )
    scope.bind(name, POISON)


def flow_of(scope: Scope, meaning: Meaning, expr: tree.Expr) -> Flow:
    """The meaning of an expression as a computed value."""
    return as_flow(scope, meaning, expr.span)


def named(scope: Scope, value: Flow, name: tree.Name) -> Flow:
    """Note on the node that its value has this name in the spec."""
    if value.ref.node < 0 or len(value.ports) != 1:
        return value
    node = scope.nodes[value.ref.node]
    if node.variable is None and not isinstance(node.operation, (ReadPort, ReadTensor)):
        scope.nodes[value.ref.node] = replace(node, variable=name.id)
    return value


def let(scope: Scope, statement: tree.Let) -> None:
    """`let f = residual(64)`: one instance under a name."""
    meaning = scope.evaluate(statement.value)
    name = statement.target
    if isinstance(meaning, (LayerMaker, BlockMaker)):
        scope.bind(name, SharedInstance(name.id, meaning, name.span))
        return
    if meaning is not POISON:
        scope.context.report(
            "E203",
            "let names an instance of a layer or block",
            statement.value.span,
            helps=(f"let {name.id} = linear(64), then x -> {name.id}",),
        )
    scope.bind(name, POISON)

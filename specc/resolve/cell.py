"""The statements of a cell: `state h[units]`, `gate f = …`, `next h = …`, and `next h` as a value.

In the body of a cell a state is an input under its name, and its new value the output `next NAME`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from msgspec.structs import replace

from specc.diagnostics import Diagnostic, Label
from specc.layers import registry
from specc.layers.common import equal_sizes
from specc.nearest import nearest
from specc.program import ReadPort, State
from specc.resolve.assign import named
from specc.resolve.context import Scope
from specc.resolve.evaluation import flow, static
from specc.resolve.layer import apply_layer
from specc.resolve.order import names_read, next_name
from specc.resolve.tensors import sizes_of
from specc.resolve.values import POISON, Flow, LayerMaker
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, ValueType, default_axes

CHILDREN = ("children", "left", "right")
"""What stands behind a state over a tree."""

Ports = tuple[tuple[str, ValueType], ...]


RESERVED = (
    "keep", "reverse", "bidirectional", "mask", "truncate", "carry", "free_running", "output",
)  # fmt: skip
"""Names that mean something in `scan(…)` or behind its value."""


def reserved(scope: Scope) -> None:
    """Report inputs, states and values of a cell whose names a scan uses itself."""
    for name in RESERVED:
        if name in scope.places:
            scope.context.report(
                "E403",
                f"{name} is a word of scan, and no name in a cell",
                scope.places[name],
                helps=(f"call it {name}_",),
            )


def has_state(scope: Scope, definition: tree.Definition) -> None:
    """Report a cell in which no step hands anything to the next."""
    for statement in definition.body:
        match statement:
            case tree.Declare(kind="state") | tree.Equation(role="next"):
                return
    name = definition.name
    scope.context.report(
        "E408",
        f"cell {name.id} has no state, so its steps have nothing to do with each other",
        name.span,
        helps=(f"state h[4] … next h = …, or block {name.id}, which works on every position",),
    )


def belongs(statement: tree.Statement) -> bool:
    """Whether a statement that no block has may stand in a cell."""
    return isinstance(statement, tree.Equation) and statement.role in ("gate", "next")


def is_folded(definition: tree.Definition) -> bool:
    """Whether a cell reads states of children, and so is moved along trees."""
    return any(m.name.id in CHILDREN for m in _members(definition.body))


def _members(node: object) -> Iterator[tree.Member]:
    """Every `base.name` below a node."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        match item:
            case tree.Member():
                yield item
                stack.append(item.base)
            case _:
                stack.extend(tree.parts(item))


def declare(scope: Scope, statement: tree.Declare) -> None:
    """`state h[units], c[units] = 1`: an input node for each state.

    Over a tree it holds the states of all children; of two, `h.left` and `h.right` take them apart.
    """
    definition = scope.context.definitions[scope.name]
    folded, arity = is_folded(definition), _arity(scope, definition)
    for item in statement.items:
        sizes = sizes_of(scope, item, static)
        start = 0 if item.value is None else static(scope, item.value)
        if sizes is None or start is None:
            scope.bind(item.name, POISON)
        elif isinstance(start, bool) or not isinstance(start, (int, float)):
            scope.context.report("E203", "a state starts from one number", item.span)
            scope.bind(item.name, POISON)
        else:
            name, axes = item.name.id, default_axes(len(sizes))
            type = Tensor((arity, *sizes), ("children", *axes)) if folded else Tensor(sizes, axes)
            read = scope.add(name, item.span, ReadPort(name), (), (("output", type),), named=True)
            scope.states[name] = State(name, float(start))
            scope.bind(item.name, _children(scope, read, item.name) if folded else read)


def _arity(scope: Scope, definition: tree.Definition) -> int:
    """The most children of a node, where the cell is moved along trees."""
    inputs = [n.id for s in definition.body if isinstance(s, tree.Input) for n in s.names]
    symbol = scope.names.get(inputs[0]) if inputs else None
    type = symbol.type if isinstance(symbol, Flow) else None
    return type.arity if isinstance(type, Tensor) else 2


def _children(scope: Scope, read: Flow, state: tree.Name) -> Flow:
    """A state over a tree: `children` are all; where there are two, `left` and `right` are one each."""
    model = registry.get("index")
    assert model is not None
    ports = [("children", read.ref, read.type)]
    if isinstance(read.type, Tensor) and read.type.sizes[0] != 2:
        return Flow(tuple(ports))
    span = Span(state.span.source, state.span.start, state.span.start)  # no words of the spec
    for number, name in enumerate(("left", "right")):
        maker = LayerMaker(model.model_validate({"entries": (number,)}), (), (), span)
        one = apply_layer(scope, maker, [(model.operands[0], read)], None, span)
        scope.nodes[one.ref.node] = replace(scope.nodes[one.ref.node], name=f"{state.id}_{name}")
        ports.append((name, one.ref, one.type))
    return Flow(tuple(ports))


def equation(scope: Scope, statement: tree.Equation) -> None:
    """`gate f = …` names a value; `next h = …` gives the new value of a state."""
    if statement.role == "next" and _needs_itself(scope, statement):
        return
    value = flow(scope, statement.value)
    if statement.role == "gate":
        scope.bind(statement.target, named(scope, value, statement.target))
        return
    target = statement.target
    state = scope.names.get(target.id)
    if target.id not in scope.states:
        return  # it was reported, here or at its declaration
    if isinstance(state, Flow) and not _fits(scope, target, state, value):
        value = POISON
    name = next_name(target)
    python = tree.Name(target.span, _variable(scope, target.id))
    scope.bind(name, named(scope, value, python))
    scope.read.update((name.id, target.id) if value is POISON else (name.id,))


def _needs_itself(scope: Scope, statement: tree.Equation) -> bool:
    own = next_name(statement.target).id
    if all(n.id != own for n in names_read(statement.value)):
        return False
    name = statement.target.id
    scope.names[own] = scope.context.report(
        "E404",
        f"{own} needs itself",
        statement.target.span,
        helps=(f"{name} alone is the value of the step before",),
    )
    return True


def _variable(scope: Scope, state: str) -> str:
    """`next_h`, with underscores where the spec uses that name itself."""
    name = f"next_{state}"
    while name in scope.reserved:
        name += "_"
    return name


def undeclared(scope: Scope, definition: tree.Definition) -> None:
    """Report what gets a `next NAME = …` and is no state; nothing more is said of these names."""
    declared = {i.name.id: i.name for s in definition.body if _is_state(s) for i in s.items}
    given = [s.target for s in definition.body if isinstance(s, tree.Equation) and s.role == "next"]
    missing = list({t.id: t for t in reversed(given) if t.id not in declared}.values())[::-1]
    for target in missing:
        scope.names[next_name(target).id] = POISON
        if target.id not in scope.reserved:
            scope.names[target.id] = POISON
    if missing and not scope.diagnostics.unread(definition.span):
        meant = _no_states(scope, missing, [n for n in declared if n not in {t.id for t in given}])
        scope.read.update(meant)
        scope.names.update((next_name(declared[m]).id, POISON) for m in meant)


def _no_states(scope: Scope, targets: list[tree.Name], waiting: list[str]) -> list[str]:
    """Report names that are no states; the states that are meant, which wait for a next value."""
    close = {t.id: nearest(t.id, waiting)[:1] for t in targets}
    if len(targets) == len(waiting) == 1:
        close = {targets[0].id: waiting}
    for target in targets:
        if close[target.id]:
            _no_state(scope, [target], close[target.id][0])
    if lost := [t for t in targets if not close[t.id]]:
        _no_state(scope, lost)
    return [name for names in close.values() for name in names]


def _is_state(statement: tree.Statement) -> TypeGuard[tree.Declare]:
    return isinstance(statement, tree.Declare) and statement.kind == "state"


def _no_state(scope: Scope, targets: list[tree.Name], close: str = "") -> None:
    """Report states that there are not; a line that is missing declares them all."""
    first, *others = targets
    named = first.id if not others else ", ".join((first.id, *(f"next {t.id}" for t in others)))
    what = "state" if not others else "states"
    names = ", ".join(t.id for t in targets)
    scope.context.report(
        "E408",
        f"next {named}: the cell has no {what} {names}",
        first.span,
        text=f'did you mean "{close}"?' if close else "",
        labels=tuple(Label(t.span, f"no state {t.id}") for t in others),
        helps=() if close else (f"state {', '.join(f'{t.id}[units]' for t in targets)}",),
    )


def _fits(scope: Scope, target: tree.Name, state: Flow, value: Flow) -> bool:
    """Whether the new value has the shape of the state, which the next step reads."""
    have, wanted = value.type, _own(state)
    if not isinstance(have, Tensor) or not isinstance(wanted, Tensor):
        return True
    pairs = list(zip(have.sizes, wanted.sizes, strict=False))
    same = have.rank == wanted.rank and all(equal_sizes(a, b)[0] for a, b in pairs)
    if same:
        scope.constraints.extend(c for a, b in pairs for c in equal_sizes(a, b)[1])
        return True
    scope.diagnostics.add(
        Diagnostic(
            "E302",
            f"next {target.id} is {have}, and the state {target.id} is {wanted}",
            target.span,
            text=str(have),
            labels=(Label(scope.places[target.id], str(wanted)),),
            notes=(f"how it came: {scope.trail(value.ref)}",),
        )
    )
    return False


def _own(state: Flow) -> ValueType:
    """The type of a state at one step or node."""
    type = state.type
    if state.ports[0][0] != "children" or not isinstance(type, Tensor):
        return type
    return type.with_sizes(type.sizes[1:], type.axes[1:])


def next_value(scope: Scope, expr: tree.Next) -> Flow:
    """`next c` on the right of an equation: the value that this step gives the state."""
    if scope.role != "cell":
        return scope.context.report("E103", "`next` belongs in a cell", expr.span)
    name = next_name(expr.name)
    scope.read.add(name.id)
    found = scope.names.get(name.id)
    if isinstance(found, Flow):
        return found
    if expr.name.id in scope.states:
        scope.names[name.id] = POISON
        return scope.context.report(
            "E408",
            f"nothing gives next {expr.name.id} its value",
            expr.span,
            helps=(f"next {expr.name.id} = …",),
        )
    if scope.names.get(expr.name.id) is not POISON:
        _no_state(scope, [expr.name], *nearest(expr.name.id, list(scope.states))[:1])
        scope.names[name.id] = POISON
    return POISON


def states(scope: Scope) -> Ports:
    """The states as inputs of the body."""
    found: list[tuple[str, ValueType]] = []
    for name in scope.states:
        meaning = scope.names[name]
        if isinstance(meaning, Flow):
            found.append((name, meaning.type))
    return tuple(found)


def next_states(scope: Scope) -> dict[str, tuple[Flow, Span]]:
    """The new values of all states as outputs of the body; a state without one is reported."""
    found: dict[str, tuple[Flow, Span]] = {}
    for name in scope.states:
        place = scope.places[name]
        value = scope.names.get(f"next {name}")
        if value is None:
            value = scope.context.report(
                "E408",
                f"the state {name} has no next value",
                place,
                helps=(f"next {name} = …",),
            )
        if isinstance(value, Flow):
            found[f"next {name}"] = (value, place)
    return found

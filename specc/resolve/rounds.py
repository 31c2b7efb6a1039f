"""`repeat` and `for` inside a pipe."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from specc.limits import MAX_EXPANDED_NODES
from specc.numbered import numbered, plural
from specc.program import Body, ReadPort, Rounds, Stage, Static
from specc.resolve.aside import looking
from specc.resolve.blame import at, taken
from specc.resolve.context import Scope
from specc.resolve.convert import as_static, unknown_name
from specc.resolve.graphs import graph_behind
from specc.resolve.order import names_read
from specc.resolve.values import POISON, Flow, Meaning, Number, SharedInstance, Word
from specc.sizes import Size, Symbolic
from specc.source import Span
from specc.syntax import tree
from specc.types import Tensor, Unknown, ValueType, shape_of

Run = Callable[[Scope, Flow, tuple[tree.Stage, ...]], Flow]


def repeat(
    scope: Scope,
    value: Flow,
    written: tree.Repeat,
    count: Static | None,
    label: tree.Name | None,
    run: Run,
) -> Flow:
    """`repeat n { … }`: n rounds, each with its own weights.

    As soon as a round keeps the type of its operand, all further rounds are like it.
    """
    rounds = _number(scope, written, count)
    if rounds is None or rounds == 0 or isinstance(value.type, Unknown):
        with looking(scope) as inner:
            run(inner, POISON, written.body)
        return value if rounds == 0 else POISON
    beside = _beside(scope, written)
    if beside is None or graph_behind(value) is not None:
        return _in_place(scope, value, written, rounds, run)
    bodies = _bodies(scope, value.type, written, rounds, run, beside)
    if not bodies:
        return POISON
    name = label.id if label is not None else _name(scope, [body for body, _ in bodies])
    unit = Rounds((name,), bodies)
    scope.stages[name] = Stage(name, written.span, unit, None, (), label is not None)
    for body, _ in bodies:
        scope.constraints.extend(body.constraints)
        scope.uses.update(dict.fromkeys(body.uses))
    types = (("output", bodies[-1][0].output_types()[0][1]),)
    return scope.add(
        name, written.span, unit, [value.ref, *(f.ref for f in beside.values())], types,
        named=label is not None, stage=(name,),
    )  # fmt: skip


def _name(scope: Scope, bodies: list[Body]) -> str:
    """`layers` where every round is one block `layer`, then `layers2`; `repeat1` for other rounds."""
    words = {body.name if body.role == "block" else "" for body in bodies}
    if len(words) > 1 or "" in words:
        return scope.fresh("repeat")
    base = name = plural(words.pop())
    number = 1
    while name in scope.reserved or name in scope.stages or name in scope.names:
        number += 1
        name = numbered(base, number)
    return name


def _number(scope: Scope, written: tree.Repeat, count: Static | None) -> Size | None:
    """The number of rounds, None after a diagnostic."""
    if count is None:
        return None
    if not isinstance(count, (int, Symbolic)) or isinstance(count, bool):
        scope.context.report("E203", "repeat needs a whole number", written.count.span)
        return None
    if isinstance(count, int) and count < 0:
        message = f"repeat {count}: the number of rounds is at least 0"
        scope.context.report("E204", message, written.count.span)
        return None
    return count


def _beside(scope: Scope, written: tree.Repeat) -> dict[str, Flow] | None:
    """The values of the body around them that all rounds read; None where they share more than values."""
    context = scope.context
    found: dict[str, Flow] = {}
    for name in names_read(written.body):
        meaning, definition = scope.names.get(name.id), context.definitions.get(name.id)
        if isinstance(meaning, Flow):
            found[name.id] = meaning
        elif isinstance(meaning, SharedInstance) or (
            meaning is None and definition is not None and _is_instance(definition)
        ):
            return None
    handed = scope.role not in _IN_PLACE and all(map(_plain, found.values()))
    return found if not found or (handed and not _members(written, found)) else None


def _is_instance(definition: tree.Definition | None) -> bool:
    """Whether a block is one thing wherever it is called: it takes no hyperparameters."""
    if definition is None:
        return False
    return definition.hyperparameters is None and definition.role == "block"


_IN_PLACE = ("train", "sample", "program", "example", "cell", "message_passing")
"""Where rounds that read other values stand one after the other: who learns what is read off them."""


def _plain(value: Flow) -> bool:
    """Whether a value can be handed to a round: a single tensor that stands on no graph."""
    return len(value.ports) == 1 and isinstance(value.type, Tensor) and graph_behind(value) is None


def _members(node: object, names: Container[str]) -> bool:
    """Whether something of these is read, `table.weight`, which is not the value alone."""
    if isinstance(node, tree.Member) and isinstance(node.base, tree.Name) and node.base.id in names:
        return True
    return any(_members(part, names) for part in tree.parts(node))


def _in_place(scope: Scope, value: Flow, written: tree.Repeat, count: Size, run: Run) -> Flow:
    """The rounds one after the other in the body around them."""
    if not isinstance(count, int):
        return scope.context.report(
            "E203",
            "the rounds share values with the body around them, so their number must be known",
            written.count.span,
        )
    for number in range(1, count + 1):
        value = _turn(scope, value, written.body, number, run)
        if value is POISON:
            break
    return value


def _bodies(
    scope: Scope,
    type: ValueType,
    written: tree.Repeat,
    count: Size,
    run: Run,
    beside: Mapping[str, Flow],
) -> tuple[tuple[Body, Size], ...]:
    bodies: list[tuple[Body, Size]] = []
    done = 0
    while not isinstance(count, int) or done < count:
        type = shape_of(type)
        body = _round(scope, type, written, run, beside)
        if body is None:
            return ()
        after = body.output_types()[0][1]
        if shape_of(after) == type:
            bodies.append((body, count - done))
            return tuple(bodies)
        if not isinstance(count, int):
            scope.context.report(
                "E203",
                "the rounds differ in shape, so their number must be known",
                written.count.span,
                notes=(f"a round turns {type} into {after}",),
            )
            return ()
        bodies.append((body, 1))
        type, done = after, done + 1
    return tuple(bodies)


def _round(
    scope: Scope, type: ValueType, written: tree.Repeat, run: Run, beside: Mapping[str, Flow]
) -> Body | None:
    """One round as a body; a round that is one block's call is that block's body."""
    inner = Scope(scope.context, "round", "repeat", names=dict(scope.names))
    inner.read = scope.read
    inner.reserved = _labels(written.body)
    first = "x" if "x" not in beside else "value"
    types = {first: type, **{name: shape_of(flow.type) for name, flow in beside.items()}}
    start, *others = (
        inner.add(name, written.span, ReadPort(name), (), (("output", t),))
        for name, t in types.items()
    )
    inner.names.update(zip(beside, others, strict=True))
    end = run(inner, start, written.body)
    if end is POISON or isinstance(end.type, Unknown):
        return None
    ports = [start.ref, *(flow.ref for flow in others)]
    if len(inner.stages) == 1 and len(inner.nodes) == len(ports) + 1:
        only = next(iter(inner.stages.values()))
        straight = list(inner.nodes[-1].operands) == ports
        if isinstance(only.unit, Body) and len(only.unit.outputs) == 1 and straight:
            return only.unit
    return inner.body(written, (), tuple(types.items()), (("output", end.ref),))


def _labels(stages: tuple[tree.Stage, ...]) -> set[str]:
    return {s.label.id for s in stages if s.label is not None}


def expand_for(
    scope: Scope,
    value: Flow,
    written: tree.For,
    items: Meaning,
    run: Run,
) -> Flow:
    """`for c in [64, 128] { … }`: the stages of every turn, one after the other."""
    values = _items(scope, written, items)
    if not values:
        with looking(scope) as inner:
            inner.names[written.variable.id] = POISON
            run(inner, POISON, written.body)
        return POISON if values is None else value
    shadowed = scope.names.get(written.variable.id)
    for number, item in enumerate(values, 1):
        scope.names[written.variable.id] = Number(item)
        before = len(scope.diagnostics.items)
        value = _turn(scope, value, written.body, number, run)
        given = {written.variable.id: item}
        for _, fault in taken(scope.diagnostics, before, written.span, given):
            scope.diagnostics.add(at(fault, _item_place(written, number)))
    if shadowed is None:
        scope.names.pop(written.variable.id, None)
    else:
        scope.names[written.variable.id] = shadowed
    return value


def _item_place(written: tree.For, number: int) -> Span:
    """Where the item of a turn stands; the list, where it is not written out."""
    items = written.items
    return items.items[number - 1].span if isinstance(items, tree.ListOf) else items.span


def _items(scope: Scope, written: tree.For, items: Meaning) -> tuple[Static, ...] | None:
    """What a loop goes over, None after a diagnostic."""
    values = as_static(items)
    if items is POISON:
        return None
    if isinstance(items, Word):
        unknown_name(scope, items.text, written.items.span)
        return None
    if not isinstance(values, tuple):
        scope.context.report("E203", "for needs a list", written.items.span)
        return None
    if len(values) * max(1, len(written.body)) > MAX_EXPANDED_NODES:
        message = f"for over {len(values):,} items makes too many stages"
        scope.context.report("E207", message, written.items.span)
        return None
    return values


def _turn(scope: Scope, value: Flow, body: tuple[tree.Stage, ...], number: int, run: Run) -> Flow:
    """The stages of one turn in the body around them."""
    around = scope.turns
    scope.turns = (*around, number)
    made = run(scope, value, tuple(_relabel(s, scope.turns) for s in body))
    scope.turns = around
    return made


def _relabel(stage: tree.Stage, turns: tuple[int, ...]) -> tree.Stage:
    """`as stage` in a `for` names `stage1`, `stage2`, … one for each turn; `stage1_2` in a loop of a loop."""
    if stage.label is None:
        return stage
    name = stage.label.id
    for turn in turns:
        name = numbered(name, turn)
    return tree.Stage(stage.span, stage.operation, tree.Name(stage.label.span, name))

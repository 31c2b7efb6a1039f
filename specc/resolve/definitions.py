"""The body of a definition for one choice of hyperparameters and operand types."""

from __future__ import annotations

from specc.diagnostics import Diagnostic
from specc.layers.base import Inference
from specc.program import Body, ReadPort, Ref, Static
from specc.resolve import cell
from specc.resolve.assign import assign, let, named
from specc.resolve.context import Context, Scope, Types
from specc.resolve.draw import draw
from specc.resolve.evaluation import flow, static
from specc.resolve.graphs import node_features
from specc.resolve.message import equation, message_inputs, pruned
from specc.resolve.order import bound, labels, ordered
from specc.resolve.ports import inputs
from specc.resolve.repeated import once
from specc.resolve.tensors import declare
from specc.resolve.values import (
    POISON,
    Flow,
    Number,
)
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Distribution

_INSIDE = (
    tree.Input, tree.Output, tree.Assign, tree.Let, tree.Draw, tree.Declare, tree.Evaluate,
)  # fmt: skip

EQUATIONS = {"message_passing": ("message", "aggregate", "update", "readout")}
"""The equations that a definition of each role is made of."""


def make_body(
    context: Context,
    definition: tree.Definition,
    hyperparameters: tuple[tuple[str, Static], ...],
    operands: Types | None,
    span: Span,
) -> Body | None:
    """Resolve a definition. `operands` are the types of the inputs, None to take the declared ones.

    Returns None when an input has no type. After errors inside, outputs are poisoned.
    """
    scope = Scope(context, definition.name.id, definition.role)
    scope.names = {name: Number(value, name) for name, value in hyperparameters}
    scope.places = {h.name.id: h.name.span for h in definition.hyperparameters or ()}
    scope.reserved = {n.id for s in definition.body for n in bound(s)}
    passes = definition.role == "message_passing"
    ports = (message_inputs if passes else inputs)(scope, definition, operands)
    if ports is None:
        return None
    if definition.role == "cell":
        cell.undeclared(scope, definition)
    outputs: dict[str, tuple[Flow, Span]] = {}
    alone: list[tuple[tree.Evaluate, Flow]] = []
    written = once(context, definition.body)
    for statement in ordered(scope, [s for s in written if _allowed(scope, s)]):
        _statement(scope, statement, outputs, alone)
    _only_pipe(scope, definition, outputs, alone)
    if definition.role == "cell":
        ports = (*ports, *cell.states(scope))
        outputs |= cell.next_states(scope)
    if not context.diagnostics.failed:
        _unused(scope, definition, hyperparameters)
    if definition.role == "cell":
        cell.reserved(scope)
        cell.has_state(scope, definition)
    refs = tuple((name, value.ref) for name, (value, _) in outputs.items())
    refs = _sound(scope, refs, span)
    if passes:
        refs = pruned(scope, refs)
    return scope.body(definition, hyperparameters, ports, refs)


def _sound(
    scope: Scope, refs: tuple[tuple[str, Ref], ...], span: Span
) -> tuple[tuple[str, Ref], ...]:
    """Poisoned outputs point at one node of unknown type, so that a body is always whole."""
    if all(ref.node >= 0 for _, ref in refs):
        return refs
    scope.diagnostics.poisoned = True
    poison = scope.add("unknown", span, ReadPort("?"), (), (("output", UNKNOWN),)).ref
    return tuple((name, ref if ref.node >= 0 else poison) for name, ref in refs)


def _allowed(scope: Scope, statement: tree.Statement) -> bool:
    if isinstance(statement, _INSIDE) or (scope.role == "cell" and cell.belongs(statement)):
        return True
    if isinstance(statement, tree.Equation) and statement.role in EQUATIONS.get(scope.role, ()):
        return True
    word = statement.span.first_word
    scope.context.report(
        "E190" if isinstance(statement, (tree.Loop, tree.Branch)) else "E103",
        f'"{word}" does not belong in a {scope.role}',
        statement.span,
        helps=_instead(statement),
    )
    return False


def _instead(statement: tree.Statement) -> tuple[str, ...]:
    """What says in a network what a statement of a program says."""
    match statement:
        case tree.Return(_, value) if "\n" not in value.span.text:
            return (f"out y = {value.span.text}",)
        case tree.Loop(_, None):
            return ("in a pipe: x -> repeat 3 { linear(8) -> relu }",)
        case tree.Loop():
            return ("in a pipe: x -> for c in [16, 32] { conv(c, 3x3) -> relu }",)
        case tree.Branch():
            return (
                "for each number: where(c, a, b)",
                "where c is known before anything runs: a if c else b",
            )
        case _:
            return ()


def _statement(
    scope: Scope,
    statement: tree.Statement,
    outputs: dict[str, tuple[Flow, Span]],
    alone: list[tuple[tree.Evaluate, Flow]],
) -> None:
    match statement:
        case tree.Input():
            pass
        case tree.Assign():
            assign(scope, statement)
        case tree.Let():
            let(scope, statement)
        case tree.Draw():
            scope.bind(
                statement.target,
                draw(scope, statement.distribution, statement.frozen),
            )
        case tree.Declare(kind="state") if scope.role == "cell":
            cell.declare(scope, statement)
        case tree.Equation():
            (cell.equation if scope.role == "cell" else equation)(scope, statement)
        case tree.Declare():
            declare(scope, statement, static)
        case tree.Output():
            _output(scope, statement, outputs)
        case tree.Evaluate():
            alone.append((statement, flow(scope, statement.value)))


def _output(scope: Scope, statement: tree.Output, outputs: dict[str, tuple[Flow, Span]]) -> None:
    if statement.drawn and statement.target is not None and statement.value is not None:
        value = named(scope, draw(scope, statement.value, False), statement.target)
        scope.bind(statement.target, value)
    elif statement.value is not None:
        value = flow(scope, statement.value)
        if statement.target is not None:
            value = named(scope, value, statement.target)
            scope.bind(statement.target, value)
    else:
        assert statement.target is not None
        value = flow(scope, statement.target)
    value = node_features(scope, value, statement.span)
    name = statement.target.id if statement.target is not None else "output"
    if statement.target is not None:
        scope.read.add(name)
    if isinstance(value.type, Distribution):
        scope.context.report(
            "E203",
            f"{name} is a distribution; a network gives tensors",
            statement.span,
            helps=(f"out {name} ~ … draws from it",),
        )
        value = POISON
    if name in outputs or (outputs and scope.role == "cell"):
        _one_too_many(scope, statement)
        name, value = next(iter(outputs)), POISON
    outputs[name] = (value, statement.span)


def _one_too_many(scope: Scope, statement: tree.Output) -> None:
    """A second output of a cell, or one that cannot be told from another; a name bound twice was said."""
    if statement.value is not None and statement.target is not None:
        first = scope.places.get(statement.target.id)
        if first is not None and first != statement.target.span:
            return
    if scope.role == "cell":
        message = f"cell {scope.name} has one output, and this is a second"
        help = "out [next h, g] gives both side by side; behind a scan, s.h is the last state"
    elif statement.target is None:
        message, help = "two outputs have no name", "out a = …"
    else:
        message, help = f"the output {statement.target.id} is there twice", ""
    scope.context.report("E505", message, statement.span, helps=(help,) if help else ())


def _only_pipe(
    scope: Scope,
    definition: tree.Definition,
    outputs: dict[str, tuple[Flow, Span]],
    alone: list[tuple[tree.Evaluate, Flow]],
) -> None:
    """A definition with exactly one pipe needs no `out`."""
    if not outputs and len(alone) == 1:
        statement, value = alone.pop()
        outputs["output"] = (value, statement.span)
    elif not outputs:
        wrong = any(value is POISON for _, value in alone)  # perhaps no pipe of its own
        if not wrong and not scope.diagnostics.unread(definition.span):
            _no_output(scope, definition, len(alone))
        outputs["output"] = (POISON, definition.name.span)
        return
    for statement, value in alone:
        if value is not POISON:
            _unused_pipe(scope, statement)


def _unused_pipe(scope: Scope, statement: tree.Evaluate) -> None:
    """Report a pipe that no name keeps: what comes behind the last of its stages that something reads."""
    pipe = statement.value
    stages = pipe.stages if isinstance(pipe, tree.Pipe) else ()
    read = [i for i, s in enumerate(stages) if any(n.id in scope.read for n in labels(s))]
    if not read:
        _report_unused(scope, None, statement.span)
        return
    behind = stages[read[-1] + 1 :]
    label = stages[read[-1]].label
    if behind and label is not None:
        place = behind[0].span.to(behind[-1].span)
        message = f"what comes behind {label.id} is computed and never used"
        end = f"-> {behind[-1].operation.span.text} as {label.id}"
        help = f"{label.id} is what stands before it; where the end is meant: {end}"
        _warn(scope, message, place, help)


def _no_output(scope: Scope, definition: tree.Definition, pipes: int) -> None:
    has = f"has {pipes} pipes and" if pipes else "has"
    message = f"{definition.role} {definition.name.id} {has} no output"
    scope.context.report("E505", message, definition.name.span, helps=("out y = …",))


def _unused(
    scope: Scope, definition: tree.Definition, hyperparameters: tuple[tuple[str, Static], ...]
) -> None:
    names = {n for n in scope.names if n in scope.places} | {n for n, _ in hyperparameters}
    inside = {n.span.start for s in definition.body for n in labels(s, rounds=True)}
    for name in sorted(names - scope.read):
        place = scope.places.get(name)
        if name.startswith("_") or place is None:
            continue
        meaning = scope.names[name]
        if name in scope.states:
            message = f"no step reads the state {name} that the one before has left"
            _warn(
                scope,
                message,
                place,
                f"next {name} = … {name} …; what no step hands on is a plain name",
            )
        elif isinstance(meaning, Flow) and _is_input(scope, meaning):
            _warn(
                scope, f'nothing reads the input "{name}"', place, f"delete it, or name it _{name}"
            )
        elif isinstance(meaning, Flow) and meaning is not POISON:
            if place.start not in inside:
                _report_unused(scope, name, place, _lost(scope, meaning))
        elif not isinstance(meaning, Flow):
            _warn(scope, f'"{name}" is never used', place, f"delete it, or name it _{name}")


def _is_input(scope: Scope, value: Flow) -> bool:
    return value.ref.node >= 0 and isinstance(scope.nodes[value.ref.node].operation, ReadPort)


def _lost(scope: Scope, value: Flow) -> str:
    """`(256 + 1)·10 = 2,570 parameters that no loss reaches`, of the layer that made a value."""
    operation = scope.nodes[value.ref.node].operation if value.ref.node >= 0 else None
    stage = getattr(operation, "stage", None)
    unit = scope.stages[stage[0]].unit if stage and stage[0] in scope.stages else None
    count = unit.count if isinstance(unit, Inference) else None
    return "" if count is None else f"{count.working()} parameters that no loss reaches"


def _report_unused(scope: Scope, name: str | None, place: Span, lost: str = "") -> None:
    what = f'"{name}"' if name else "this pipe"
    keep = (
        f', write "out {name} = …", or name it _{name} to keep it' if name else ', or write "out"'
    )
    _warn(scope, f"{what} is computed and never used", place, f"delete it{keep}", lost)


def _warn(scope: Scope, message: str, place: Span, help: str, text: str = "") -> None:
    scope.diagnostics.add(Diagnostic("W405", message, place, text, helps=(help,)))

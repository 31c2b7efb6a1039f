"""The body of a definition for one choice of hyperparameters and operand types."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Diagnostic
from specc.nearest import nearest
from specc.program import BareTensor, Body, ReadPort, ReadTensor, Ref, Stage, Static
from specc.resolve.context import Context, Scope, Types
from specc.resolve.draw import draw
from specc.resolve.expression import evaluate, flow, static
from specc.resolve.order import bound, ordered
from specc.resolve.tensors import declare
from specc.resolve.values import (
    POISON,
    BlockMaker,
    Flow,
    LayerMaker,
    Number,
    SharedInstance,
)
from specc.sizes import Symbolic, symbol
from specc.source import Span
from specc.syntax import tree
from specc.types import PORT_AXES, UNKNOWN, Distribution, Tensor, Unknown, ValueType

_INSIDE = (
    tree.Input, tree.Output, tree.Assign, tree.Let, tree.Draw, tree.Declare, tree.Evaluate,
)  # fmt: skip


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
    inputs = _inputs(scope, definition, operands, span)
    if inputs is None:
        return None
    outputs: dict[str, tuple[Flow, Span]] = {}
    alone: list[tuple[tree.Evaluate, Flow]] = []
    for statement in ordered([s for s in definition.body if _allowed(scope, s)], context.diagnostics):
        _statement(scope, statement, outputs, alone)
    _only_pipe(scope, definition, outputs, alone)
    _unused(scope, definition, hyperparameters)
    refs = tuple((name, value.ref) for name, (value, _) in outputs.items())
    refs = _sound(scope, refs, span)
    return scope.body(definition, hyperparameters, inputs, refs)


def _sound(
    scope: Scope, refs: tuple[tuple[str, Ref], ...], span: Span
) -> tuple[tuple[str, Ref], ...]:
    """Poisoned outputs point at one node of unknown type, so that a body is always whole."""
    if all(ref.node >= 0 for _, ref in refs):
        return refs
    poison = scope.add("unknown", span, ReadPort("?"), (), (("output", UNKNOWN),)).ref
    return tuple((name, ref if ref.node >= 0 else poison) for name, ref in refs)


def _allowed(scope: Scope, statement: tree.Statement) -> bool:
    if isinstance(statement, _INSIDE):
        return True
    word = statement.span.text.split(None, 1)[0]
    scope.context.report(
        "E190" if isinstance(statement, (tree.Equation, tree.Loop, tree.Branch)) else "E103",
        f'"{word}" does not belong in a {scope.role}',
        statement.span,
    )
    return False


# --------------------------------------------------------------------- inputs


def _inputs(
    scope: Scope, definition: tree.Definition, operands: Types | None, span: Span
) -> tuple[tuple[str, ValueType], ...] | None:
    declared = [
        (name, s.type) for s in definition.body if isinstance(s, tree.Input) for name in s.names
    ]
    if not declared:
        if definition.role != "block":
            scope.context.report(
                "E502",
                f"{definition.role} {definition.name.id} has no input",
                definition.name.span,
                helps=("in x: image[1, 28, 28]",),
            )
            return None
        declared = [(tree.Name(definition.name.span, "x"), None)]
    inputs: list[tuple[str, ValueType]] = []
    for number, (name, written) in enumerate(declared):
        type = _input(scope, name, written, None if operands is None else operands[number])
        if type is None:
            return None
        inputs.append((name.id, type))
        read = scope.add(name.id, name.span, ReadPort(name.id), (), (("output", type),), named=True)
        scope.bind(name, POISON if isinstance(type, Unknown) else read)
    return tuple(inputs)


def _input(
    scope: Scope, name: tree.Name, written: tree.Expr | None, operand: ValueType | None
) -> ValueType | None:
    if written is None:
        return operand
    declared = port_type(scope, written)
    if operand is None or isinstance(operand, Unknown) or isinstance(declared, Unknown):
        return declared
    if isinstance(operand, Tensor) and isinstance(declared, Tensor):
        return _agree(scope, name, declared, operand)
    return declared


def _agree(scope: Scope, name: tree.Name, declared: Tensor, operand: Tensor) -> ValueType:
    """A port's type with the sizes of the call: free sizes are filled, fixed ones must be equal."""
    if declared.sizes == operand.sizes:
        return declared
    free = declared.rank == operand.rank and all(
        a == b or isinstance(a, Symbolic) or isinstance(b, Symbolic)
        for a, b in zip(declared.sizes, operand.sizes, strict=True)
    )
    if free:
        return declared if scope.role != "block" else declared.with_sizes(operand.sizes)
    scope.context.report(
        "E302",
        f"{scope.role} {scope.name} takes {name.id}: {declared}, and gets {operand}",
        name.span,
    )
    return UNKNOWN


def port_type(scope: Scope, written: tree.Expr) -> ValueType:
    """`image[1, 28, 28]` as a type; an upper-case name that is bound to nothing is a free size."""
    base = written.base if isinstance(written, tree.Index) else written
    given = written.arguments if isinstance(written, tree.Index) else ()
    if not isinstance(base, tree.Name):
        scope.context.report("E203", "a type is a word with sizes: image[1, 28, 28]", written.span)
        return UNKNOWN
    if base.id in ("graph", "tree", "distribution"):
        scope.context.report(
            "E190", f"{base.id} is not compiled by this version of specc", written.span
        )
        return UNKNOWN
    if base.id not in (*PORT_AXES, "tensor"):
        close = nearest(base.id, [*PORT_AXES, "tensor"])
        scope.context.report(
            "E206",
            f'there is no type "{base.id}"',
            base.span,
            text=f'did you mean "{close[0]}"?' if close else "",
            notes=(f"types: {', '.join(PORT_AXES)}, tensor",),
        )
        return UNKNOWN
    return _typed(scope, base, given, written)


def _typed(
    scope: Scope, base: tree.Name, given: Sequence[tree.Argument], written: tree.Expr
) -> ValueType:
    sizes = [_size(scope, a) for a in given if a.name is None]
    named = {a.name.id: a for a in given if a.name is not None}
    if any(s is None for s in sizes):
        return UNKNOWN
    known = tuple(s for s in sizes if s is not None)
    if base.id == "category":
        return _category(scope, known, named, written)
    classes = None
    if base.id == "tokens":
        classes = _size(scope, named.pop("vocab")) if "vocab" in named else None
        if classes is None:
            scope.context.report(
                "E202", "tokens needs its vocab", written.span, notes=("tokens[T, vocab=1000]",)
            )
            return UNKNOWN
    axes = (
        tuple(f"axis{i}" for i in range(len(known))) if base.id == "tensor" else PORT_AXES[base.id]
    )
    if named:
        other = next(iter(named.values()))
        scope.context.report("E202", f"{base.id} has no {next(iter(named))}", other.span)
        return UNKNOWN
    if len(known) != len(axes):
        scope.context.report(
            "E203",
            f"{base.id} has {len(axes)} sizes, not {len(known)}",
            written.span,
            notes=(f"{base.id}[{', '.join(axes)}]",),
        )
        return UNKNOWN
    return Tensor(known, axes, "int" if base.id == "tokens" else "float", classes)


def _category(
    scope: Scope, sizes: tuple[int | Symbolic, ...], named: dict[str, tree.Argument], written: tree.Expr
) -> ValueType:
    if len(sizes) != 1 or named:
        scope.context.report(
            "E203", "category needs its number of classes", written.span, notes=("category[10]",)
        )
        return UNKNOWN
    return Tensor((), (), "int", sizes[0])


def _size(scope: Scope, argument: tree.Argument) -> int | Symbolic | None:
    expr = argument.value
    if isinstance(expr, tree.Name) and _is_free(scope, expr):
        scope.read.add(expr.id)
        return symbol(expr.id)
    value = static(scope, expr)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Symbolic)):
        scope.context.report("E203", "a size is a whole number", expr.span)
        return None
    if isinstance(value, int) and value < 1:
        scope.context.report("E204", f"a size is at least 1, not {value}", expr.span)
        return None
    return value


def _is_free(scope: Scope, name: tree.Name) -> bool:
    known = name.id in scope.names or name.id in scope.context.parameters
    return not known and name.id.upper() == name.id and name.id[:1].isalpha()


# ----------------------------------------------------------------- statements


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
            scope.bind(statement.target, draw(scope, statement.distribution, statement.target, statement.frozen, evaluate))
        case tree.Declare():
            declare(scope, statement, static)
        case tree.Output():
            _output(scope, statement, outputs)
        case tree.Evaluate():
            alone.append((statement, flow(scope, statement.value)))


def assign(scope: Scope, statement: tree.Assign) -> None:
    """`h = …`, `mu, logvar = …`: names for the values of an expression."""
    meaning = evaluate(scope, statement.value)
    if len(statement.targets) == 1:
        name = statement.targets[0]
        if isinstance(meaning, (Number, LayerMaker, BlockMaker)):
            _assign_other(scope, name, meaning)
            return
        value = flow_of(scope, meaning, statement.value)
        scope.bind(name, _named(scope, value, name))
        return
    value = flow_of(scope, meaning, statement.value)
    count = len(statement.targets)
    if value is not POISON and len(value.ports) != count:
        has = f"{len(value.ports)} output{'s' if len(value.ports) != 1 else ''}"
        scope.context.report("E203", f"{count} names for a value with {has}", statement.span)
        value = POISON
    for number, name in enumerate(statement.targets):
        part = POISON if value is POISON else Flow((value.ports[number],), value.stage)
        scope.bind(name, part)


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


def flow_of(scope: Scope, meaning: object, expr: tree.Expr) -> Flow:
    """The meaning of an expression as a computed value."""
    from specc.resolve.convert import as_flow

    return as_flow(scope, meaning, expr.span)  # type: ignore[arg-type]


def _named(scope: Scope, value: Flow, name: tree.Name) -> Flow:
    """Note on the node that its value has this name in the spec."""
    from dataclasses import replace

    node = value.ref.node
    if node >= 0 and scope.nodes[node].variable is None and len(value.ports) == 1:
        if not isinstance(scope.nodes[node].operation, (ReadPort, ReadTensor)):
            scope.nodes[node] = replace(scope.nodes[node], variable=name.id)
    return value


def let(scope: Scope, statement: tree.Let) -> None:
    """`let f = residual(64)`: one instance under a name."""
    meaning = evaluate(scope, statement.value)
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


def _output(
    scope: Scope, statement: tree.Output, outputs: dict[str, tuple[Flow, Span]]
) -> None:
    if statement.drawn and statement.target is not None and statement.value is not None:
        value = draw(scope, statement.value, statement.target, False, evaluate)
        scope.bind(statement.target, value)
    elif statement.value is not None:
        value = flow(scope, statement.value)
        if statement.target is not None:
            value = _named(scope, value, statement.target)
            scope.bind(statement.target, value)
    else:
        assert statement.target is not None
        value = flow(scope, statement.target)
    name = statement.target.id if statement.target is not None else "output"
    if statement.target is not None:
        scope.read.add(name)
    if isinstance(value.type, Distribution):
        scope.context.report(
            "E203", f"{name} is a distribution; a network gives tensors", statement.span,
            helps=(f"out {name} ~ … draws from it",),
        )
        value = POISON
    outputs[name] = (value, statement.span)


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
        scope.context.report(
            "E505",
            f"{definition.role} {definition.name.id} has no output"
            if not alone
            else f"{definition.role} {definition.name.id} has {len(alone)} pipes and no output",
            definition.name.span,
            helps=("out y = …",),
        )
        outputs["output"] = (POISON, definition.name.span)
        return
    for statement, value in alone:
        if value is not POISON:
            _report_unused(scope, None, statement.span, value)


def _unused(
    scope: Scope, definition: tree.Definition, hyperparameters: tuple[tuple[str, Static], ...]
) -> None:
    names = {n for n in scope.names if n in scope.places} | {n for n, _ in hyperparameters}
    for name in sorted(names - scope.read):
        place = scope.places.get(name)
        if name.startswith("_") or place is None:
            continue
        meaning = scope.names[name]
        if isinstance(meaning, Flow) and meaning is not POISON:
            if meaning.stage is not None and _is_label(definition, name):
                continue
            _report_unused(scope, name, place, meaning)
        elif not isinstance(meaning, Flow):
            _warn(scope, f'"{name}" is never used', place, f"delete it, or name it _{name}")


def _is_label(definition: tree.Definition, name: str) -> bool:
    from specc.resolve.order import labels

    return any(n.id == name for s in definition.body for n in labels(s))


def _report_unused(scope: Scope, name: str | None, place: Span, value: Flow) -> None:
    what = f'"{name}"' if name else "this pipe"
    keep = f', write "out {name} = …", or name it _{name} to keep it' if name else ', or write "out"'
    _warn(scope, f"{what} is computed and never used", place, f"delete it{keep}")


def _warn(scope: Scope, message: str, place: Span, help: str) -> None:
    scope.diagnostics.add(Diagnostic("W405", message, place, helps=(help,)))



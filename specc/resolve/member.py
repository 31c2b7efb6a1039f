"""What stands behind a dot: an axis size, a port, a side result, a stage, a weight."""

from __future__ import annotations

from msgspec.structs import replace

from specc.diagnostics import Diagnostic
from specc.layers.base import Inference, Parameter
from specc.nearest import nearest
from specc.program import BareTensor, Body, Invoke, Node, Path, ReadPort, Ref, Rounds, Stage
from specc.resolve.context import Scope
from specc.resolve.convert import unknown_name
from specc.resolve.free import filled, fillings
from specc.resolve.graphs import end_of, features, graph_behind, node_features
from specc.resolve.message import PLACES
from specc.resolve.order import labels
from specc.resolve.values import (
    POISON,
    Flow,
    Meaning,
    NetworkInstance,
    Number,
    SharedInstance,
    Splits,
    StageInstance,
    TensorRef,
    Word,
)
from specc.sizes import Size
from specc.syntax import tree
from specc.types import Graph, Tensor

SPLITS = ("train", "validation", "test")


def member(scope: Scope, base: Meaning, expr: tree.Member) -> Meaning:
    """The meaning of `base.name`."""
    match base:
        case Flow() if base is POISON:
            return POISON
        case Flow():
            return _of_flow(scope, base, expr)
        case NetworkInstance(name):
            return _of_network(scope, name, expr)
        case StageInstance(path, body):
            return _of_stage(scope, path, body.stage(path[-1]), expr)
        case SharedInstance(stage=stage) if stage is not None:
            return _of_stage(scope, stage, scope.stages[stage[-1]], expr)
        case Splits(name, parts):
            found = dict(parts).get(expr.name.id)
            return found or _unknown(scope, expr, f"train {name}", [word for word, _ in parts])
        case Word(name) if isinstance(expr.base, tree.Name):
            return _of_word(scope, name, expr.base)
        case _:
            return scope.context.report("E401", f"this has no {expr.name.id}", expr.name.span)


def _of_word(scope: Scope, word: str, base: tree.Name) -> Flow:
    """`test.x` outside of a program, or a name that nothing has."""
    if word not in SPLITS:
        return unknown_name(scope, word, base.span)
    message, help = (
        f"the {word} rows are read in a program, not in a {scope.role}",
        "program NAME { show … }",
    )
    if scope.role == "program":
        message, help = f"no rows are kept for {word}", f"{word} 0.1, in the train block"
    return scope.context.report("E402", message, base.span, helps=(help,))


def _of_flow(scope: Scope, value: Flow, expr: tree.Member) -> Meaning:
    name = expr.name.id
    for port, ref, type in value.ports:
        if port == name:
            return Flow(((port, ref, type),), value.stage, value.graph)
    found = _inside_call(scope, value, name)
    if found is not None:
        return found
    if graph_behind(value) is not None:
        if name in ("source", "target"):
            return end_of(scope, value, name, expr.span)
        if name in PLACES:
            return _at_place(scope, value, name, expr)
        value = node_features(scope, value, expr.span)
    if isinstance(value.type, Tensor) and name in value.type.axes:
        return Number(value.type.sizes[value.type.axes.index(name)])
    if isinstance(value.type, Tensor) and name in ("rank", "size"):
        return Number(value.type.rank if name == "rank" else _elements(value.type))
    stage = scope.stages.get(value.stage[0]) if value.stage and len(value.stage) == 1 else None
    if stage is not None and value.stage is not None:
        return _of_stage(scope, value.stage, stage, expr)
    return _unknown_part(scope, value, expr)


def _unknown_part(scope: Scope, value: Flow, expr: tree.Member) -> Flow:
    if value.stage is not None and _labelled(scope, value.stage[0], expr.name.id):
        return POISON
    axes = value.type.axes if isinstance(value.type, Tensor) else ()
    return _unknown(scope, expr, "this value", [*axes, *(p for p, _, _ in value.ports)])


def _at_place(scope: Scope, value: Flow, word: str, expr: tree.Member) -> Flow:
    """`g.node`, `g.edge`, `g.global`, where new features of the nodes are the value itself."""
    graph = graph_behind(value)
    assert graph is not None
    return (
        value if word == "node" and value is not graph else features(scope, graph, word, expr.span)
    )


def _elements(type: Tensor) -> Size:
    total: Size = 1
    for size in type.sizes:
        total = total * size
    return total


def _inside_call(scope: Scope, value: Flow, name: str) -> Flow | None:
    """`e.hidden` for `e = Encoder(x)`: a value inside the network that was called."""
    node = scope.nodes[value.ref.node] if value.ref.node >= 0 else None
    if node is None or not isinstance(node.operation, Invoke):
        return None
    inner = find_node(node.operation.body, name)
    return None if inner is None else tapped(scope, value.ref.node, name, inner)


def find_node(body: Body, name: str) -> Node | None:
    """The node of a body with that name or variable."""
    return next((n for n in body.nodes if name in (n.name, n.variable)), None)


def tapped(scope: Scope, call: int, name: str, inner: Node) -> Flow:
    """A value inside a called network as one more port of the call."""
    node = scope.nodes[call]
    assert isinstance(node.operation, Invoke)
    given = [scope.nodes[r.node].type(r.port) for r in node.operands if r is not None]
    type = filled(inner.types[0][1], fillings(node.operation.body, given))
    if all(port != name for port, _ in node.types):
        scope.nodes[call] = replace(node, types=(*node.types, (name, type)))
    scope.context.taps[(node.operation.body.name, name)] = None
    over = type.over if isinstance(type, Tensor) else "items"
    graph = _graph_given(scope, node) if over == "nodes" else None
    return Flow(((name, Ref(call, name), type),), graph=graph)


def _graph_given(scope: Scope, call: Node) -> Flow | None:
    """The one graph that a call was given, on whose nodes its values stand."""
    refs = [r for r in call.operands if r is not None]
    graphs = [(r, t) for r in refs if isinstance(t := scope.nodes[r.node].type(r.port), Graph)]
    return Flow((("output", *graphs[0]),)) if len(graphs) == 1 else None


def _of_network(scope: Scope, name: str, expr: tree.Member) -> Meaning:
    body = scope.context.network(name, None, expr.span)
    if body is None:
        return POISON
    stage = next((s for s in body.stages if s.name == expr.name.id), None)
    scope.uses[name] = None
    if stage is not None:
        if isinstance(stage.unit, BareTensor):
            return TensorRef((name, stage.name), stage.unit.parameter)
        return StageInstance((name, stage.name), body)
    if find_node(body, expr.name.id) is not None:
        return value_of_call(scope, name, expr)
    if _labelled(scope, name, expr.name.id):
        return POISON
    named = (n for n in body.nodes if n.named and not isinstance(n.operation, ReadPort))
    names = [*(s.name for s in body.stages), *(n.name for n in named)]
    return _unknown(scope, expr, f"{body.role} {name}", list(dict.fromkeys(names)), body)


def _labelled(scope: Scope, network: str, name: str) -> bool:
    """Whether a network's text names such a stage, which an error reported there has spoilt."""
    definition = scope.context.definitions.get(network)
    return definition is not None and name in {n.id for n in labels(definition.body)}


def value_of_call(scope: Scope, name: str, expr: tree.Member) -> Flow:
    """`Encoder.h` where Encoder is called once: the value in that call."""
    calls = [
        i
        for i, n in enumerate(scope.nodes)
        if isinstance(n.operation, Invoke) and n.operation.stage == (name,)
    ]
    if len(calls) != 1:
        text = "is not called before this" if not calls else f"is called {len(calls)} times"
        call = f"{name}(…)"
        again = f"name the call: e = {call}, then e.{expr.name.id}"
        if scope.role == "program":  # where a name keeps what comes out, and nothing inside
            again = f"{call}.{expr.name.id}"
        return scope.context.report(
            "E402",
            f"{name}.{expr.name.id} has no one value here: {name} {text}",
            expr.span,
            helps=(again,),
        )
    operation = scope.nodes[calls[0]].operation
    assert isinstance(operation, Invoke)
    inner = find_node(operation.body, expr.name.id)
    assert inner is not None
    return tapped(scope, calls[0], expr.name.id, inner)


def _of_stage(scope: Scope, path: Path, stage: Stage, expr: tree.Member) -> Meaning:
    name = expr.name.id
    match stage.unit:
        case Inference():
            parameter = next((p for p in stage.unit.parameters if p.name == name), None)
            if parameter is not None:
                return _untied(stage, path, parameter)
            owned = [p.name for p in stage.unit.parameters]
            return _unknown(scope, expr, f"{stage.name}", owned)
        case BareTensor(parameter):
            return TensorRef(path, parameter)
        case Body() | Rounds():
            return _of_block(scope, path, stage, expr)


def _of_block(scope: Scope, path: Path, stage: Stage, expr: tree.Member) -> Meaning:
    if isinstance(stage.unit, Body):
        inner = next((s for s in stage.unit.stages if s.name == expr.name.id), None)
        if inner is not None:
            return StageInstance((*path, inner.name), stage.unit)
        return _unknown(scope, expr, stage.name, [s.name for s in stage.unit.stages])
    return scope.context.report(
        "E401", f"{stage.name} is a repetition: its rounds have no single {expr.name.id}", expr.span
    )


def _untied(stage: Stage, path: Path, parameter: Parameter) -> TensorRef:
    """A weight that is itself tied stands for its owner."""
    tie = next((t for t in stage.ties if t.parameter == parameter.name), None)
    if tie is None:
        return TensorRef(path, parameter)
    owner = Parameter(tie.tensor, parameter.sizes, parameter.count, parameter.kind)
    return TensorRef(tie.path, owner, tie.transposed)


def _unknown(
    scope: Scope, expr: tree.Member, owner: str, names: list[str], body: Body | None = None
) -> Flow:
    close = nearest(expr.name.id, names)
    line = ""
    if close and body is not None:
        where = next((s.span for s in body.stages if s.name == close[0]), None)
        line = f" (line {where.line})" if where is not None else ""
    what = "stage" if body is not None else "part"
    scope.diagnostics.add(
        Diagnostic(
            "E401",
            f'{owner} has no {what} "{expr.name.id}"',
            expr.name.span,
            text=f'did you mean "{close[0]}"{line}?' if close else "",
            notes=(f"{what}s of {owner.rsplit(maxsplit=1)[-1]}: {', '.join(names[:12])}",)
            if names
            else (),
        )
    )
    return POISON

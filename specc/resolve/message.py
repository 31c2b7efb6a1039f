"""Message-passing layers: their inputs, their equations, and what a call gives.

A layer sees the graph through its inputs: `in x` are the features of the nodes, `in e: edge` and
`in u: global` those of edges and of the whole graph. A `message` is a value on edges, `aggregate` brings
edges together at the nodes where they arrive, `update` is the new value of a node, and `readout` one
of the whole graph (Gilmer et al. 2017; the words of a full block are those of Battaglia et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from specc.nearest import nearest
from specc.program import Node, Operation, ReadPort, Ref, Rounds
from specc.resolve.assign import flow_of, named
from specc.resolve.context import Context, Scope, Types
from specc.resolve.graphs import degree, features, graph_behind, lifted, place
from specc.resolve.order import names_read
from specc.resolve.values import POISON, Flow
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Graph, Over, Tensor, Unknown, ValueType

PLACES = ("node", "edge", "global")
_EDGES = {"degree": "target", "in_degree": "target", "out_degree": "source"}
_WANTED: dict[str, Over] = {
    "message": "edges",
    "aggregate": "nodes",
    "update": "nodes",
    "readout": "items",
}
_MEANS = {
    "message": "a message is a value on edges",
    "aggregate": "aggregate brings edges together at nodes",
    "update": "update gives a value of nodes",
    "readout": "readout gives one value of the whole graph",
}
_HELPS = {
    "message": "x.source is the node that a message comes from",
    "aggregate": "sum(…), mean(…), max(…), min(…) or std(…) of the messages",
    "update": "",
    "readout": "mean(…) of the nodes",
}


# ----------------------------------------------------------------------- inputs


def places(definition: tree.Definition) -> list[tuple[tree.Name, tree.Expr | None]]:
    """The inputs in order with their written place, None for the features of the nodes."""
    inputs = (s for s in definition.body if isinstance(s, tree.Input))
    return [(name, s.type) for s in inputs for name in s.names]


def place_of(written: tree.Expr | None) -> str:
    """`node`, `edge` or `global`; empty for anything else."""
    if written is None:
        return "node"
    return written.id if isinstance(written, tree.Name) and written.id in PLACES else ""


def graph_port(definition: tree.Definition) -> str:
    """The name of the input that holds the graph itself."""
    taken = {name.id for name, _ in places(definition)}
    return next(n for n in ("graph", "graph_", "graph__") if n not in taken)


def message_inputs(
    scope: Scope, definition: tree.Definition, operands: Types | None
) -> tuple[tuple[str, ValueType], ...]:
    """Make the input nodes, the graph last, and the names that every layer has (`degree`)."""
    written = places(definition)
    types = operands if operands is not None else (UNKNOWN,) * (len(written) + 1)
    port = graph_port(definition)
    graph = scope.add(port, definition.name.span, ReadPort(port), (), (("output", types[-1]),))
    made: list[tuple[str, ValueType]] = []
    for (name, _), type in zip(written, types, strict=False):
        made.append((name.id, type))
        read = scope.add(name.id, name.span, ReadPort(name.id), (), (("output", type),), named=True)
        known = not isinstance(type, Unknown)
        scope.bind(name, replace(read, graph=graph) if known else POISON)
    _degrees(scope, definition, graph)
    return (*made, (port, types[-1]))


def _degrees(scope: Scope, definition: tree.Definition, graph: Flow) -> None:
    read = {n.id: n.span for n in names_read(definition.body)}
    for word, end in _EDGES.items():
        if word in read and word not in scope.reserved:
            known = isinstance(graph.type, Graph)
            made = degree(scope, graph, end, read[word]) if known else POISON
            name = tree.Name(read[word], word)
            scope.names[word] = named(scope, made, name)


def check_inputs(context: Context, definition: tree.Definition) -> None:
    """Report inputs that stand nowhere, and places that are read twice."""
    found: dict[str, tree.Name] = {}
    for name, written in places(definition):
        word = place_of(written)
        if not word:
            _unknown_place(context, name, written)
        if word in found:
            helps = ("in e: edge", "in u: global") if written is None else ()
            message = f"{found[word].id} and {name.id} are both the {word} features"
            context.report("E206", message, name.span, helps=helps)
        found[word] = name
    if not found:
        context.report(
            "E505",
            f"message_passing {definition.name.id} has no input",
            definition.name.span,
            helps=("in x",),
        )


def _unknown_place(context: Context, name: tree.Name, written: tree.Expr | None) -> None:
    assert written is not None
    close = nearest(written.span.text, list(PLACES))
    context.report(
        "E206",
        f"{name.id} stands on nodes, edges or the whole graph",
        written.span,
        text=f'did you mean "{close[0]}"?' if close else "",
        notes=(f"in {name.id}, in {name.id}: edge, in {name.id}: global",),
    )


# -------------------------------------------------------------------- equations


def equation(scope: Scope, statement: tree.Equation) -> None:
    """`message m = …`, `aggregate a = …`, `update y = …`, `readout r = …`."""
    scope.phase = statement.role
    value = flow_of(scope, scope.evaluate(statement.value), statement.value)
    value = lifted(scope, value, _WANTED[statement.role], statement.value.span)
    scope.phase = ""
    if value is not POISON and not _stands(value, statement.role):
        shown = str(value.type) if isinstance(value.type, Tensor) else "no tensor"
        help = _HELPS[statement.role]
        scope.context.report(
            "E306",
            f"{_MEANS[statement.role]}, and {statement.target.id} is {shown}",
            statement.value.span,
            text=shown,
            helps=(help,) if help else (),
        )
        value = POISON
    scope.bind(statement.target, named(scope, value, statement.target))


def _stands(value: Flow, role: str) -> bool:
    type = value.type
    return isinstance(type, Tensor) and type.batched and type.over == _WANTED[role]


# ------------------------------------------------------------------------ calls


def call_operands(
    scope: Scope, definition: tree.Definition, flows: Sequence[Flow], span: Span
) -> list[Flow] | None:
    """The operands of a layer in the order of its inputs, the graph last; None after an error."""
    value = flows[0] if flows else POISON
    if len(flows) != 1:
        name = definition.name.id
        scope.context.report("E202", f"{name} takes one graph, not {len(flows)} operands", span)
        return None
    graph = graph_behind(value)
    words = [place_of(written) for _, written in places(definition)]
    if value is POISON or isinstance(value.type, Unknown) or not all(words) or not words:
        return None
    if graph is None or (isinstance(value.type, Tensor) and value.type.over != "nodes"):
        scope.context.report(
            "E306",
            f"{definition.name.id} passes messages on a graph, and this is {value.type}",
            span,
            helps=("in g: graph[node=16]",),
        )
        return None
    found = [_operand(scope, value, graph, word, span) for word in words]
    return None if POISON in found else [*found, graph]


def _operand(scope: Scope, value: Flow, graph: Flow, word: str, span: Span) -> Flow:
    if word == "node" and not isinstance(value.type, Graph):
        return value
    return features(scope, graph, word, span)


def operand_types(operands: Sequence[Flow]) -> Types:
    """The types of a call's operands, the graph without what stands on it."""
    *values, graph = operands
    assert isinstance(graph.type, Graph)
    return (*(v.type for v in values), graph.type.bare)


def result(scope: Scope, made: Flow, value: Flow, span: Span) -> Flow:
    """What a call stands for in a pipe: the graph with new features where the layer gives some.

    The value of the nodes comes first; a layer that gives none keeps theirs. A layer with a readout
    alone gives that.
    """
    graph = graph_behind(value)
    assert graph is not None
    nodes, edges, whole = (_at(made, over) for over in ("nodes", "edges", "items"))
    if not nodes and not edges:
        return replace(made, graph=graph)
    if edges or whole:
        new = [Flow(p[:1], made.stage) if p else None for p in (edges, whole)]
        from specc.layers.graphs import WithFeatures  # only for specs with graphs

        graph = place(scope, WithFeatures(), (graph, None, *new), span)
    if not nodes:
        return graph if isinstance(value.type, Graph) else replace(value, graph=graph)
    return Flow(nodes, made.stage, graph)


def _at(made: Flow, over: str) -> tuple[tuple[str, Ref, ValueType], ...]:
    """The outputs of a call that stand on one kind of place."""
    return tuple(p for p in made.ports if isinstance(p[2], Tensor) and p[2].over == over)


def needs_graph(context: Context, definition: tree.Definition) -> bool:
    """Whether a block passes messages, so that it needs the graph and not only features."""
    ahead, seen = [definition], {definition.name.id}
    while ahead:
        at = ahead.pop()
        if at.role == "message_passing":
            return True
        for name in names_read(at.body):
            if name.id in ("self_loops", "undirected"):
                return True
            inner = context.definitions.get(name.id)
            if inner is not None and name.id not in seen:
                seen.add(name.id)
                ahead.append(inner)
    return False


# ---------------------------------------------------------------------- pruning


def pruned(scope: Scope, outputs: tuple[tuple[str, Ref], ...]) -> tuple[tuple[str, Ref], ...]:
    """Drop values that a lowering left unread; the outputs with their new numbers.

    Nodes that own a module stay, so that a layer that is never read is still counted and reported.
    """
    kept = _reached(scope.nodes, [ref.node for _, ref in outputs])
    numbers = {old: new for new, old in enumerate(sorted(kept))}

    def moved(ref: Ref | None) -> Ref | None:
        return None if ref is None else Ref(numbers[ref.node], ref.port)

    scope.nodes[:] = [
        replace(scope.nodes[old], operands=tuple(map(moved, scope.nodes[old].operands)))
        for old in sorted(kept)
    ]
    return tuple((name, Ref(numbers[ref.node], ref.port)) for name, ref in outputs)


def _reached(nodes: Sequence[Node], wanted: list[int]) -> set[int]:
    ahead = [*wanted, *(i for i, n in enumerate(nodes) if _stays(n.operation))]
    seen: set[int] = set()
    while ahead:
        at = ahead.pop()
        if at not in seen:
            seen.add(at)
            ahead += [r.node for r in nodes[at].operands if r is not None]
    return seen


def _stays(operation: Operation) -> bool:
    owns = getattr(operation, "stage", None) is not None
    return owns or isinstance(operation, (ReadPort, Rounds))

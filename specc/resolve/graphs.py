"""Layers on what stands on a graph: where the items of a value are, and how values of several places meet.

A graph in a pipe stands for the features of its nodes. What comes of them stands on the same nodes, so it
carries the graph with it, and the next message passing finds its edges there. Between places, a value
moves only where a spec says so (`x.source`, `sum`); what belongs to a whole graph is the same at all of
its nodes and edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from specc.formula import product, var
from specc.layers import registry
from specc.layers.base import Inference, Layer
from specc.program import Apply, Ref
from specc.resolve.context import Scope
from specc.resolve.one_graph import of_one_graph
from specc.resolve.values import POISON, Flow
from specc.sizes import Size, symbol
from specc.source import Span
from specc.types import Graph, Over, Tensor, Unknown

if TYPE_CHECKING:  # loaded only for specs with graphs
    from specc.layers.graphs import Ends

ON_GRAPHS = frozenset(("features", "self_loops", "undirected", "with_features", "degree"))
"""Layers that take a graph as it is."""
MOVES = frozenset(
    ("ends", "spread", "gathered", "neighbour_softmax", "neighbour_sum", "at", "masked")
)
"""Layers that say themselves on what their output stands."""
ROWS = frozenset(("rows", "append", "nearest", "pca", "tsne"))
"""The words of programs that choose rows: they stand where the layer says, on a graph or on none."""
REDUCTIONS = frozenset(("sum", "mean", "max", "min", "std"))
_ITEMWISE = (
    *("dense", "activation", "rectifier", "softmax", "arithmetic", "comparison"),
    *("elementwise", "shape", "indexing", "joining", "reduce"),
)
"""Families whose layers treat every item for itself."""

Place = Callable[[Scope, Layer, Sequence[Flow | None], Span], Flow]
Operands = list[Flow | None]


class Placed(Struct, frozen=True):
    """Operands that stand on one kind of place, the graph, and the end at which they were gathered.

    `end` is set where every operand was gathered at the same end of the edges: the layer is then
    applied to the nodes, which are fewer, and its value gathered instead.
    """

    flows: Operands
    graph: Flow | None
    over: Over
    end: Ends | None = None


# ------------------------------------------------------------------ single steps


def place(scope: Scope, layer: Layer, flows: Sequence[Flow | None], span: Span) -> Flow:
    """A layer without weights on operands that fit it, as one more node."""
    types = [None if f is None else f.type for f in flows]
    inference = layer.infer(*types)  # type: ignore[arg-type]
    refs = [None if f is None else f.ref for f in flows]
    name = scope.fresh(layer.shown)
    made = scope.add(name, span, Apply(layer, inference, None), refs, inference.outputs)
    return replace(made, graph=next((g for f in flows if f and (g := graph_behind(f))), None))


def graph_behind(flow: Flow) -> Flow | None:
    """The graph that a value stands on, or is."""
    return flow if isinstance(flow.type, Graph) else flow.graph


def node_features(scope: Scope, flow: Flow, span: Span) -> Flow:
    """A graph as the features of its nodes; anything else as it is."""
    return features(scope, flow, "node", span) if isinstance(flow.type, Graph) else flow


def features(scope: Scope, graph: Flow, word: str, span: Span) -> Flow:
    """`g.node`, `g.edge`, `g.global`; an error where the graph has none."""
    from specc.layers.graphs import Features

    assert isinstance(graph.type, Graph)
    if word not in dict(graph.type.features()):
        return _without(scope, graph.type, word, span)
    return place(scope, Features(of=word), (graph,), span)  # type: ignore[arg-type]


def _without(scope: Scope, graph: Graph, word: str, span: Span) -> Flow:
    names = ", ".join(name for name, _ in graph.features()) or "none"
    return scope.context.report(
        "E306",
        f"this graph has no {word} features",
        span,
        text=str(graph),
        notes=(f"it has features on: {names}",),
        helps=(f"in g: graph[node=16, {word}=8]",),
    )


def whole_graph(scope: Scope, flow: Flow, span: Span) -> Flow:
    """The graph behind a value, with the value as the features of its nodes."""
    from specc.layers.graphs import WithFeatures

    if isinstance(flow.type, Graph) or flow.graph is None:
        return flow
    if not isinstance(flow.type, Tensor) or flow.type.over != "nodes":
        return flow
    return place(scope, WithFeatures(), (flow.graph, flow, None, None), span)


def without_features(scope: Scope, graph: Flow) -> Flow:
    """The graph before it got new features of its nodes, which are a value of their own."""
    node = scope.nodes[graph.ref.node]
    while isinstance(node.operation, Apply) and node.operation.layer.word == "with_features":
        before, _, edge, whole = node.operands
        if before is None or edge is not None or whole is not None:
            break
        node = scope.nodes[before.node]
        graph = Flow((("output", before, node.type(before.port)),))
    return graph


def end_of(scope: Scope, flow: Flow, end: str, span: Span) -> Flow:
    """`x.source`, `x.target`: a value of the nodes at one end of each edge."""
    from specc.layers.graphs import Ends

    value = node_features(scope, flow, span)
    if value is POISON or value.graph is None:
        return POISON
    if not isinstance(value.type, Tensor) or value.type.over != "nodes":
        return scope.context.report(
            "E306", f"{end} is the node at one end of an edge, and this is {value.type}", span
        )
    return place(scope, Ends(end=end), (value, value.graph), span)  # type: ignore[arg-type]


def degree(scope: Scope, graph: Flow, end: str, span: Span) -> Flow:
    """`degree`, `out_degree`."""
    from specc.layers.graphs import Degree

    return place(scope, Degree(end=end), (graph,), span)  # type: ignore[arg-type]


# -------------------------------------------------------------- before a layer


def reduced(
    scope: Scope, layer: Layer, flows: Sequence[Flow | None], span: Span
) -> tuple[Layer, Operands] | None:
    """What a reduction over edges or nodes means here, or None where it is an ordinary one.

    `sum(m)` in `aggregate` brings edges together at the nodes; in `readout`, or with `axis=nodes` or
    `axis=edges`, a whole graph is brought together. `softmax(s)` is over the same edges or nodes.
    """
    value = flows[0] if flows else None
    if layer.word not in REDUCTIONS and layer.word != "softmax":
        return None
    if value is None or any(f is not None for f in flows[1:]):
        return None
    axis = getattr(layer, "axis", None)
    places = axis in ("nodes", "edges")
    graph = graph_behind(value)
    if graph is None or (axis is not None and not places):
        return None
    value = node_features(scope, value, span)
    type = value.type
    if not isinstance(type, Tensor) or type.over not in ("nodes", "edges"):
        return None
    from specc.layers.graphs import Gathered, NeighbourSoftmax
    from specc.resolve.lowering import lowered

    to = _reduced_to(scope, type, str(axis) if places else "")
    if to is None:
        return _of_nodes(scope, layer, type, axis, span)
    if layer.word == "softmax":
        return NeighbourSoftmax(to=to), [value, graph]
    sparse = lowered(scope, value, graph, layer.word) if to == "nodes" else None
    return sparse or (Gathered(how=layer.word, to=to), [value, graph])  # type: ignore[arg-type]


def _of_nodes(
    scope: Scope, layer: Layer, type: Tensor, axis: object, span: Span
) -> tuple[Layer, Operands] | None:
    """None for a reduction of features; in `aggregate` one of nodes must say that it is one."""
    if axis is not None or scope.phase != "aggregate" or layer.word == "softmax":
        return None
    scope.context.report(
        "E306",
        f"aggregate brings edges together at nodes, and this stands on nodes: {type}",
        span,
        helps=(
            "x.source is the node that an edge comes from",
            f"{layer.word}(…, axis=-1) is over the features",
        ),
    )
    return layer, [POISON]


def _reduced_to(scope: Scope, type: Tensor, axis: str) -> Over | None:
    if axis and axis != type.over:
        return None
    if scope.phase == "aggregate" and type.over == "edges":
        return "nodes"
    return "items" if axis or scope.phase == "readout" else None


def placed(scope: Scope, layer: Layer, flows: Operands, span: Span) -> Placed | None:
    """The operands of a layer on one kind of place, or None after an error."""
    if any(f is not None and isinstance(f.type, Unknown) for f in flows):
        return None
    if layer.word in ON_GRAPHS:
        return _on_graph(scope, layer, flows, span)
    if layer.word in ROWS:
        return _of_rows(scope, layer, flows, span)
    moves = layer.word in MOVES
    given = [
        node_features(scope, f, span) if f is not None and not (moves and at) else f
        for at, f in enumerate(flows)
    ]
    if any(f is POISON for f in given):
        return None
    graph = next((g for f in given if f is not None and (g := graph_behind(f))), None)
    if moves:
        return Placed(given, graph, "items")
    end = _common_end(scope, layer, given)
    if end is not None:
        given = [_ungathered(scope, f) for f in given]
    over = _common_place(scope, layer, given, span)
    if over is None or not of_one_graph(scope, layer.shown, given, over, span):
        return None
    graph = next((f.graph for f in given if f and f.graph and _over(f) == over), graph)
    there = [_lifted(scope, f, over, graph, span) for f in given]
    return Placed(there, graph, over, end)


def _on_graph(scope: Scope, layer: Layer, flows: Operands, span: Span) -> Placed | None:
    first = flows[0]
    if first is None or graph_behind(first) is None:
        shown = "nothing" if first is None else str(first.type)
        scope.context.report("E306", f"{layer.word} takes a graph, not {shown}", span)
        return None
    whole = whole_graph(scope, first, span)
    return Placed([whole, *flows[1:]], whole, "items")


def _of_rows(scope: Scope, layer: Layer, flows: Operands, span: Span) -> Placed | None:
    """Operands of a word that chooses rows; what it gives has as many as `keeps`, on its graph."""
    given = [None if f is None else node_features(scope, f, span) for f in flows]
    if any(f is POISON for f in given):
        return None
    keeps = given[2] if layer.word == "rows" else given[0]
    batched = keeps is not None and _over(keeps) is not None and layer.word != "append"
    return Placed(given, graph_behind(keeps) if keeps is not None and batched else None, "items")


def _over(flow: Flow | None) -> Over | None:
    """Where a value's items are; None for what has no items."""
    type = None if flow is None else flow.type
    return type.over if isinstance(type, Tensor) and type.batched else None


def _common_place(scope: Scope, layer: Layer, flows: Operands, span: Span) -> Over | None:
    """The place where all operands are, or can be put; None after an error."""
    found = {o: f for f in flows if (o := _over(f)) is not None}
    places = [o for o in found if o != "items"]
    if len(places) < 2:
        return places[0] if places else "items"
    shown = " and ".join(str(found[o].type) for o in places)  # type: ignore[union-attr]
    scope.context.report(
        "E306",
        f"{layer.word} meets values of several places: {shown}",
        span,
        notes=("an edge has two nodes, so it must be said whose value is meant",),
        helps=("x.source is the node that an edge comes from, x.target the one it goes to",)
        if set(places) == {"nodes", "edges"}
        else (),
    )
    return None


def lifted(scope: Scope, flow: Flow, over: Over, span: Span) -> Flow:
    """A value of a whole graph where a value of its nodes or edges is wanted; others as they are."""
    return _lifted(scope, flow, over, flow.graph, span) or flow


def _lifted(
    scope: Scope, flow: Flow | None, over: Over, graph: Flow | None, span: Span
) -> Flow | None:
    """A value of a whole graph at each of its nodes or edges, where the others are there."""
    if flow is None or graph is None or over not in ("nodes", "edges") or _over(flow) != "items":
        return flow
    from specc.layers.graphs import Spread

    return place(scope, Spread(to=over), (flow, graph), span)


# ------------------------------------------------------------------- hoisting


def _common_end(scope: Scope, layer: Layer, flows: Operands) -> Ends | None:
    """The end at which all operands of an itemwise layer were gathered, if it is one."""
    if registry.LAYERS.family(layer.word) not in _ITEMWISE or layer.word == "rrelu":
        return None
    ends = [_gathered(scope, f.ref) for f in flows if f is not None and _over(f) is not None]
    first = ends[0] if ends else None
    return first if first is not None and all(e == first for e in ends) else None


def _gathered(scope: Scope, ref: Ref) -> Ends | None:
    operation = scope.nodes[ref.node].operation if ref.node >= 0 else None
    layer = operation.layer if isinstance(operation, Apply) else None
    if layer is None or layer.word != "ends":
        return None
    from specc.layers.graphs import Ends

    return layer if isinstance(layer, Ends) else None


def _ungathered(scope: Scope, flow: Flow | None) -> Flow | None:
    if flow is None or _over(flow) is None:
        return flow
    source = scope.nodes[flow.ref.node].operands[0]
    assert source is not None
    type = scope.nodes[source.node].type(source.port)
    return Flow((("output", source, type),), graph=flow.graph)


# --------------------------------------------------------------- after a layer


def on_place(inference: Inference, placed: Placed) -> Inference:
    """What a layer said of one item, for as many items as a graph has."""
    if placed.over == "items":
        return inference
    outputs = tuple((name, _moved(type, placed.over)) for name, type in inference.outputs)
    macs = inference.macs
    if macs is not None and placed.over != "pairs":
        macs = product((var(placed.over, _number(placed)), macs))
    return replace(inference, outputs=outputs, macs=macs)


def _number(placed: Placed) -> Size:
    type = placed.graph.type if placed.graph is not None else None
    if not isinstance(type, Graph):
        return symbol(placed.over)
    return type.nodes if placed.over == "nodes" else type.edges


def _moved(type: Tensor | Graph, over: Over) -> Tensor | Graph:
    return replace(type, over=over) if isinstance(type, Tensor) and type.batched else type


def on_graph(flow: Flow, graph: Flow | None) -> Flow:
    """The value with the graph that it stands on."""
    return flow if flow is POISON or graph is None else replace(flow, graph=graph)


def gathered_again(scope: Scope, flow: Flow, placed: Placed, span: Span) -> Flow:
    """A value that was computed for nodes, at the end of the edges where its operands were gathered."""
    if placed.end is None or flow is POISON or flow.graph is None:
        return flow
    made = place(scope, placed.end, (flow, flow.graph), span)
    return replace(made, stage=flow.stage)

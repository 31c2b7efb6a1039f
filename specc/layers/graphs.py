"""What stands on graphs: features by place, edge ends, sums over neighbours, pools over a graph.

Words with a row in the registry are written in specs; the others are what `x.source`, `degree` and the
reductions of a message-passing layer mean. In generated code a graph is one value (`Graph`), and a
batch of graphs is one graph of several parts.
"""

from typing import ClassVar, Literal

from msgspec.structs import replace
from pydantic import Field

from specc.formula import product, var
from specc.layers.base import Inference, Layer, LayerError, Operand, Window
from specc.layers.code import Attribute, Code, Fn, Infix, Item, Raw, X, fn, method
from specc.layers.common import equal_sizes, feature_axis, tensor
from specc.layers.reduction import holds
from specc.types import Graph, Interval, Over, Tensor

Feature = Literal["node", "edge", "global"]
ATTRIBUTE: dict[str, str] = {"node": "node", "edge": "edge", "global": "whole"}
"""The name of each kind of features in generated code, where `global` is a word of Python."""

How = Literal["sum", "mean", "max", "min", "std"]
HELPER: dict[str, str] = {h: f"{h}_at" for h in ("sum", "mean", "max", "min", "std")}

HOP = Window("hops", kernel=2)
"""What a value sees that has come along an edge: its own node and one further away."""


def graph_of(operand: Operand | None, word: str, index: int = 0) -> Graph:
    """The operand as a graph.

    Raises:
        LayerError: it is something else.
    """
    if isinstance(operand, Graph):
        return operand
    shown = "a distribution" if operand is None or not isinstance(operand, Tensor) else str(operand)
    raise LayerError("E301", f"{word} takes a graph, not {shown}", text=shown, argument=index)


class Features(Layer):
    """The features on one kind of place: `g.node`, `g.edge`, `g.global`."""

    word = "features"
    summary = "Features of the nodes, edges or the whole of a graph."
    operands = ("graph",)
    of: Feature = Field("node", description="On what they stand.")

    def infer(self, *operands: Operand | None) -> Inference:
        """One item for each node, edge or graph."""
        graph = graph_of(operands[0], self.word)
        found = dict(graph.features()).get(self.of)
        if found is None:
            names = ", ".join(name for name, _ in graph.features()) or "none"
            raise LayerError(
                "E301",
                f"this graph has no {self.of} features",
                text=str(graph),
                notes=(f"it has features on: {names}",),
                helps=(f"in g: graph[node=16, {self.of}=8]",) if self.of != "node" else (),
            )
        return Inference((("output", found),), Attribute(X(0), ATTRIBUTE[self.of]))


class SelfLoops(Layer):
    """An edge from every node to itself."""

    word = "self_loops"
    summary = "The graph with one more edge from every node to itself; such an edge has features 0."
    formula = "A + I"
    operands = ("graph",)

    def infer(self, *operands: Operand | None) -> Inference:
        """The same features, more edges."""
        graph = graph_of(operands[0], self.word)
        out = replace(graph, edges=graph.edges + graph.nodes)
        return Inference((("output", out),), method(X(0), "with_self_loops"))


class Undirected(Layer):
    """Every edge in both directions."""

    word = "undirected"
    summary = (
        "The graph with the reverse of every edge beside it, for edges given in one direction."
    )
    operands = ("graph",)

    def infer(self, *operands: Operand | None) -> Inference:
        """The same features, twice the edges."""
        graph = graph_of(operands[0], self.word)
        out = replace(graph, edges=2 * graph.edges)
        return Inference((("output", out),), method(X(0), "undirected"))


class WithFeatures(Layer):
    """A graph with other features on it; a keyword that is left out keeps what there is."""

    word = "with_features"
    summary = "The same graph with other features."
    operands = ("graph",)
    keyword_operands = ("node", "edge", "global")

    def infer(self, *operands: Operand | None) -> Inference:
        """The graph, with new types of features."""
        graph = graph_of(operands[0], self.word)
        parts = (("node", "node"), ("edge", "edge"), ("whole", "global"))
        new: dict[str, Tensor] = {}
        keywords: list[tuple[str, Code]] = []
        for at, (attribute, word) in enumerate(parts, 1):
            if operands[at] is not None:
                new[attribute] = tensor(operands[at], word, at)
                keywords.append((attribute, X(at)))
        out = replace(graph, **new)
        return Inference((("output", out),), Fn("replace", (X(0),), tuple(keywords)))


class Degree(Layer):
    """Edges that arrive at each node, or leave it."""

    word = "degree"
    summary = "The number of edges that arrive at each node (`degree`), or leave it (`out_degree`)."
    operands = ("graph",)
    end: Literal["source", "target"] = Field("target", description="The end that is counted.")

    def infer(self, *operands: Operand | None) -> Inference:
        """One number for each node."""
        graph_of(operands[0], self.word)
        out = Tensor((), (), range=Interval(0.0, None), over="nodes")
        return Inference((("output", out),), method(X(0), "degree", Attribute(X(0), self.end)))


class Ends(Layer):
    """The features of the node at one end of each edge: `x.source`, `x.target`."""

    word = "ends"
    summary = "For each edge the features of the node that it comes from or goes to."
    operands = ("x", "graph")
    end: Literal["source", "target"] = Field("source", description="Which end.")

    @property
    def shown(self) -> str:
        """`source` or `target`, as in a spec."""
        return self.end

    def infer(self, *operands: Operand | None) -> Inference:
        """One item for each edge."""
        x = tensor(operands[0], self.word)
        out = replace(x, over="edges", constant=None)
        code = Item(X(0), (Attribute(X(1), self.end),))
        windows = (HOP,) if self.end == "source" else ()
        return Inference((("output", out),), code, windows=windows)


class Spread(Layer):
    """A value of a whole graph at each of its nodes or edges."""

    word = "spread"
    summary = "A value of a whole graph at each of its nodes or edges."
    operands = ("x", "graph")
    to: Over = Field("nodes", description="Where it is wanted.")

    def infer(self, *operands: Operand | None) -> Inference:
        """One item for each node or edge."""
        x = tensor(operands[0], self.word)
        owner = "owner" if self.to == "nodes" else "edge_owner"
        out = replace(x, over=self.to, constant=None)
        return Inference((("output", out),), Item(X(0), (Attribute(X(1), owner),)))


class Gathered(Layer):
    """Edges brought together at the nodes where they arrive, or nodes or edges at their graph."""

    word = "gathered"
    summary = "Values on edges brought together at nodes, or on nodes and edges at their graph."
    operands = ("x", "graph")
    how: How = Field("sum", description="sum, mean, max, min or std (of the population).")
    to: Over = Field("nodes", description="Where they are brought together.")

    @property
    def shown(self) -> str:
        """`sum`, `mean`, …, as in a spec."""
        return self.how

    def infer(self, *operands: Operand | None) -> Inference:
        """The same sizes; 0 where nothing arrives."""
        x = tensor(operands[0], self.word)
        graph_of(operands[1], self.word, 1)
        index, count = destination(x, self.to)
        code = fn(HELPER[self.how], X(0), index, count)
        out = replace(x, dtype="float", classes=None, over=self.to, constant=None)
        return Inference((("output", self._ranged(out, x)),), code)

    def _ranged(self, out: Tensor, x: Tensor) -> Tensor:
        low, high = x.range.low, x.range.high
        signed = (0.0 if low is not None and low >= 0 else None, 0.0 if high == 0 else None)
        match self.how:
            case "sum":
                return out.with_range(*signed)
            case "std":
                return out.with_range(0.0, None)
            case _:
                return out.with_range(low and min(low, 0.0), high and max(high, 0.0))


class NeighbourSoftmax(Layer):
    """Softmax over the edges that arrive at the same node, or over what belongs to the same graph."""

    word = "neighbour_softmax"
    summary = "Softmax over the edges that arrive at the same node, or over the nodes or edges of a graph."
    formula = "e^s[j] / Σ_k e^s[k]"
    operands = ("x", "graph")
    to: Over = Field("nodes", description="What the numbers that add up to 1 belong to.")

    @property
    def shown(self) -> str:
        """`softmax`, as in a spec."""
        return "softmax"

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape, from 0 to 1."""
        x = tensor(operands[0], self.word)
        index, count = destination(x, self.to)
        out = x.with_range(0.0, 1.0)
        return Inference((("output", out),), fn("softmax_at", X(0), index, count))


class NeighbourSum(Layer):
    """Σ w·h over the neighbours, as a sparse product: what `sum(h.source * w)` is lowered to.

    Without weights there is nothing to multiply, and no multiply-accumulate.
    """

    word = "neighbour_sum"
    summary = "Weighted sum of the features of the neighbours, as a sparse product."
    formula = "y[i] = Σ_{j → i} w[j, i]·h[j]"
    operands = ("x", "graph")
    optional = ("weight",)
    keyword_operands = ("weight",)
    mean: bool = Field(False, description="Divided by the number of edges that arrive.")
    inverse: bool = Field(False, description="The weights stand below the line.")

    @property
    def shown(self) -> str:
        """`sum` or `mean`, as in a spec."""
        return "mean" if self.mean else "sum"

    def infer(self, *operands: Operand | None) -> Inference:
        """Node by node."""
        x = tensor(operands[0], self.word)
        graph = graph_of(operands[1], self.word, 1)
        weight: Code = X(2) if operands[2] is not None else None
        if self.inverse and weight is not None:
            weight = Infix("/", 1, weight)
        arguments = (X(0), X(1)) if weight is None else (X(0), X(1), weight)
        flat = fn("neighbour_sum", *arguments)
        code = Infix("/", flat, self._count(x)) if self.mean else flat
        sizes = (var("edges", graph.edges), *(var(f"n_{i}", s) for i, s in enumerate(x.sizes, 1)))
        macs = product(sizes) if weight is not None else None
        out = replace(x, dtype="float", constant=None).with_range(None, None)
        return Inference((("output", out),), code, macs=macs, windows=(HOP,))

    def _count(self, x: Tensor) -> Code:
        degree = method(method(X(1), "degree", Attribute(X(1), "target")), "clamp", min=1)
        new = (Raw(":"), *(Raw("None"),) * x.rank)
        return degree if not x.rank else Item(degree, new)


class At(Layer):
    """The features of the nodes that pairs name."""

    word = "at"
    summary = "For each pair of nodes the features of both, the first node's first."
    operands = ("x", "pairs")

    def infer(self, *operands: Operand | None) -> Inference:
        """Two times the features for each pair."""
        x, pairs = tensor(operands[0], self.word), tensor(operands[1], self.word, 1)
        if x.over != "nodes":
            raise LayerError("E301", "at takes a value of nodes", text=str(x), argument=0)
        if pairs.over != "pairs":
            raise LayerError(
                "E301", "at takes the pairs of a data set as its second operand", text=str(pairs),
                argument=1, helps=("data stochastic_blocks(task=links) as g, pairs, linked",),
            )  # fmt: skip
        out = replace(x, sizes=(2, *x.sizes), axes=("pair", *x.axes), over="pairs", constant=None)
        return Inference((("output", out),), Item(X(0), (X(1),)))


class Masked(Layer):
    """The items, or the positions, where a mask holds: `accuracy(y, label, where=held_out)`."""

    word = "masked"
    summary = "The items or positions where a mask holds, one behind the other."
    operands = ("x", "mask")
    DTYPE: ClassVar[str] = "bool"

    def infer(self, *operands: Operand | None) -> Inference:
        """The same sizes, fewer items; of a mask of positions what stands at one of them."""
        x = tensor(operands[0], self.word)
        mask = tensor(operands[1], self.word, 1)
        place = holds(mask, 1)
        if mask.rank and mask.batched and mask.over == x.over:
            return self._positions(x, mask, place)
        if mask.rank or not mask.batched or mask.over != x.over:
            raise _no_mask(x, mask)
        return Inference((("output", x),), Item(X(0), (place,)))

    def _positions(self, x: Tensor, mask: Tensor, place: Code) -> Inference:
        """Scores have an axis more than the mask, that of the classes; targets have its axes."""
        axis = feature_axis(x) if x.rank == mask.rank + 1 else x.rank
        pairs = [s for i, s in enumerate(x.sizes) if i != axis]
        if len(pairs) != mask.rank:
            raise _no_mask(x, mask)
        found = [equal_sizes(a, b) for a, b in zip(pairs, mask.sizes, strict=True)]
        if not all(same for same, _ in found):
            raise _no_mask(x, mask)
        conditions = tuple(c for _, more in found for c in more)
        value: Code = X(0) if axis >= x.rank - 1 else method(X(0), "movedim", axis + 1, -1)
        out = x.with_sizes(x.sizes[axis : axis + 1], x.axes[axis : axis + 1])
        return Inference((("output", out),), Item(value, (place,)), constraints=conditions)


def _no_mask(x: Tensor, mask: Tensor) -> LayerError:
    return LayerError(
        "E302",
        f"where says which items or positions count: one truth value for each of {x}",
        text=str(mask),
        argument="where",
    )


def destination(x: Tensor, to: Over) -> tuple[Code, Code]:
    """Code for where each item of x goes, and how many places there are."""
    if to == "nodes":
        return Attribute(X(1), "target"), Attribute(X(1), "nodes")
    owner = "owner" if x.over == "nodes" else "edge_owner"
    return Attribute(X(1), owner), Attribute(X(1), "count")

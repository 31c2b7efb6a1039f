"""Types of values: what is known of a tensor before torch is imported.

A `Tensor` describes one item of a batch: its `sizes` never hold the batch axis. `batched` is False for
weights, constants and what was reduced over the batch.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from specc.sizes import Size, Symbolic, render, symbol

DType: TypeAlias = Literal["float", "int", "bool"]
Over: TypeAlias = Literal["items", "nodes", "edges", "pairs"]
"""What the first axis of generated code numbers: items of a batch (graphs are items too), the nodes or
edges of all graphs of a batch, or pairs of nodes that are asked about."""


class Interval(Struct, frozen=True):
    """The values a tensor can take, ends included; None where there is no bound."""

    low: float | None = None
    high: float | None = None


ANYTHING = Interval()


class Tensor(Struct, frozen=True):
    """One item: `sizes` with the name of each axis in `axes` (`channels`, `height`, `time`, `features`, …).

    `classes` is the number of different values of an integer tensor (a vocabulary, a label);
    `range` is what is known of the values; `constant` the number itself when it is a literal;
    `pooled_from`, of the indices of a max pooling, the spatial sizes of the map that they point into;
    `over` what there is one of these for: one item, one node, one edge; `arity`, of the symbol at a node
    of a tree, the most children that a node has.
    """

    sizes: tuple[Size, ...]
    axes: tuple[str, ...]
    dtype: DType = "float"
    classes: Size | None = None
    range: Interval = ANYTHING
    batched: bool = True
    constant: float | None = None
    pooled_from: tuple[Size, ...] | None = None
    over: Over = "items"
    arity: int = 2

    @property
    def rank(self) -> int:
        """Number of axes of one item."""
        return len(self.sizes)

    def with_sizes(self, sizes: tuple[Size, ...], axes: tuple[str, ...] | None = None) -> Tensor:
        """The same kind of values in another shape."""
        return replace(self, sizes=sizes, axes=self.axes if axes is None else axes, constant=None)

    def with_range(self, low: float | None = None, high: float | None = None) -> Tensor:
        """The same shape with values in another range."""
        return replace(self, range=Interval(low, high), constant=None)

    def __str__(self) -> str:
        text = "×".join(map(factor, self.sizes)) if self.sizes else "one number"
        return text if self.over == "items" else f"{text} per {self.over[:-1]}"


def factor(size: Size) -> str:
    """A size of a shape: what is more than one sign stands in parentheses, `2×(2·⌊H/2⌋)`."""
    text = render(size)
    several = isinstance(size, Symbolic) and (len(size.terms) > 1 or "·" in text)
    return f"({text})" if several else text


class Distribution(Struct, frozen=True):
    """A distribution as a value: `normal(mu, logvar=logvar)`; `parts` are its parameters by name."""

    family: str
    parts: tuple[tuple[str, Tensor], ...]

    def part(self, name: str) -> Tensor | None:
        """The parameter of that name, or None where it was not given."""
        return dict(self.parts).get(name)


class Graph(Struct, frozen=True):
    """Graphs: features of a node, of an edge and of a whole graph, None where there are none.

    `nodes` and `edges` are their numbers in one graph, which mostly come with the data.
    """

    node: Tensor | None = None
    edge: Tensor | None = None
    whole: Tensor | None = None
    nodes: Size = field(default_factory=lambda: symbol("nodes"))
    edges: Size = field(default_factory=lambda: symbol("edges"))

    @property
    def bare(self) -> Graph:
        """The same graph without features: who is joined to whom."""
        return Graph(nodes=self.nodes, edges=self.edges)

    def features(self) -> tuple[tuple[str, Tensor], ...]:
        """What stands on nodes, edges and whole graphs, by the word of the language."""
        parts = (("node", self.node), ("edge", self.edge), ("global", self.whole))
        return tuple((word, part) for word, part in parts if part is not None)

    def __str__(self) -> str:
        shown = ", ".join(f"{word} {'×'.join(map(factor, t.sizes))}" for word, t in self.features())
        return f"graph[{shown}]"


def same_features(left: Graph, right: Graph) -> bool:
    """Whether two graphs have features of the same sizes on the same places."""
    pairs = ((left.node, right.node), (left.edge, right.edge), (left.whole, right.whole))
    return all((a.sizes if a else None) == (b.sizes if b else None) for a, b in pairs)


class Unknown(Struct, frozen=True):
    """The type of a value after an error: it silences every consequence."""


UNKNOWN = Unknown()
ValueType: TypeAlias = Tensor | Distribution | Graph | Unknown


def shape_of(type: ValueType) -> ValueType:
    """The type without what is known of its values, so that equal shapes are equal types."""
    return replace(type, range=ANYTHING, constant=None) if isinstance(type, Tensor) else type


def tree_columns(children: int) -> int:
    """The width of a node: its symbol, and the places of its children from 1, 0 where there is none.

    Children come after their parents, so the root stands first.
    """
    return 1 + children


# The axis names of the port types, by word. Sizes follow in the same order.
PORT_AXES: dict[str, tuple[str, ...]] = {
    "scalar": (),
    "vector": ("features",),
    "signal": ("channels", "length"),
    "image": ("channels", "height", "width"),
    "volume": ("channels", "depth", "height", "width"),
    "sequence": ("time", "features"),
    "tokens": ("time",),
    "tree": ("node",),
    "category": (),
}

_BY_RANK: dict[int, tuple[str, ...]] = {
    0: (),
    1: ("features",),
    2: ("channels", "length"),
    3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}


AXES = frozenset(a for axes in PORT_AXES.values() for a in axes) | {
    "batch", "items", "nodes", "edges", "children", *(f"axis{i}" for i in range(8))
}  # fmt: skip
"""The words for axes that a spec may write."""


SPATIAL = frozenset({"length", "height", "width", "depth", "time"})
"""The axes along which positions are counted; the others are numbers of one position."""


def bare_axes(rank: int) -> tuple[str, ...]:
    """Axis names of a tensor that nobody has named."""
    return tuple(f"axis{i}" for i in range(rank))


def named_axes(axes: tuple[str, ...]) -> tuple[str, ...]:
    """The axes, by the names of their rank where none has a name of its own."""
    return default_axes(len(axes)) if all(a.startswith("axis") for a in axes) else axes


def default_axes(rank: int) -> tuple[str, ...]:
    """Axis names of a tensor that only its rank describes (after `reshape[256, 7, 7]`)."""
    return _BY_RANK.get(rank, bare_axes(rank))

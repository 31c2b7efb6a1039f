"""The architecture as a picture's parts: boxes, groups in groups, edges with shapes. Nothing is placed.

Every body is one `Level`; what a level takes in and gives out are its ports, so each level can be laid out
by itself. Blocks and repetitions are groups with a level inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from specc.count.sums import Summer
from specc.count.weights import tie_text, weights
from specc.layers.base import Layer
from specc.layers.graphs import Features, Gathered
from specc.layers.written import literal, written
from specc.program import (
    Apply,
    Body,
    Constant,
    Distribute,
    Invoke,
    Node,
    Program,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
    Sample,
    Scan,
    Stage,
)
from specc.sizes import Size, render
from specc.types import Distribution, Tensor, ValueType

Kind: TypeAlias = Literal["layer", "function", "weight", "draw", "network", "input", "output"]

MOST_BOXES = 600
"""Boxes of one network; where blocks would make more, they stay closed."""


class Box(Struct, frozen=True):
    """A layer, a port or a closed network: its name, what it does, and how many weights it owns.

    `border` marks a port of a block: it is no box of its own, edges go through it.
    """

    id: str
    kind: Kind
    title: str
    lines: tuple[str, ...] = ()
    border: bool = False


class Group(Struct, frozen=True):
    """A block or a repetition with what is inside."""

    id: str
    title: str
    level: Level


Item: TypeAlias = Box | Group


class End(Struct, frozen=True):
    """An end of an edge: an item, and the port where the item is a group."""

    item: str
    port: str = ""


class Edge(Struct, frozen=True):
    """A value on its way, with its shape."""

    start: End
    end: End
    shape: str


class Level(Struct, frozen=True):
    """The inside of a network or group. The ports are boxes of kind input and output.

    Those of a cell are shown as what they are at one step: `x[t]`, `h[t-1]`.
    """

    items: tuple[Item, ...]
    edges: tuple[Edge, ...]

    def item(self, name: str) -> Item:
        """The item of that id. Raises KeyError."""
        return {i.id: i for i in self.items}[name]


class Diagram(Struct, frozen=True):
    """One network."""

    name: str
    role: str
    level: Level


def diagrams(program: Program) -> tuple[Diagram, ...]:
    """A picture of every network."""
    summer = Summer(program)
    return tuple(_diagram(body, summer) for body in program.networks)


def _diagram(body: Body, summer: Summer) -> Diagram:
    maker = _Maker(_boxes(body) <= MOST_BOXES, summer)
    return Diagram(body.name, body.role, maker.level(body, ""))


def _boxes(body: Body) -> int:
    """How many boxes a body has when everything in it is open."""
    sizes: dict[Body, int] = {}

    def size(one: Body) -> int:
        if one not in sizes:
            sizes[one] = sum(sum(map(size, _inside(node))) or 1 for node in one.nodes)
        return sizes[one]

    return size(body)


def _inside(node: Node) -> tuple[Body, ...]:
    match node.operation:
        case Invoke(_, body) | Scan(_, body):
            return (body,)
        case Rounds(_, bodies):
            return tuple(b for b, _ in bodies)
        case _:
            return ()


@dataclass(slots=True)
class _Maker:
    """Makes levels; `opened` says whether blocks are shown with their inside."""

    opened: bool
    summer: Summer

    def level(self, body: Body, prefix: str, cell: Scan | None = None) -> Level:
        """The level of a body; ids begin with `prefix`. `cell` is what moves it, if anything does."""
        maker = _LevelMaker(self, body, prefix, cell=cell)
        for number, node in enumerate(body.nodes):
            maker.add(number, node)
        maker.outputs()
        return Level(tuple(maker.items.values()), tuple(maker.edges))


@dataclass(slots=True)
class _LevelMaker:
    whole: _Maker
    body: Body
    prefix: str
    items: dict[str, Item] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    ends: dict[int, End] = field(default_factory=dict)
    cell: Scan | None = None
    stages: Mapping[str, Stage] = field(init=False)

    def __post_init__(self) -> None:
        self.stages = {s.name: s for s in self.body.stages}

    def add(self, number: int, node: Node) -> None:
        """The item of a node, and the edges into it."""
        match node.operation:
            case ReadPort(name):
                self._box(number, self._port("input", name))
            case Apply(Features(), _, _):
                self._through(number, node)
            case Apply(layer, _, stage):
                kind: Kind = "layer" if stage is not None else "function"
                call, more = self._call(layer, node), self._weights(stage)
                plain = call == layer.word and not node.named  # `relu` need not say `relu1`
                box = self._named(number, node, kind, more if plain else (call, *more))
                self._box(number, replace(box, title=call) if plain else box)
                self._into(node, number)
            case Invoke() | Rounds() | Scan():
                self._group(number, node)
            case Sample():
                self._box(number, self._named(number, node, "draw", ("draw",)))
                self._into(node, number)
            case ReadTensor(path, tensor):
                self._box(number, Box(self._id(number, node), "weight", _tensor_name(path, tensor)))
            case Distribute(family):
                self._box(number, self._named(number, node, "draw", (family,)))
                self._into(node, number)
            case Constant():
                return

    def _through(self, number: int, node: Node) -> None:
        """Features of a graph are no box: the arrow begins where the graph comes from."""
        [ref] = node.operands
        start = None if ref is None else self.ends.get(ref.node)
        if ref is None or start is None:
            return
        group = isinstance(self.items[start.item], Group)
        self.ends[number] = End(start.item, ref.port) if group and not start.port else start

    def _call(self, layer: Layer, node: Node) -> str:
        """The layer as one writes it: what a graph brings together is `mean(axis=nodes)`."""
        first = node.operands[0] if node.operands else None
        if not isinstance(layer, Gathered) or first is None:
            return written(layer, layer.word)
        type = self.body.nodes[first.node].type(first.port)
        if layer.to != "items" or not isinstance(type, Tensor):
            return layer.shown
        return f"{layer.shown}(axis={type.over})"

    def outputs(self) -> None:
        """The boxes of the body's outputs."""
        for name, ref in self.body.outputs:
            box = self._port("output", name)
            self.items[box.id] = box
            self._edge(ref, End(box.id))

    def _port(self, kind: Literal["input", "output"], name: str) -> Box:
        """A port of a cell is seen, with the step that its value belongs to."""
        place = f"{self.prefix}{'in' if kind == 'input' else 'out'}.{name}"
        if self.cell is None:
            return Box(place, kind, name, border=bool(self.prefix))
        return Box(place, kind, _timed(self.body, self.cell, kind, name))

    def _id(self, number: int, node: Node) -> str:
        name = f"{self.prefix}{node.name}"
        return name if name not in self.items else f"{name}#{number}"

    def _named(self, number: int, node: Node, kind: Kind, lines: tuple[str, ...]) -> Box:
        return Box(self._id(number, node), kind, node.name, lines)

    def _box(self, number: int, box: Box) -> None:
        self.items[box.id] = box
        self.ends[number] = End(box.id)

    def _weights(self, path: tuple[str, ...] | None) -> tuple[str, ...]:
        stage = self.stages.get(path[0]) if path is not None and len(path) == 1 else None
        if stage is None:
            return () if path is None else (f"shares {'.'.join(path)}",)
        tied = tuple(tie_text(t) for t in stage.ties)
        return (*_parameters(weights(stage).number), *tied)

    def _into(self, node: Node, number: int) -> None:
        operation = node.operation
        gathered = isinstance(operation, Apply) and isinstance(operation.layer, Gathered)
        for ref in node.operands[: 1 if gathered else None]:
            if ref is not None:
                self._edge(ref, self.ends[number])

    def _edge(self, ref: Ref, end: End, *, port: str = "") -> None:
        start = self.ends.get(ref.node)
        if start is None:
            return
        source = self.body.nodes[ref.node]
        group = isinstance(self.items[start.item], Group)
        begin = start if start.port or not group else End(start.item, ref.port)
        self._connect(Edge(begin, End(end.item, port), _shape(source.type(ref.port))))

    def _connect(self, edge: Edge) -> None:
        """Add an edge. A graph and its features are one arrow: `34 per node, 2 per edge`."""
        for at, other in enumerate(self.edges):
            if (other.start, other.end) == (edge.start, edge.end) and other.shape != edge.shape:
                shapes = ", ".join(s for s in (other.shape, edge.shape) if s)
                self.edges[at] = replace(other, shape=shapes)
                return
        self.edges.append(edge)

    def _group(self, number: int, node: Node) -> None:
        match node.operation:
            case Invoke(path, inner) if self.whole.opened and inner.role == "block":
                group = self._opened(number, node, inner, node.name)
                names = [name for name, _ in inner.inputs]
            case Scan(_, inner) as scan if self.whole.opened:
                group = self._opened(number, node, inner, f"{scan.word} {node.name}", scan)
                names = [name for name, _ in inner.inputs]
            case Scan(_, inner) as scan:
                box = self._named(number, node, "network", (f"{scan.word} {inner.name}",))
                self._box(number, box)
                self._into(node, number)
                return
            case Rounds(_, bodies) if self.whole.opened:
                self._rounds(number, node, bodies)
                return
            case Invoke(path, inner):
                title = node.name if inner.role == "block" else ".".join(path)
                self._box(
                    number, Box(self._id(number, node), "network", title, self._closed(inner))
                )
                self._into(node, number)
                return
            case Rounds(_, bodies):
                rounds = _times(bodies)
                self._box(number, self._named(number, node, "network", (f"{rounds} rounds",)))
                self._into(node, number)
                return
            case _:
                raise AssertionError(node.operation)
        self.items[group.id] = group
        self.ends[number] = End(group.id)
        for name, ref in zip(names, node.operands, strict=False):
            if ref is not None:
                self._edge(ref, End(group.id), port=name)

    def _closed(self, inner: Body) -> tuple[str, ...]:
        """What is said of a part whose inside is not shown."""
        if inner.role != "message_passing":
            return (f"{inner.role} {inner.name}",)
        return (_constructed(inner), *_parameters(self.whole.summer.owned(inner).params))

    def _opened(
        self, number: int, node: Node, inner: Body, title: str, cell: Scan | None = None
    ) -> Group:
        name = self._id(number, node)
        shown = title if inner.name in title else f"{title}: {inner.name}"
        return Group(name, shown, self.whole.level(inner, f"{name}.", cell))

    def _rounds(self, number: int, node: Node, bodies: tuple[tuple[Body, Size], ...]) -> None:
        """The bodies of a repetition one after the other."""
        last: End | None = None
        for index, (inner, times) in enumerate(bodies):
            name = f"{self._id(number, node)}.{index}"
            title = f"{node.name} ×{render(times)}"
            self.items[name] = Group(name, title, self.whole.level(inner, f"{name}."))
            port, *others = (port for port, _ in inner.inputs) if inner.inputs else ("",)
            first, *beside = node.operands
            for other, ref in zip(
                (port, *others), (first if last is None else None, *beside), strict=False
            ):
                if ref is not None:
                    self._edge(ref, End(name), port=other)
            if last is not None:
                self.edges.append(Edge(last, End(name, port), _shape(inner.inputs[0][1])))
            last = End(name, inner.outputs[0][0] if inner.outputs else "")
        if last is not None:
            self.ends[number] = last


def _timed(cell: Body, scan: Scan, kind: Literal["input", "output"], name: str) -> str:
    """`x[t]`, `h[t-1]` and for `next h` `h[t]`; over a tree a state comes from the children."""
    states = {s.name for s in cell.states}
    tree, state = scan.over == "tree", kind == "input" and name in states
    if kind == "input" and not state and name != cell.inputs[0][0]:
        return name  # the same at every step
    if tree:
        return f"{name} of the children" if state else name.removeprefix("next ")
    return f"{name.removeprefix('next ')}[{'t-1' if state else 't'}]"


def _parameters(number: Size) -> tuple[str, ...]:
    return (f"{render(number)} parameters",) if number != 0 else ()


def _constructed(body: Body) -> str:
    """`gcn(16)`: a part with the hyperparameters that it must be given."""
    heads = getattr(body.definition, "hyperparameters", None) or ()
    values = dict(body.hyperparameters)
    needed = [values[h.name.id] for h in heads if h.default is None and h.name.id in values]
    return f"{body.name}({', '.join(map(literal, needed))})" if needed else body.name


def _times(bodies: tuple[tuple[Body, Size], ...]) -> str:
    total: Size = 0
    for _, times in bodies:
        total = total + times
    return render(total)


def _tensor_name(path: tuple[str, ...], tensor: str) -> str:
    return ".".join(path) if path and path[-1] == tensor else ".".join((*path, tensor))


def _shape(kind: ValueType) -> str:
    match kind:
        case Tensor():
            return str(kind) if kind.sizes else ""
        case Distribution(family, _):
            return family
        case _:
            return ""

"""The table of a network: one row for every layer that is called, blocks opened, repetitions once."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from specc.count.add import add_up
from specc.count.frozen import frozen_params, targets
from specc.count.report import Row, Totals
from specc.count.sums import Summer
from specc.count.weights import Weights, tie_text
from specc.fields import FieldReader, port_fields, relative
from specc.formula import Formula, formula, product, var
from specc.layers.plumbing import PLUMBING
from specc.program import (
    Apply,
    BareTensor,
    Body,
    Invoke,
    Node,
    Path,
    ReadTensor,
    Rounds,
    Sample,
    Scan,
    Stage,
)
from specc.receptive import Fields
from specc.sizes import Size
from specc.source import Span
from specc.types import UNKNOWN, Distribution, Tensor, ValueType

_SHARES = "shares "
MOST_ROWS = 20_000
"""Rows of one table. Where blocks in blocks would make more, a block stays closed and is one row."""


class Place(Struct, frozen=True):
    """Where a body stands in its network: names in front, copies, steps and what its ports see;
    `call` is where it is called.

    Every copy has its own weights; at every step a copy computes with the same ones.
    """

    prefix: Path = ()
    times: Size = 1
    steps: Size = 1
    before: dict[str, Fields] = field(default_factory=dict)
    budget: int = MOST_ROWS
    call: Span | None = None

    def path(self, name: str) -> str:
        """The dotted path of a stage or node of the body."""
        return ".".join((*self.prefix, name))


class Entry(Struct, frozen=True):
    """A row with what it shows: its node in `body` at `place`, and the stage whose weights it counts.

    `stage` is None for what owns no module, for another call of a stage, and for a closed block;
    `node` is None for a bare tensor.
    """

    row: Row
    body: Body
    place: Place
    node: Node | None = None
    stage: Stage | None = None

    @property
    def shared(self) -> bool:
        """Whether it is called again: its weights are those of another row."""
        return self.row.note.startswith(_SHARES)

    @property
    def macs(self) -> Formula | None:
        """The multiply-accumulates of a layer with their working: T steps in a cell, all copies."""
        operation = self.node.operation if self.node is not None else None
        found = operation.inference.macs if isinstance(operation, Apply) else None
        return None if found is None else self.worked(found)

    def copied(self, count: Formula) -> Formula:
        """The count of one copy as that of all."""
        return count if self.row.times == 1 else product((self.row.times, count))

    def worked(self, macs: Formula) -> Formula:
        """Multiply-accumulates of one call as those of all steps and copies."""
        steps = () if self.place.steps == 1 else (var("T", self.place.steps),)
        copies = () if self.row.times == 1 else (self.row.times,)
        return product((*copies, macs, *steps)) if copies or steps else macs


class Tabler:
    """Writes the rows of networks."""

    def __init__(self, summer: Summer, reader: FieldReader) -> None:
        self.summer = summer
        self.reader = reader
        self.trained = targets(summer.program)
        self._sizes: dict[Body, int] = {}
        self._seen: set[str] = set()

    def entries(self, body: Body) -> tuple[Entry, ...]:
        """The rows of a network with their stages."""
        self._seen = set()
        before: dict[str, Fields] = {n: port_fields(n, kind) for n, kind in body.inputs}
        paths = self.trained.get(body.name)
        return tuple(
            _marked(e, self._paths(e, paths)) for e in self._body(body, Place(before=before))
        )

    def _paths(self, entry: Entry, own: frozenset[Path] | None) -> frozenset[Path] | None:
        """What is updated below a row: of another network, what is updated of that."""
        operation = entry.node.operation if entry.node is not None else None
        if not isinstance(operation, Invoke) or not self.summer.is_network(
            entry.body, operation.stage
        ):
            return own
        trained = self.trained.get(operation.stage[0])
        return trained and frozenset({()})  # of what is updated in part, something is trained

    def totals(self, body: Body) -> Totals:
        """The sums of a network, with what is frozen of it and of the networks that it calls."""
        names = (body.name, *sorted(self.summer.called(body) - {body.name}))
        frozen = add_up(
            frozen_params(self.summer, self.summer.networks[n], self.trained.get(n)) for n in names
        )
        return self.summer.totals(body, frozen)

    def before(self, entry: Entry) -> list[Fields]:
        """What the operands of an entry's node see, in terms of the network's inputs."""
        return [] if entry.node is None else self._operands(entry.body, entry.node, entry.place)

    def size(self, body: Body) -> int:
        """How many rows a body has when everything in it is opened."""
        if body not in self._sizes:
            self._sizes[body] = sum(self._node_size(n) for n in body.nodes) + len(body.stages)
        return self._sizes[body]

    def _node_size(self, node: Node) -> int:
        match node.operation:
            case Invoke(_, inner):
                return self.size(inner)
            case Rounds(_, bodies):
                return sum(self.size(b) for b, _ in bodies)
            case _:
                return 1

    def _body(self, body: Body, place: Place) -> Iterator[Entry]:
        stages = {s.name: s for s in body.stages}
        seen = self.reader.nodes(body)
        for node, ports in zip(body.nodes, seen, strict=True):
            sees = relative(next(iter(ports.values()), {}), body, place.before)
            yield from self._node(body, stages, node, sees, place)
        for stage in body.stages:  # bare tensors that nothing reads
            if isinstance(stage.unit, BareTensor):
                yield from self._tensor(body, stage, place)

    def _node(
        self, body: Body, stages: dict[str, Stage], node: Node, sees: Fields, place: Place
    ) -> Iterator[Entry]:
        match node.operation:
            case Apply(_, _, path):
                yield from self._layer(body, stages, node, path, sees, place)
            case Sample():
                yield Entry(_row(node, place, _family(body, node), sees), body, place, node)
            case ReadTensor((name,)) if name in stages:
                yield from self._tensor(body, stages[name], place)
            case Invoke(path, inner):
                yield from self._call(body, node, path, inner, sees, place)
            case Scan():
                yield from self._scan(body, node, node.operation, sees, place)
            case Rounds(path, bodies):
                if path[-1] in stages and self._first(place.path(path[-1])):
                    yield from self._rounds(body, node, path, bodies, place)
            case _:
                return

    def _layer(
        self,
        body: Body,
        stages: dict[str, Stage],
        node: Node,
        path: Path | None,
        sees: Fields,
        place: Place,
    ) -> Iterator[Entry]:
        assert isinstance(node.operation, Apply)
        row = _row(node, place, node.operation.layer.shown, sees)
        if isinstance(row.output, Distribution) or node.operation.layer.word in PLUMBING:
            return
        row = replace(row, macs=place.times * place.steps * self.summer.node_macs(node))
        stage = stages.get(path[0]) if path is not None and len(path) == 1 else None
        if path is not None and (stage is None or not self._first(place.path(stage.name))):
            row, stage = replace(row, note=f"{_SHARES}{'.'.join(path)}"), None
        if stage is not None:
            row = _weighed(row, stage, self.summer.weights(stage))
        yield Entry(row, body, place, node, stage)

    def _tensor(self, body: Body, stage: Stage, place: Place) -> Iterator[Entry]:
        unit = stage.unit
        if not isinstance(unit, BareTensor) or not self._first(place.path(stage.name)):
            return
        sizes = unit.parameter.sizes
        kind = Tensor(sizes, tuple(f"axis{i}" for i in range(len(sizes))), batched=False)
        word = "weight" if unit.trainable else "buffer"
        row = Row(place.path(stage.name), word, kind, stage.span, times=place.times)
        row = _weighed(row, stage, self.summer.weights(stage))
        yield Entry(row, body, place, stage=stage)

    def _call(
        self, body: Body, node: Node, path: Path, inner: Body, sees: Fields, place: Place
    ) -> Iterator[Entry]:
        network = self.summer.is_network(body, path)
        first = self._first(".".join(path) if network else place.path(".".join(path)))
        share = place.budget // max(1, len(body.nodes))
        if first and not network and (self.size(inner) <= share or place.budget == MOST_ROWS):
            yield from self._body(inner, self._inside(body, node, inner, path, place, share))
        else:
            row = self._closed(node, path, inner, sees, place, first=first)
            yield Entry(row, body, place, node)

    def _scan(
        self, body: Body, node: Node, scan: Scan, sees: Fields, place: Place
    ) -> Iterator[Entry]:
        """The outputs of a cell at all its steps, then the inside of one step."""
        first = self._first(place.path(".".join(scan.stage)))
        row = _row(node, place, f"{scan.word} {scan.body.name}", sees)
        if not first:
            macs = place.times * place.steps * self.summer.node_macs(node)
            row = replace(row, macs=macs, note=f"{_SHARES}{'.'.join(scan.stage)}")
        yield Entry(row, body, place, node)
        if first:
            names, steps = (*place.prefix, *scan.stage), place.steps * scan.steps
            before = {}
            if scan.over == "sequence":
                before = self.reader.inside(scan, self._operands(body, node, place))
            inner = Place(names, place.times, steps, before, place.budget)
            yield from self._body(scan.body, inner)

    def _closed(
        self, node: Node, path: Path, inner: Body, sees: Fields, place: Place, *, first: bool
    ) -> Row:
        """A call in one row: of a network, of something called before, of a block too large to open."""
        row = _row(node, place, inner.role if inner.role != "block" else inner.name, sees)
        row = replace(row, macs=place.times * place.steps * self.summer.node_macs(node))
        if not first:
            return replace(row, note=f"{_SHARES}{'.'.join(path)}")
        owned = self.summer.owned(inner)
        network = path[0] in self.summer.networks
        times = 1 if network else place.times  # copies of a block share the networks that they call
        return replace(
            row,
            times=times,
            params=times * owned.params,
            non_trainable=times * owned.non_trainable,
            buffers=times * owned.buffers,
            formula=formula(owned.params) if owned.params != 0 else None,
            note=f"the network {path[0]}" if network else "",
        )

    def _rounds(
        self,
        body: Body,
        node: Node,
        path: Path,
        bodies: tuple[tuple[Body, Size], ...],
        place: Place,
    ) -> Iterator[Entry]:
        before, *beside = self._operands(body, node, place)
        share = place.budget // max(1, len(body.nodes) * len(bodies))
        first: Size = 0
        for inner, times in bodies:
            before = self.reader.after(inner, times - 1, before, beside)
            names = (*place.prefix, *path, round_name(first, times, alone=len(bodies) == 1))
            names_in = (name for name, _ in inner.inputs)
            ports = dict(zip(names_in, (before, *beside), strict=False))
            times_here = place.times * times
            yield from self._body(inner, Place(names, times_here, place.steps, ports, share))
            before = self.reader.after(inner, 1, before, beside)
            first = first + times

    def _inside(
        self, body: Body, node: Node, inner: Body, path: Path, place: Place, share: int
    ) -> Place:
        operands = self._operands(body, node, place)
        before = {name: f for (name, _), f in zip(inner.inputs, operands, strict=False)}
        return Place((*place.prefix, *path), place.times, place.steps, before, share, node.span)

    def _operands(self, body: Body, node: Node, place: Place) -> list[Fields]:
        """What the operands of a node see, in terms of the network's inputs."""
        found = self.reader.nodes(body)
        return [
            {} if ref is None else relative(found[ref.node].get(ref.port, {}), body, place.before)
            for ref in node.operands
        ]

    def _first(self, path: str) -> bool:
        """Whether the path is met for the first time: weights are counted once."""
        if path in self._seen:
            return False
        self._seen.add(path)
        return True


def _row(node: Node, place: Place, op: str, sees: Fields) -> Row:
    kind: ValueType = node.types[0][1] if node.types else UNKNOWN
    return Row(place.path(node.name), op, kind, node.span, times=place.times, sees=sees)


def _weighed(row: Row, stage: Stage, found: Weights) -> Row:
    return replace(
        row,
        path=row.path.rpartition(".")[0] + "." + stage.name if "." in row.path else stage.name,
        params=row.times * found.number,
        non_trainable=row.times * found.non_trainable,
        buffers=row.times * found.buffers,
        formula=found.params,
        weights=found.weights,
        biases=found.biases,
        note="; ".join(tie_text(t) for t in stage.ties),
    )


def _marked(entry: Entry, trained: frozenset[Path] | None) -> Entry:
    """The entry, with a mark when none of its weights is learnt, or training uses and updates none."""
    row = entry.row
    if row.params != 0 and row.params == row.non_trainable:
        return replace(entry, row=replace(row, trainable=False))
    if trained is None or () in trained or row.params == 0:
        return entry
    path = tuple(row.path.split("."))
    if any(path[: len(t)] == t or t[: len(path)] == path for t in trained):
        return entry
    return replace(entry, row=replace(row, trainable=False))


def round_name(first: Size, times: Size, *, alone: bool) -> str:
    """`*` for all rounds, `0`, or `1-3` where rounds differ."""
    if alone or not (isinstance(first, int) and isinstance(times, int)):
        return "*"
    return str(first) if times == 1 else f"{first}-{first + times - 1}"


def _family(body: Body, node: Node) -> str:
    """The name of the distribution that is drawn from."""
    ref = node.operands[0]
    kind = None if ref is None else body.nodes[ref.node].type(ref.port)
    return f"draw {kind.family}" if isinstance(kind, Distribution) else "draw"

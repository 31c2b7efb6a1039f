"""The variables of a program: what they hold, which rows, and the scope in which a statement is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from specc.plain import is_plain
from specc.program import Act, Body, Node, ReadPort, Ref, RowsRead, TrainPlan
from specc.resolve.context import Context, Scope
from specc.resolve.graphs import without_features
from specc.resolve.member import SPLITS
from specc.resolve.order import labels, names_read
from specc.resolve.row_sets import Given, RowSet, row_sets
from specc.resolve.untrained import refuse_own_stages
from specc.resolve.values import POISON, Flow, Meaning, Number, Splits
from specc.source import Span
from specc.syntax import tree
from specc.types import ANYTHING, Graph, Tensor, Unknown, ValueType


class Variable(Struct, frozen=True):
    """What a name holds: a value of a type, with these rows.

    `parts` are the names of the outputs, where it is a call with several; `graph` is the name that holds
    the graph on whose nodes or edges it stands.
    """

    type: ValueType
    span: Span
    rows: RowSet = None
    parts: tuple[tuple[str, str], ...] = ()
    graph: str | None = None


class Variables(Struct, eq=False):
    """The names of a program while its statements are read in order.

    `once` are the names that the text gives a value once, so that a number stays known.
    """

    context: Context
    program: tree.Program
    trains: Mapping[str, TrainPlan | None]
    assigned: frozenset[str]
    once: frozenset[str]
    known: dict[str, Variable] = field(default_factory=dict)
    statics: dict[str, Number] = field(default_factory=dict)
    reads: dict[str, RowsRead] = field(default_factory=dict)
    graphs: dict[str, Graph] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    uses: dict[str, None] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    # ------------------------------------------------------------------- scopes

    def scope(self, node: object) -> Scope:
        """A scope with the variables and rows that a statement reads."""
        scope = Scope(self.context, self.program.name.id, "program")
        scope.reserved = {label.id for label in labels(node)}
        scope.elsewhere = dict.fromkeys(self.assigned - self.known.keys(), "")
        for name, variable in self.known.items():
            scope.names[name] = POISON
            scope.places[name] = variable.span
        for name in dict.fromkeys(n.id for n in names_read(node)):
            self._bind(scope, name)
        return scope

    def _bind(self, scope: Scope, name: str) -> None:
        meaning: Meaning | None = None
        if name in self.known:
            meaning = self._variable(scope, name)
        elif name in self.statics:
            meaning = self.statics[name]
        elif name not in self.assigned:
            meaning = self._rows(scope, name)
        if meaning is not None:
            scope.names[name] = meaning
            self.read.add(name)

    def _variable(self, scope: Scope, name: str) -> Flow:
        variable = self.known[name]
        if isinstance(variable.type, Unknown):
            return POISON
        if not variable.parts:
            flow = self._port(scope, name, variable.type, variable.span)
            return replace(flow, graph=self._graph(scope, variable))
        flows = [
            (port, self._port(scope, part, self.known[part].type, variable.span))
            for port, part in variable.parts
        ]
        graphs = (self._graph(scope, self.known[part]) for _, part in variable.parts)
        ports = tuple((port, flow.ref, flow.type) for port, flow in flows)
        return Flow(ports, graph=next(filter(None, graphs), None))

    def _graph(self, scope: Scope, variable: Variable) -> Flow | None:
        """The graph that a variable stands on."""
        if variable.graph is None:
            return None
        if variable.graph in self.known:
            held = self.known[variable.graph]
            return self._port(scope, variable.graph, held.type, held.span)
        return self._port(scope, variable.graph, self.graphs[variable.graph], variable.span)

    def _port(self, scope: Scope, name: str, type: ValueType, span: Span) -> Flow:
        return scope.add(name, span, ReadPort(name), (), (("output", type),))

    def _rows(self, scope: Scope, name: str) -> Meaning | None:
        """`test`, or `VAE` of `VAE.test`."""
        if name in SPLITS:
            last = list(self.trains.values())[-1]
            return POISON if last is None else self._split(scope, last, name, f"{name}.")
        if name not in self.trains or name in self.context.definitions:
            return None
        plan = self.trains[name]
        if plan is None:
            return POISON
        found = ((s, self._split(scope, plan, s, f"{name}.{s}.")) for s in SPLITS)
        return Splits(name, tuple((s, flow) for s, flow in found if flow is not None))

    def _split(self, scope: Scope, plan: TrainPlan, split: str, before: str) -> Flow | None:
        if split == "validation" and not getattr(plan.settings, "validation", None):
            return None
        ports: list[tuple[str, Ref, ValueType]] = []
        graph: Flow | None = None
        for name, type in plan.body.inputs:
            self.reads[before + name] = RowsRead(before + name, plan.name, split, name)
            flow = self._port(scope, before + name, type, plan.span)
            ports.append((name, flow.ref, flow.type))
            if isinstance(type, Graph):
                self.graphs[before + name], graph = type, flow
        return Flow(tuple(ports), graph=graph)

    # ------------------------------------------------------------------- values

    def body(self, scope: Scope) -> Body:
        """What a statement computes, when its rows fit; its networks are noted."""
        self.uses.update(scope.uses)
        refuse_own_stages(scope)
        inputs = tuple((n.operation.name, n.types[0][1]) for n in _ports(scope.nodes))  # type: ignore[union-attr]
        return scope.body(self.program, (), inputs, ())

    def rows(self, scope: Scope) -> Sequence[RowSet]:
        """Which rows the values of a statement have; those that do not fit are reported."""
        return row_sets(scope, self.given())

    def given(self) -> Given:
        """The rows of all names."""
        own = {name: v.rows for name, v in self.known.items()}
        read = {n: f"the {r.split} rows of {r.train}" for n, r in self.reads.items()}
        return {**read, **own}

    def assign(self, scope: Scope, values: Sequence[tuple[tree.Name, Flow]]) -> Act | None:
        """Names for values; None after an error, with the names poisoned."""
        if any(flow is POISON or flow.ref.node < 0 for _, flow in values):
            for name, _ in values:
                self.known[name.id] = Variable(POISON.type, name.span)
            return None
        rows = self.rows(scope)
        held = [*values]
        for name, flow in values:
            graph = self._standing(scope, name, flow, held)
            self._hold(scope, name, flow, rows[flow.ref.node], graph)
        targets = tuple(name.id for name, _ in held)
        return Act(self.body(scope), targets, tuple(flow.ref for _, flow in held))

    def _standing(
        self, scope: Scope, name: tree.Name, flow: Flow, held: list[tuple[tree.Name, Flow]]
    ) -> str | None:
        """The name of the graph that a value stands on; one that has none gets one beside the value."""
        type, graph = flow.type, flow.graph
        if graph is None or not isinstance(type, Tensor) or type.over not in ("nodes", "edges"):
            return None
        graph = without_features(scope, graph)
        operation = scope.nodes[graph.ref.node].operation
        if isinstance(operation, ReadPort):
            return operation.name
        own = tree.Name(name.span, f"{name.id}.graph")
        held.append((own, graph))
        self.known[own.id] = Variable(graph.type, name.span)
        return own.id

    def _hold(
        self, scope: Scope, name: tree.Name, flow: Flow, rows: RowSet, graph: str | None
    ) -> None:
        type, once = flow.type, name.id in self.once
        if once and is_plain(scope.nodes, flow.ref, self.numbers):
            self.numbers.add(name.id)
        if isinstance(type, Tensor):
            type = replace(type, constant=None, range=type.range if once else ANYTHING)
        self.known[name.id] = Variable(type, name.span, rows, graph=graph)


def _ports(nodes: Sequence[Node]) -> Iterator[Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        if isinstance(node.operation, ReadPort):
            found.setdefault(node.operation.name, node)
    yield from found.values()


def joined(before: Variable, after: Variable) -> Variable | None:
    """What a name holds where two ways meet; None where the shapes are at odds."""
    old, new = before.type, after.type
    if isinstance(new, Unknown):
        return after  # wrong already
    rows = before.rows if before.rows == after.rows else None
    if not isinstance(old, Tensor) or not isinstance(new, Tensor):
        return before if not isinstance(old, Graph) or old == new else None
    if (old.sizes, old.batched, old.over) == (new.sizes, new.batched, new.over):
        dtype = old.dtype if old.dtype == new.dtype else "float"
        graph = before.graph if before.graph == after.graph else None
        return replace(before, type=replace(old, dtype=dtype), rows=rows, graph=graph)
    if not old.rank and not old.batched and old.dtype == "float":
        return replace(before, type=new, rows=after.rows)
    return None


def shape_told(type: ValueType) -> str:
    """A type in words, for a message."""
    if not isinstance(type, Tensor):
        return "another kind of value"
    return f"{type} for each row" if type.batched else f"{type} for all rows"

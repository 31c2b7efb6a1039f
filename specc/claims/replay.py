"""A network once more, with other shapes at some of its nodes: through blocks, rounds and cells too.

Nodes are told by their dotted path in the network, as rows are: `C1`, `residual1.conv2`, `repeat1.*.linear1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from specc.claims.again import asked
from specc.count.rows import Entry, round_name
from specc.layers.base import Inference, Operand
from specc.program import Apply, Body, Invoke, Node, Path, ReadPort, Rounds, Scan
from specc.sizes import Size
from specc.types import Tensor, Unknown, ValueType

Types: TypeAlias = dict[str, ValueType] | None
"""The outputs of a node by port; None where it does not fit, or cannot be worked out again."""
MOST = 5_000
"""Nodes of one replay."""


@dataclass(slots=True)
class Replay:
    """What every node gives, and what every layer says, after the shapes that were given."""

    shapes: Mapping[str, tuple[Size, ...]]
    types: dict[str, Types] = field(default_factory=dict)
    layers: dict[str, Inference | None] = field(default_factory=dict)
    operands: dict[str, tuple[Operand | None, ...]] = field(default_factory=dict)

    def network(self, body: Body) -> Replay:
        """Play a network; itself."""
        self._body(body, (), dict(body.inputs))
        return self

    def output(self, key: str) -> tuple[Size, ...] | None:
        """The sizes of a node's first output; None where it has none any more."""
        found = self.types.get(key)
        kind = next(iter(found.values()), None) if found else None
        return tuple(kind.sizes) if isinstance(kind, Tensor) else None

    def _body(self, body: Body, prefix: Path, inputs: Mapping[str, ValueType | None]) -> Types:
        """The outputs of a body by port."""
        types: list[Types] = []
        for node in body.nodes:
            key = ".".join((*prefix, node.name))
            own = self._node(node, key, prefix, types, body, inputs)
            types.append(_replaced(own, self.shapes.get(key)))
            self.types[key] = types[-1]
        found: dict[str, ValueType] = {}
        for name, ref in body.outputs:
            given = types[ref.node]
            if given is None or ref.port not in given:
                return None
            found[name] = given[ref.port]
        return found

    def _node(
        self,
        node: Node,
        key: str,
        prefix: Path,
        types: list[Types],
        body: Body,
        inputs: Mapping[str, ValueType | None],
    ) -> Types:
        if isinstance(node.operation, ReadPort):
            kind = inputs.get(node.operation.name)
            return None if kind is None else {node.types[0][0]: kind}
        operands = [None if r is None else (types[r.node] or {}).get(r.port) for r in node.operands]
        if any(r is not None and o is None for r, o in zip(node.operands, operands, strict=True)):
            return None
        same = all(
            r is None or o == body.nodes[r.node].type(r.port)
            for r, o in zip(node.operands, operands, strict=True)
        )
        match node.operation:
            case Apply(layer, inference, _):
                known = tuple(_operand(o) for o in operands)
                found = inference if same else asked(layer, known)
                self.layers[key], self.operands[key] = found, known
                return None if found is None else dict(found.outputs)
            case Invoke() | Rounds() | Scan() if len(self.types) < MOST:
                return self._inside(node, prefix, operands, same=same)
            case _:
                return dict(node.types) if same else None

    def _inside(
        self, node: Node, prefix: Path, operands: list[ValueType | None], *, same: bool
    ) -> Types:
        match node.operation:
            case Invoke(path, inner):
                names = (n for n, _ in inner.inputs)
                found = self._body(
                    inner, (*prefix, *path), dict(zip(names, operands, strict=False))
                )
                return _at_ports(node, found)
            case Rounds(path, bodies):
                return _at_ports(node, self._rounds(bodies, (*prefix, *path), operands))
            case Scan(path, inner):
                inside = self._body(inner, (*prefix, *path), dict(inner.inputs)) if same else None
                return dict(node.types) if inside is not None else None
            case _:
                return None

    def _rounds(
        self, bodies: tuple[tuple[Body, Size], ...], path: Path, operands: list[ValueType | None]
    ) -> Types:
        before, *beside = operands
        first: Size = 0
        found: Types = None
        for inner, times in bodies:
            prefix = (*path, round_name(first, times, alone=len(bodies) == 1))
            names = (n for n, _ in inner.inputs)
            found = self._body(inner, prefix, dict(zip(names, (before, *beside), strict=False)))
            after = next(iter(found.values())) if found else None
            if after is None or (times != 1 and _sizes(after) != _sizes(before)):
                return None  # each round would differ from the one before
            before, first = after, first + times
        return found


@lru_cache(maxsize=256)
def replayed(network: Body, shapes: tuple[tuple[str, tuple[Size, ...]], ...]) -> Replay:
    """The replay of a network with these shapes; a sum asks for the same one for each of its layers."""
    return Replay(dict(shapes)).network(network)


def key_of(entry: Entry) -> str:
    """How the node of a row is told."""
    return "" if entry.node is None else entry.place.path(entry.node.name)


def before(entries: Iterable[Entry], key: str) -> list[str]:
    """The nodes of the rows above one, the nearest first."""
    keys = [key_of(e) for e in entries]
    at = keys.index(key) if key in keys else len(keys)
    return [k for k in reversed(keys[:at]) if k]


def _operand(kind: ValueType | None) -> Operand | None:
    return None if isinstance(kind, Unknown) else kind


def _sizes(kind: ValueType | None) -> object:
    return kind.sizes if isinstance(kind, Tensor) else kind


def _at_ports(node: Node, found: Types) -> Types:
    """Outputs of a body under the names that its call gives them."""
    if found is None or len(found) != len(node.types):
        return None
    return dict(zip((port for port, _ in node.types), found.values(), strict=True))


def _replaced(own: Types, sizes: tuple[Size, ...] | None) -> Types:
    """The main output with the student's sizes, where it has as many axes."""
    if sizes is None or own is None:
        return own
    name, kind = next(iter(own.items()))
    if not isinstance(kind, Tensor) or kind.rank != len(sizes):
        return own
    return {**own, name: kind.with_sizes(sizes)}

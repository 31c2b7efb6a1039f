"""The receptive field of every node of a body, relative to the ports of the body.

A body is read once however often it is used: what it sees is a map that is composed with what stands
before it, and raised to a power in a repetition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from specc.layers.base import Inference, Window
from specc.program import Apply, Body, Invoke, Node, ReadPort, Ref, Rounds, Sample, Scan
from specc.receptive import (
    EVERYTHING,
    HOPS,
    POINT,
    Fields,
    Seen,
    compose,
    power,
    union,
    window_field,
)
from specc.sizes import Size, known
from specc.types import SPATIAL, UNKNOWN, Graph, Tensor, ValueType, named_axes

MOST_STEPS = 256
"""Steps of a cell whose field is followed; where it still grows behind them, it is everything."""

Ports: TypeAlias = dict[str, Fields]
"""What each output of a node sees."""


class FieldReader:
    """Receptive fields of bodies, each computed once."""

    def __init__(self) -> None:
        self._known: dict[Body, tuple[Ports, ...]] = {}

    def nodes(self, body: Body) -> tuple[Ports, ...]:
        """The fields of every node's outputs, in the order of the nodes."""
        if body not in self._known:
            found: list[Ports] = []
            for node in body.nodes:
                found.append(self._node(body, node, found))
            self._known[body] = tuple(found)
        return self._known[body]

    def output(self, body: Body, port: str | None = None) -> Fields:
        """What an output port of the body sees, the first one when none is named."""
        ref = body.outputs[0][1] if port is None else dict(body.outputs)[port]
        return _read(self.nodes(body), ref)

    def through(self, rounds: Rounds, before: Fields, beside: Sequence[Fields] = ()) -> Fields:
        """What the end of a repetition sees; `beside` is what the values see that all rounds read."""
        for body, times in rounds.bodies:
            before = self.after(body, times, before, beside)
        return before

    def after(
        self, body: Body, times: Size, before: Fields, beside: Sequence[Fields] = ()
    ) -> Fields:
        """What the end of `times` rounds of a body sees, `before` being what its input sees."""
        if times == 0 or not body.outputs:
            return before
        return _raised(self.output(body), body, times, (before, *beside))

    def _node(self, body: Body, node: Node, found: Sequence[Ports]) -> Ports:
        refs = [r for r in node.operands if r is not None]
        operands = [_read(found, r) for r in refs]
        seen: Fields = {}
        match node.operation:
            case ReadPort(name):
                seen = port_fields(name, dict(body.inputs).get(name, UNKNOWN))  # "?" of an error
            case Apply(layer, inference, _):
                seen = merge(
                    _layer(inference, o, moves=not _on_edges(body, r))
                    for r, o in zip(refs, operands, strict=True)
                )
                if _pools(body, node) or getattr(layer, "to", "") == "items":
                    seen = {k: EVERYTHING if k[1] == HOPS else s for k, s in seen.items()}
            case Sample():
                seen = merge(operands)
            case Invoke(_, inner):
                return self._call(inner, node, found)
            case Scan() as scan:
                given = [{} if r is None else _read(found, r) for r in node.operands]
                seen = self._scanned(scan, given)
            case Rounds() as rounds:
                seen = self.through(rounds, operands[0], operands[1:])
            case _:
                pass
        return {port: seen for port, _ in node.types}

    def _scanned(self, scan: Scan, operands: Sequence[Fields]) -> Fields:
        """What the output of a cell sees at the last of its steps."""
        everywhere: Fields = dict.fromkeys(merge(operands), EVERYTHING)
        if scan.over == "tree":
            return everywhere
        inside = relative(self.output(scan.body), scan.body, self.inside(scan, operands))
        return {**everywhere, **inside}

    def inside(self, scan: Scan, operands: Sequence[Fields]) -> dict[str, Fields]:
        """What the inputs and states of a cell see at the last step, in terms of the operands of its scan.

        Along the steps that is everything; along the axes of what comes at a step the field of a state
        grows from step to step.
        """
        body = scan.body
        names = [name for name, _ in body.inputs]
        states = [s.name for s in body.states]
        before: dict[str, Fields] = dict(zip(names, operands, strict=False))
        before[names[0]] = _at_a_step(scan, operands[0])
        last = scan.steps if known(scan.steps) else MOST_STEPS
        for _ in range(min(last, MOST_STEPS) - 1):
            new = {s: relative(self.output(body, f"next {s}"), body, before) for s in states}
            if all(new[s] == before.get(s, {}) for s in states):
                return before
            before |= new
        if known(scan.steps) and scan.steps <= MOST_STEPS:
            return before
        return before | {s: dict.fromkeys(before[s], EVERYTHING) for s in states}

    def _call(self, inner: Body, node: Node, found: Sequence[Ports]) -> Ports:
        before = {
            port: _read(found, ref)
            for (port, _), ref in zip(inner.inputs, node.operands, strict=False)
            if ref is not None
        }
        outputs = dict(inner.outputs)
        names = [n for n, _ in node.types]
        single = len(names) == 1 and names[0] not in outputs
        return {
            n: relative(self.output(inner, None if single else n), inner, before) for n in names
        }


def _at_a_step(scan: Scan, sequence: Fields) -> Fields:
    """What comes at one step: its own axes are as they were, along the others it is any of all."""
    own = {axis for _, axis in port_fields("", scan.body.inputs[0][1])}
    kept = own if scan.free_running == "never" else set()
    return {key: seen if key[1] in kept else EVERYTHING for key, seen in sequence.items()}


def _pools(body: Body, node: Node) -> bool:
    """Whether a node brings nodes or edges together at their graph."""
    kinds = [body.nodes[r.node].type(r.port) for r in node.operands if r is not None]
    places = {k.over for k in kinds if isinstance(k, Tensor) and k.batched}
    out = node.types[0][1]
    return bool(places - {"items"}) and isinstance(out, Tensor) and out.over == "items"


def _on_edges(body: Body, ref: Ref) -> bool:
    """Whether a value stands on edges, and so has come along them already."""
    type = body.nodes[ref.node].type(ref.port)
    return isinstance(type, Tensor) and type.over == "edges"


def port_fields(port: str, kind: ValueType) -> dict[tuple[str, str], Seen]:
    """An input sees itself. Axes without names count as those of a tensor of their rank."""
    if isinstance(kind, Graph):
        return {(port, HOPS): POINT} if kind.features() else {}
    axes = named_axes(kind.axes) if isinstance(kind, Tensor) else ()
    own = (HOPS,) if isinstance(kind, Tensor) and kind.over in ("nodes", "edges") else ()
    return {(port, axis): POINT for axis in (*axes, *own) if axis in SPATIAL or axis == HOPS}


def merge(several: Iterable[Fields]) -> Fields:
    """What a value sees that is made of several."""
    found: dict[tuple[str, str], Seen] = {}
    for fields in several:
        for key, seen in fields.items():
            found[key] = union((found[key], seen)) if key in found else seen
    return found


def relative(local: Fields, body: Body, before: dict[str, Fields]) -> Fields:
    """Fields inside a body in terms of what stands before its ports."""
    return merge(_enter(local, port, kind, before.get(port, {})) for port, kind in body.inputs)


def _enter(local: Fields, port: str, kind: ValueType, before: Fields) -> Fields:
    inner = {axis: seen for (name, axis), seen in local.items() if name == port}
    if not inner:  # either nothing reads this port, or it has no positions
        return before if not port_fields(port, kind) else {}
    only = next(iter(inner.values())) if len(inner) == 1 else None
    return {
        key: compose(inner.get(key[1], only or EVERYTHING), seen) for key, seen in before.items()
    }


def _raised(local: Fields, body: Body, times: Size, before: Sequence[Fields]) -> Fields:
    lifted = {key: power(seen, times) for key, seen in local.items()}
    ports = zip(body.inputs, before, strict=False)
    return merge(_enter(lifted, port, kind, fields) for (port, kind), fields in ports)


def _layer(inference: Inference, before: Fields, *, moves: bool) -> Fields:
    """What a layer sees; along a graph only what moves along its edges sees further."""
    hops = [w for w in inference.windows if w.axis == HOPS and moves]
    moved = {k: _window(tuple(hops), HOPS, s) for k, s in before.items() if k[1] == HOPS}
    return _positions(inference, {k: s for k, s in before.items() if k[1] != HOPS}) | moved


def _positions(inference: Inference, before: Fields) -> dict[tuple[str, str], Seen]:
    if inference.sees == "all":
        return dict.fromkeys(before, EVERYTHING)
    if inference.sees == "point" or not inference.windows:
        return dict(before)
    return {key: _window(inference.windows, key[1], seen) for key, seen in before.items()}


def _window(windows: tuple[Window, ...], axis: str, before: Seen) -> Seen:
    by_axis = {w.axis: w for w in windows}
    # A lone axis keeps its meaning when it is renamed (`time` becomes `length` by `permute`).
    window = by_axis.get(axis) or (windows[0] if len(windows) == 1 else None)
    return before if window is None else compose(window_field(window), before)


def _read(found: Sequence[Ports], ref: Ref) -> Fields:
    ports = found[ref.node]
    return ports.get(ref.port) or next(iter(ports.values()), {})

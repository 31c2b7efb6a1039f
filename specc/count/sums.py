"""Sums over bodies: every body is added up once, however often it is used."""

from __future__ import annotations

from msgspec import Struct

from specc.count.add import add_up
from specc.count.report import Totals
from specc.count.weights import Weights, weights
from specc.layers.base import Convention
from specc.program import Apply, Body, Invoke, Node, Path, Program, Rounds, Sample, Scan, Stage
from specc.sizes import Size


class Owned(Struct, frozen=True):
    """What a body owns, networks that it calls left out."""

    params: Size = 0
    non_trainable: Size = 0
    buffers: Size = 0
    buffer_bytes: Size = 0

    def plus(self, other: Owned, times: Size = 1) -> Owned:
        """The sum with `times` copies of another."""
        return Owned(
            self.params + times * other.params,
            self.non_trainable + times * other.non_trainable,
            self.buffers + times * other.buffers,
            self.buffer_bytes + times * other.buffer_bytes,
        )


class Summer:
    """Sums of a program's bodies under one convention."""

    def __init__(self, program: Program, convention: Convention = "pytorch") -> None:
        self.program = program
        self.convention = convention
        self.networks = {b.name: b for b in program.networks}
        self._owned: dict[Body, Owned] = {}
        self._macs: dict[Body, Size] = {}
        self._called: dict[Body, frozenset[str]] = {}

    def weights(self, stage: Stage) -> Weights:
        """The weights of a layer or bare tensor."""
        return weights(stage, self.convention)

    def owned(self, body: Body) -> Owned:
        """The weights of all stages of a body."""
        if body not in self._owned:
            result = Owned()
            for stage in body.stages:
                result = result.plus(self.stage(stage))
            self._owned[body] = result
        return self._owned[body]

    def stage(self, stage: Stage) -> Owned:
        """The weights of one stage, whatever it is."""
        if isinstance(stage.unit, Body):
            return self.owned(stage.unit)
        if isinstance(stage.unit, Rounds):
            return self.rounds(stage.unit)
        found = self.weights(stage)
        return Owned(found.number, found.non_trainable, found.buffers, found.buffer_bytes)

    def rounds(self, rounds: Rounds) -> Owned:
        """The weights of all rounds of a repetition."""
        result = Owned()
        for body, times in rounds.bodies:
            result = result.plus(self.owned(body), times)
        return result

    def macs(self, body: Body) -> Size:
        """Multiply-accumulates of one item, at every call."""
        if body not in self._macs:
            self._macs[body] = add_up(self.node_macs(n) for n in body.nodes)
        return self._macs[body]

    def node_macs(self, node: Node) -> Size:
        """Multiply-accumulates of one node."""
        match node.operation:
            case Apply(_, inference, _) | Sample(inference):
                return 0 if inference.macs is None else inference.macs.value
            case Invoke(_, body) as call:
                return call.here(self.macs(body))
            case Scan(_, body, steps):
                return steps * self.macs(body)
            case Rounds(_, bodies):
                return add_up(times * self.macs(body) for body, times in bodies)
            case _:
                return 0

    def called(self, body: Body) -> frozenset[str]:
        """The networks that a body calls, and those that these call."""
        if body not in self._called:
            found: frozenset[str] = frozenset()
            for node in body.nodes:
                found |= self._called_by(body, node)
            self._called[body] = found
        return self._called[body]

    def _called_by(self, body: Body, node: Node) -> frozenset[str]:
        match node.operation:
            case Invoke(stage, inner):
                own = self.called(inner)
                return own | {stage[0]} if self.is_network(body, stage) else own
            case Scan(_, inner):
                return self.called(inner)
            case Rounds(_, bodies):
                return frozenset().union(*(self.called(b) for b, _ in bodies))
            case _:
                return frozenset()

    def is_network(self, body: Body, path: Path) -> bool:
        """Whether a path of the body leads to a network rather than to a stage of its own."""
        return path[0] in self.networks and all(s.name != path[0] for s in body.stages)

    def network(self, body: Body) -> Owned:
        """What a network owns together with the networks that it calls, each once."""
        names = sorted(self.called(body) - {body.name})
        result = self.owned(body)
        for name in names:
            result = result.plus(self.owned(self.networks[name]))
        return result

    def totals(self, body: Body, frozen: Size = 0) -> Totals:
        """The sums of a network; `frozen` of its parameters are not trained."""
        return as_totals(self.network(body), self.macs(body), frozen)


def as_totals(owned: Owned, macs: Size, frozen: Size = 0) -> Totals:
    """Sums as they are reported."""
    fixed = owned.non_trainable + frozen
    return Totals(owned.params, owned.params - fixed, fixed, owned.buffers, macs)

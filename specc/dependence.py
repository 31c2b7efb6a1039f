"""Which weights the values of a train block depend on, and to which of them a gradient flows.

Weights are named by their owner: a network, or a stage of the train block itself.
"""

from __future__ import annotations

from specc.program import (
    Adapted,
    Apply,
    BareTensor,
    Body,
    Generated,
    Invoke,
    Node,
    Path,
    Program,
    ReadTensor,
    Ref,
    Rounds,
    Scan,
    StepPlan,
)
from specc.types import Tensor

Owners = frozenset[str]
NOBODY: Owners = frozenset()


class Dependence:
    """For each node of a body: `weights`, all that its value depends on; `reach`, where gradients flow."""

    def __init__(self, program: Program, body: Body) -> None:
        self.program, self.body = program, body
        self.networks = {b.name: b for b in program.networks}
        self._borrowed: dict[str, Owners] = {}
        self.weights: list[Owners] = []
        self.reach: list[Owners] = []
        for node in body.nodes:
            own = self._own(node)
            before = [r.node for r in node.operands if r is not None]
            self.weights.append(own.union(*(self.weights[n] for n in before)))
            reach = own.union(*(self.reach[n] for n in before))
            self.reach.append(NOBODY if stops(node) else reach)

    def _own(self, node: Node) -> Owners:
        """The owners of the weights that the node itself reads."""
        path = _path(node)
        if not path:
            return NOBODY
        if path[0] in self.networks:
            return self.family(path[0])
        stage = next((s for s in self.body.stages if s.name == path[0]), None)
        if stage is not None and isinstance(stage.unit, BareTensor) and not stage.unit.trainable:
            return NOBODY
        return frozenset((path[0],))

    def family(self, name: str) -> Owners:
        """A network and those whose weights it borrows."""
        if name not in self._borrowed:
            found = Owners((name,))
            for other in self.networks[name].uses:
                found |= self.family(other) if other in self.networks else NOBODY
            self._borrowed[name] = found
        return self._borrowed[name]

    def ancestors(self, refs: tuple[Ref, ...]) -> frozenset[int]:
        """The nodes that these values are computed from, their own included."""
        ahead, seen = [r.node for r in refs], set[int]()
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                operands = self.body.nodes[number].operands
                ahead += [r.node for r in operands if r is not None]
        return frozenset(seen)


def _path(node: Node) -> Path:
    operation = node.operation
    if isinstance(operation, ReadTensor):
        return operation.path
    stage = (
        operation.stage
        if isinstance(operation, (Adapted, Apply, Generated, Invoke, Rounds, Scan))
        else None
    )
    return stage or ()


_LEVEL = ("stop", "round", "floor", "sign")
"""Layers whose derivative is 0 wherever there is one, and `stop`, which has none by decree."""


def stops(node: Node) -> bool:
    """Whether no gradient passes this node: it is level, or gives whole numbers or truth values."""
    if isinstance(node.operation, Apply) and node.operation.layer.word in _LEVEL:
        return True
    types = [type for _, type in node.types]
    return bool(types) and all(isinstance(t, Tensor) and t.dtype != "float" for t in types)


def differentiates(node: Node) -> bool:
    """Whether a node is a derivative of another value."""
    operation = node.operation
    return isinstance(operation, Apply) and operation.layer.word in ("gradient", "jacobian")


def learnt(step: StepPlan) -> Owners:
    """The owners of the weights that a step updates."""
    return frozenset(path[0] for path in step.learns)

"""What training needs in memory for a batch size, from the counts alone. All figures are bytes.

Activations are an estimate from above for eager PyTorch in fp32: the outputs of all layers are kept
for the backward pass, views of another tensor are free, and what a layer keeps inside is not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel

from specc.count.add import add_up
from specc.count.sums import Owned, Summer
from specc.program import Apply, Body, Invoke, Node, Program, Rounds, Sample, Scan, TrainPlan
from specc.sizes import Size
from specc.types import Tensor

if TYPE_CHECKING:
    from specc.learnt import Learnt

FLOAT = 4
BYTES = {"float": FLOAT, "int": 8, "bool": 1}
VIEWS = frozenset(
    "flatten reshape permute transpose squeeze unsqueeze identity split chunk select slice "
    "expand".split()
)
"""Layers whose output is another view of their input."""


class Memory(Struct, frozen=True):
    """Bytes by use. `name` is the train block, or a network where nothing is trained.

    `ema` is the copy that holds moving averages of the weights.
    """

    name: str
    batch: Size
    weights: Size
    buffers: Size
    gradients: Size
    optimizer: Size
    activations: Size
    ema: Size = 0

    @property
    def total(self) -> Size:
        """Everything together."""
        fixed = self.weights + self.buffers + self.ema + self.gradients
        return fixed + self.optimizer + self.activations


def memory(program: Program, batch: Size | None = None) -> tuple[Memory, ...]:
    """One for each train block; one for each network of a file without any.

    `batch` defaults to the block's own `batch`, and to 1 for a network.
    """
    reader = _Reader(Summer(program))
    if program.trains:
        return tuple(reader.plan(plan, batch) for plan in program.trains)
    return tuple(reader.network(body, 1 if batch is None else batch) for body in program.networks)


class _Reader:
    def __init__(self, summer: Summer) -> None:
        self.summer = summer
        self._kept: dict[Body, tuple[Size, Size]] = {}

    def network(self, body: Body, batch: Size) -> Memory:
        """A network that only computes: no gradients, no optimizer."""
        return self._memory(body.name, batch, self.summer.network(body), body, 0, 0)

    def plan(self, plan: TrainPlan, batch: Size | None) -> Memory:
        """A train block with its optimizers."""
        size = getattr(plan.settings, "batch", 1) if batch is None else batch
        owned = Owned()
        for name in sorted(self._networks(plan.body)):
            owned = owned.plus(self.summer.owned(self.summer.networks[name]))
        learnt = self._learnt(plan)
        each = {(t.name, t.parameter.sizes, t.times): _number(t) for _, t in learnt}
        gradients = add_up(each.values()) * FLOAT
        state = add_up(t.times * _state(o, t) for o, t in learnt) * FLOAT
        found = self._memory(plan.name, size or 1, owned, plan.body, gradients, state)
        averaged = getattr(plan.settings, "ema", None) is not None
        return replace(found, ema=found.weights + found.buffers) if averaged else found

    def _networks(self, body: Body) -> set[str]:
        names = set(body.uses) | set(self.summer.called(body))
        return {n for n in names if n in self.summer.networks}

    def _learnt(self, plan: TrainPlan) -> list[tuple[BaseModel, Learnt]]:
        """Every tensor that some update trains, with its optimizer."""
        from specc.learnt import learnt  # only where something is trained

        program = self.summer.program
        updates = ((s, u) for s in plan.steps for u in s.updates)
        return [(u.optimizer, t) for s, u in updates for t in learnt(program, plan, s, u)]

    def _memory(
        self, name: str, batch: Size, owned: Owned, body: Body, gradients: Size, state: Size
    ) -> Memory:
        per_item, fixed = self.kept(body)
        activations = batch * per_item + fixed
        weights = owned.params * FLOAT
        return Memory(name, batch, weights, owned.buffer_bytes, gradients, state, activations)

    def kept(self, body: Body) -> tuple[Size, Size]:
        """Bytes of the outputs in a body: for each item of the batch, and independent of it."""
        if body not in self._kept:
            inputs = [_bytes(kind) for _, kind in body.inputs if isinstance(kind, Tensor)]
            own = inputs if body.role not in {"block", "cell", "repeat"} else []
            parts = [*own, *(self._node(n) for n in body.nodes)]
            self._kept[body] = (add_up(p[0] for p in parts), add_up(p[1] for p in parts))
        return self._kept[body]

    def _node(self, node: Node) -> tuple[Size, Size]:
        match node.operation:
            case Apply(layer, _, _) if layer.word in VIEWS:
                return 0, 0
            case Apply() | Sample():
                kinds = [_bytes(kind) for _, kind in node.types[:1] if isinstance(kind, Tensor)]
                return (kinds or [(0, 0)])[0]
            case Invoke(_, body) as call:
                per_item, fixed = self.kept(body)
                return call.here(per_item), call.here(fixed)
            case Scan(_, body, steps):
                per_item, fixed = self.kept(body)
                return steps * per_item, fixed
            case Rounds(_, bodies):
                found = [(self.kept(b), times) for b, times in bodies]
                return add_up(k[0] * t for k, t in found), add_up(k[1] * t for k, t in found)
            case _:
                return 0, 0


def _bytes(kind: Tensor) -> tuple[Size, Size]:
    size: Size = BYTES[kind.dtype]
    for extent in kind.sizes:
        size = size * extent
    return (size, 0) if kind.batched else (0, size)


def _number(tensor: Learnt) -> Size:
    """The numbers in a tensor, in all rounds."""
    return tensor.times * tensor.parameter.count.value


def _state(optimizer: BaseModel, tensor: Learnt) -> Size:
    """Numbers that an optimizer keeps for a tensor."""
    from specc.optim import Optimizer  # only where something is trained

    sizes = tensor.parameter.sizes
    return optimizer.kept(sizes) if isinstance(optimizer, Optimizer) else 0

"""What helps where values differ in size that are added or multiplied: a skip, a weight for each channel."""

from __future__ import annotations

from msgspec import Struct

from specc.layers import registry
from specc.program import Apply, Node, Ref
from specc.resolve.context import Scope
from specc.sizes import Size, known, render
from specc.types import Tensor

_POOLS = ("global_avg_pool", "global_max_pool")


class _Value(Struct, frozen=True):
    """An operand: where it was made, and what it is."""

    number: int
    node: Node
    type: Tensor

    @property
    def word(self) -> str:
        """The layer that it comes from, "" where it comes from none."""
        operation = self.node.operation
        return operation.layer.word if isinstance(operation, Apply) else ""


def helps(scope: Scope, word: str, pair: list[Ref]) -> tuple[str, ...]:
    """How the one value is brought to the size of the other; nothing where that is no usual case."""
    found = [
        _Value(ref.node, scope.nodes[ref.node], type)
        for ref in pair
        if isinstance(type := scope.nodes[ref.node].type(ref.port), Tensor)
    ]
    if word not in registry.OPERATORS.values() or len(found) < 2:
        return ()
    earlier, later = sorted(found, key=lambda v: v.number)
    if any(not all(map(known, v.type.sizes)) for v in found):
        return ()
    if earlier.type.rank == later.type.rank:
        return _projected(earlier, later)
    vector, map_ = sorted(found, key=lambda v: v.type.rank)
    return _by_channel(vector, map_)


def _by_channel(vector: _Value, map_: _Value) -> tuple[str, ...]:
    """A number for each channel of a map needs axes of size 1 where the map has height and width."""
    first = map_.type.sizes[0] if map_.type.axes[:1] == ("channels",) else None
    if vector.type.sizes != (first,):
        return ()
    ones = ", ".join("1" for _ in map_.type.sizes[1:])
    if vector.word in _POOLS:
        return (f"{vector.word}(keepdims=true) keeps its axes: one number for each channel",)
    made = f"{vector.node.called} -> reshape[{first}, {ones}]".lstrip()
    return (f"{made} makes of it one number for each channel",)


def _projected(skip: _Value, ahead: _Value) -> tuple[str, ...]:
    """A 1×1 convolution gives the skip the channels that the other value has, and a stride its size."""
    if skip.type.axes != ahead.type.axes or skip.type.axes[:1] != ("channels",):
        return ()
    steps = {_step(a, b) for a, b in zip(skip.type.sizes[1:], ahead.type.sizes[1:], strict=True)}
    step = steps.pop() if len(steps) == 1 else 0
    if not step:
        return ()
    kernel = "x".join("1" for _ in ahead.type.sizes[1:])
    stride = f", stride={step}" if step > 1 else ""
    name, channels = skip.node.called or "the skip", render(ahead.type.sizes[0])
    call = f"{name} -> conv({channels}, {kernel}{stride})"
    return (f"{call} has its shape, as in ResNet",)


def _step(larger: Size, smaller: Size) -> int:
    """The stride that makes the one of the other, 0 where there is none."""
    if not isinstance(larger, int) or not isinstance(smaller, int):
        return 0
    step = -(-larger // smaller) if smaller else 0
    return step if step and -(-larger // step) == smaller else 0

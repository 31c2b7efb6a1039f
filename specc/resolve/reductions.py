"""A value that was reduced to one number where some of its axes were to stay."""

from __future__ import annotations

from collections.abc import Sequence

from specc.layers.common import feature_axis
from specc.program import Apply
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.types import Tensor


def kept_features(scope: Scope, flows: Sequence[Flow | None]) -> tuple[str, ...]:
    """`mean(axis=time) keeps the features`, where a reduction without an axis left one number."""
    flow = flows[0] if flows else None
    if flow is None or flow.ref.node < 0 or not isinstance(flow.type, Tensor) or flow.type.rank:
        return ()
    node = scope.nodes[flow.ref.node]
    layer = node.operation.layer if isinstance(node.operation, Apply) else None
    read = node.operands[0] if node.operands else None
    if layer is None or read is None or getattr(layer, "axis", "") is not None:
        return ()
    before = scope.nodes[read.node].type(read.port)
    if not isinstance(before, Tensor) or not before.rank:
        return ()
    axis = feature_axis(before)
    others = [a for i, a in enumerate(before.axes) if i != axis]
    if before.over != "items":
        others.insert(0, before.over)
    if not all(others) or not others:
        return ()
    named = others[0] if len(others) == 1 else f"[{', '.join(others)}]"
    return (f"{layer.word}(axis={named}) keeps the {before.axes[axis]}",)

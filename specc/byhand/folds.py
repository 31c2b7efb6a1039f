"""A cell moved up a tree by hand: what the children gave is what their parent reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from specc.byhand.array import Array, joined, reshaped

Given = dict[str, Any]
"""What a step makes: its output, and `next h` for each state."""

Step = Callable[[int, int, Array, dict[str, Array]], tuple[Array, Given]]
"""A step for an item of the batch, the place of a node from 1, its symbol, and the states below it."""


def fold(trees: Array, missing: Mapping[str, Array], step: Step) -> Array:
    """The outputs at all nodes, [B, N, …]; `missing` is the state of a child that is not there."""
    batch, nodes, _ = trees.sizes
    items = [_item(trees, item, missing, step) for item in range(batch)]
    outputs = [one[place] for one in items for place in range(1, nodes + 1)]
    return reshaped(joined(outputs, 0), (batch, nodes, *outputs[0].sizes[1:]))


def _item(trees: Array, item: int, missing: Mapping[str, Array], step: Step) -> dict[int, Array]:
    """The outputs of one tree by the places of its nodes: the last row first, the root at the end."""
    states: dict[int, Mapping[str, Array]] = {0: missing}
    outputs: dict[int, Array] = {}
    for place in range(trees.sizes[1], 0, -1):
        symbol, *links = (trees[item, place - 1, k] for k in range(trees.sizes[2]))
        below = [states[int(link.value)] for link in links]
        now = {name: _beside([s[name] for s in below]) for name in missing}
        outputs[place], made = step(item, place, Array((1,), (symbol,)), now)
        states[place] = {name: made[f"next {name}"] for name in missing}
    return outputs


def _beside(states: list[Array]) -> Array:
    """The states of all children, [1, k, …]."""
    return joined([reshaped(s, (1, 1, *s.sizes[1:])) for s in states], 1)

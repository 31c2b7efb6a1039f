"""The sizes on the way to a layer that may be mistaken for its input."""

from __future__ import annotations

from collections.abc import Iterator

from specc.claims.again import asked
from specc.count.rows import Entry
from specc.formula import Formula, formula, product, total
from specc.layers.base import Window
from specc.program import Apply, Body, Node
from specc.receptive import HOPS
from specc.sizes import Size, render
from specc.types import Tensor, Unknown

FURTHEST = 12  # layers that are looked back over


def ancestors(body: Body, node: Node) -> Iterator[Node]:
    """The nodes that a node's first operand comes from, nearest first."""
    for _ in range(len(body.nodes)):
        ref = next((r for r in node.operands if r is not None), None)
        if ref is None:
            return
        node = body.nodes[ref.node]
        yield node


def inputs_mistaken(entry: Entry) -> Iterator[tuple[Size, str]]:
    """Sizes that the input of a fully connected layer does not have, and what they are.

    The channels of the map that was flattened, the outputs of earlier layers, and what the map would
    be without the padding of one layer before.
    """
    nearest: dict[Size, str] = {}
    for size, what in _on_the_way(entry):
        nearest.setdefault(size, what)
    yield from nearest.items()
    yield from ((size, what) for size, what in _without_padding(entry) if size not in nearest)


def _on_the_way(entry: Entry) -> Iterator[tuple[Size, str]]:
    """Of maps only those that no fully connected layer has read before."""
    if entry.node is None:
        return
    read = False
    for _, node in zip(range(FURTHEST), ancestors(entry.body, entry.node), strict=False):
        read = read or _is_linear(node)
        kind = node.types[0][1] if node.types else None
        if not isinstance(kind, Tensor) or not kind.sizes or (read and kind.rank > 1):
            continue
        shape = "×".join(map(render, kind.sizes))
        if kind.rank > 1:
            yield (
                kind.sizes[0],
                f"the channels of {node.name} ({shape}); flatten keeps all positions",
            )
            yield product(kind.sizes[1:]).value, f"one channel of {node.name} ({shape})"
        yield product(kind.sizes).value, f"the output of {node.name} ({shape})"


def _is_linear(node: Node) -> bool:
    return isinstance(node.operation, Apply) and node.operation.layer.word == "linear"


def _without_padding(entry: Entry) -> Iterator[tuple[Size, str]]:
    for node in ancestors(entry.body, entry.node) if entry.node is not None else ():
        operation = node.operation
        if isinstance(operation, Apply) and getattr(operation.layer, "padding", 0) != 0:
            size = _flat_size(entry, node)
            if size is not None:
                yield size, f"what it would be without the padding of {node.name}"


def _flat_size(entry: Entry, bare: Node) -> Size | None:
    """The numbers that reach an entry when one layer on the way has no padding."""
    assert entry.node is not None
    way = list(ancestors(entry.body, entry.node))
    at = way.index(bare)
    ref = next(r for r in bare.operands if r is not None)
    kind = entry.body.nodes[ref.node].type(ref.port)
    for node in reversed(way[: at + 1]):
        operation = node.operation
        others = [r for r in node.operands if r is not None]
        if not isinstance(operation, Apply) or len(others) != 1 or isinstance(kind, Unknown):
            return None
        layer = operation.layer
        layer = layer.model_copy(update={"padding": 0}) if node is bare else layer
        found = asked(layer, (kind, *(None for _ in node.operands[1:])))
        if found is None:
            return None
        kind = found.outputs[0][1]
    return product(kind.sizes).value if isinstance(kind, Tensor) else None


def windows_before(entry: Entry) -> list[Window]:
    """The first windows of the layers on the way to an entry, its own included."""
    if entry.node is None:
        return []
    found: list[Window] = []
    for node in (entry.node, *ancestors(entry.body, entry.node)):
        operation = node.operation
        if isinstance(operation, Apply) and operation.inference.windows:
            found.append(operation.inference.windows[0])
    return found


def field_working(entry: Entry) -> Formula | None:
    """The receptive field along the first axis: 1 + Σ (k − 1)·d·j over the windows on the way.

    None where something on the way is no window, a hop in a graph, or makes the map larger. Source:
    Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks (2019), equation 2.
    """
    windows = windows_before(entry)
    if not windows or not all(w.plain and w.axis != HOPS for w in windows):
        return None
    return total((1, *(part for part, _ in field_parts(windows[::-1]))))


def field_parts(windows: list[Window]) -> Iterator[tuple[Formula, Window]]:
    """What every window, the first first, adds to the field: (k − 1)·d·j."""
    jump: Size = 1
    for window in windows:
        spread = () if window.dilation == 1 else (window.dilation,)
        yield product((formula(window.kernel) - 1, *spread, jump)), window
        jump = jump * window.stride

"""What is said of values that are joined and differ in size: of a skip connection, how it came to differ."""

from __future__ import annotations

import re
from itertools import pairwise

from msgspec import Struct

from specc.layers.base import LayerError
from specc.program import Node, Ref
from specc.resolve import summands
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.types import Tensor

SPATIAL = ("length", "height", "width", "depth")
_CROP = re.compile(r"\b[ab]\b(?=[,)(])")


class Joined(Struct, frozen=True):
    """The words of an E302: its message, notes and helps."""

    message: str
    notes: tuple[str, ...]
    helps: tuple[str, ...]


def joined(scope: Scope, word: str, flows: list[Flow | None], problem: LayerError) -> Joined:
    """The problem of a layer in the spec's names; of a skip connection with the way down and up."""
    pair = [f.ref for f in flows if f is not None and f.ref.node >= 0][:2]
    if len(pair) < 2:
        return Joined(problem.message, problem.notes, problem.helps)
    names = {letter: scope.nodes[ref.node].called for letter, ref in zip("ab", pair, strict=True)}
    helps = problem.helps
    if all(names.values()):
        helps = tuple(_CROP.sub(lambda m: names[m[0]], h) for h in helps)
    helps = helps or summands.helps(scope, word, pair)
    for deep, skipped in (pair, pair[::-1]):
        way = _way(scope, deep, skipped)
        if way:
            message = problem.message.replace("concat joins", "this skip connection joins", 1)
            return Joined(message, (way,), helps)
    return Joined(problem.message, problem.notes, helps)


def _way(scope: Scope, deep: Ref, skipped: Ref) -> str:
    """`down: 250 → 125 → 62 → 31 → 15 (31/2 = 15.5 is cut to 15); up: 15 → 30 ≠ 31`."""
    type, other = (scope.nodes[r.node].type(r.port) for r in (deep, skipped))
    if not isinstance(type, Tensor) or not isinstance(other, Tensor):
        return ""
    for axis, (have, wanted) in enumerate(zip(type.sizes, other.sizes, strict=False)):
        if type.axes[axis] in SPATIAL and have != wanted:
            sizes = _sizes(_back(scope, deep)[::-1], axis)
            return _told(sizes, wanted) if sizes else ""
    return ""


def _back(scope: Scope, ref: Ref) -> list[Node]:
    """The nodes from a value back to the input, by the first operand of each."""
    found: list[Node] = []
    while ref.node >= 0:
        node = scope.nodes[ref.node]
        found.append(node)
        ahead = next((o for o in node.operands if o is not None), None)
        if ahead is None:
            break
        ref = ahead
    return found


def _sizes(nodes: list[Node], axis: int) -> list[int]:
    """The sizes of an axis on the way, without steps that keep it; none where one is no number."""
    found: list[int] = []
    for node in nodes:
        type = node.types[0][1] if node.types else None
        size = type.sizes[axis] if isinstance(type, Tensor) and axis < type.rank else None
        if size is not None and not isinstance(size, int):
            return []
        found += [] if size is None or size in found[-1:] else [size]
    return found


def _told(sizes: list[int], wanted: object) -> str:
    """The way, where it passes the size of the other value on its way down; else nothing."""
    turn = sizes.index(min(sizes))
    down, up = sizes[: turn + 1], sizes[turn:]
    if len(up) < 2 or wanted not in down[:-1]:
        return ""
    since = [str(s) for s in down].index(str(wanted))
    cuts = [
        f"{a}/{round(a / b)} = {a / round(a / b):g} is cut to {b}"
        for a, b in pairwise(down[since:])
        if a // round(a / b) == b and a % round(a / b)
    ]
    cut = f" ({', '.join(cuts)})" if cuts else ""
    return f"down: {_arrows(down)}{cut}; up: {_arrows(up)} ≠ {wanted}"


def _arrows(sizes: list[int]) -> str:
    return " → ".join(map(str, sizes))

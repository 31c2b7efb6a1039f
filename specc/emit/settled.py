"""Hyperparameters that no use of a block turns: its class takes no argument for them."""

from __future__ import annotations

from collections.abc import Hashable

from msgspec import Struct

from specc.emit.contents import bodies
from specc.program import Body, Program
from specc.syntax import tree


class Settled:
    """What all uses of the blocks of a program leave at its default, for each structure that a block has."""

    def __init__(self, program: Program) -> None:
        self._open: dict[Hashable, set[str]] = {}
        trained = (p.body for p in program.trains)
        whole = (*program.networks, *trained, *(p.body for p in program.samples))
        for body in dict.fromkeys(inner for outer in whole for inner in bodies(program, outer)):
            self._open.setdefault(_structure(body), set()).update(_turned(body))

    def of(self, body: Body) -> frozenset[str]:
        """The hyperparameters of a body that are the default here and wherever it has this structure."""
        turned = self._open.get(_structure(body), {name for name, _ in body.hyperparameters})
        return frozenset(name for name, _ in body.hyperparameters if name not in turned)


def _structure(body: Body) -> Hashable:
    return (
        id(body.definition),
        tuple(s.name for s in body.stages),
        tuple(n.name for n in body.nodes),
    )


def _turned(body: Body) -> set[str]:
    """The hyperparameters with another value than their default, or without one."""
    defaults = _defaults(body)
    return {name for name, value in body.hyperparameters if value != defaults.get(name)}


def _defaults(body: Body) -> dict[str, object]:
    written = (
        body.definition.hyperparameters if isinstance(body.definition, tree.Definition) else ()
    )
    return {h.name.id: getattr(h.default, "value", None) for h in written or ()}


class Shape(Struct, frozen=True):
    """What tells the classes of a block apart: what all their uses leave at the default, and the sizes of
    the inputs, by axis, that are no other size of the block."""

    settled: frozenset[str]
    sizes: tuple[str, ...]


def other_name(body: Body, first: Shape, this: Shape) -> str:
    """The name of another class of a block: `causal_layer`, `down_with_stride`, `down_changing_channels`."""
    defaults = _defaults(body)
    switches = {name: value for name, value in body.hyperparameters if isinstance(value, bool)}
    turned = {name: value for name, value in switches.items() if value is not defaults.get(name)}
    before = [name for name, on in turned.items() if on]
    behind = [f"without_{name}" for name, on in turned.items() if not on]
    for word, has, other in (("with", first, this), ("without", this, first)):
        more = has.settled - other.settled
        behind += [f"{word}_{name}" for name in sorted(more) if name not in switches]
    if not before and not behind:
        behind = _of_sizes(first.sizes, this.sizes)
    return "_".join([*before, body.name, *behind])


def _of_sizes(first: tuple[str, ...], this: tuple[str, ...]) -> list[str]:
    """`changing_channels` where a size of the input is one of the block in the first class only."""
    changing = [axis for axis in dict.fromkeys(this) if this.count(axis) > first.count(axis)]
    keeping = [axis for axis in dict.fromkeys(first) if first.count(axis) > this.count(axis)]
    return [
        f"{word}_{'_and_'.join(axes)}"
        for word, axes in (("changing", changing), ("keeping", keeping))
        if axes
    ]

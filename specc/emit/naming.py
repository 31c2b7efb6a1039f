"""What printed statements are, and what the code calls things."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from specc.emit.names import attribute
from specc.emit.uses import Uses
from specc.program import Adapted, Body, Constant, Path, ReadTensor


class Line(Struct, frozen=True):
    """One statement, the shape that stands behind it, and the names that it assigns.

    `block` is the head of a compound statement (`for …:`) under which it stands.
    """

    text: str
    comment: str = ""
    block: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Naming(Struct):
    """What the printed code calls things.

    `module` gives the Python text of a stage's module, `tensor` that of a weight by its path, `symbols`
    that of a free size, `constant` that of a number; `taps` are the values that a network gives beside
    its outputs, `adapted` the method that adapts one, `cell` how all scans use a cell.
    """

    module: Callable[[Path], str]
    tensor: Callable[[ReadTensor], str]
    symbols: Callable[[str], str] = str
    ports: Mapping[str, str] = field(default_factory=dict)
    constant: Callable[[Constant], str] = lambda c: repr(c.value)
    taps: Callable[[str], tuple[str, ...]] = lambda _: ()
    adapted: Callable[[Adapted], str] = lambda _: ""
    cell: Callable[[Body], Uses] = lambda _: Uses(whole=True, states=True)


def last_part(path: Path) -> str:
    """`self.conv1` for a stage of the body itself."""
    return "self." + ".".join(attribute(p) for p in path)

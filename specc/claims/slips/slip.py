"""A slip as a change of a working, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from specc.claims.again import Case
from specc.claims.outcome import Value, text
from specc.claims.subjects import Tables
from specc.formula import Formula, product
from specc.layers.base import Inference
from specc.sizes import Size
from specc.types import Tensor


class Working(Struct, frozen=True):
    """The way to a figure of one layer: one formula, or one for each axis of a shape.

    The formula is that of one copy of the layer; `times` is how many there are in the figure `word`.
    """

    case: Case
    tables: Tables
    parts: tuple[Formula, ...]
    shape: bool = False
    times: Size = 1
    word: str = ""

    @property
    def value(self) -> Value:
        """The figure."""
        return tuple(p.value for p in self.parts) if self.shape else self.whole.value

    @property
    def formula(self) -> Formula:
        """The formula of a figure that is one number, for one copy."""
        return self.parts[0]

    @property
    def whole(self) -> Formula:
        """The formula for all copies."""
        return self.parts[0] if self.times == 1 else product((self.times, self.parts[0]))

    def to(self, *parts: Formula) -> Working:
        """The same with other formulas."""
        return replace(self, parts=parts)


Change: TypeAlias = tuple[Working, str]
"""A changed working and why it is wrong."""


class Slip(Struct, frozen=True):
    """A known slip. `text` says in general what is done wrong; `change` gives the workings it leads to.

    A `deep` slip changes formulas alone, so that it can follow another slip.
    """

    name: str
    text: str
    change: Callable[[Working], Iterator[Change]]
    deep: bool = False


class Finding(Struct, frozen=True):
    """A wrong figure explained: the slips (one or two), the value they give, why, and by which formulas.

    `earlier` are the nodes whose sizes are wrong, where the figure itself follows rightly from them;
    `right` are the formulas of the right figure, of which those of a shape are not told again.
    """

    slips: tuple[Slip, ...]
    value: Value
    reason: str
    parts: tuple[Formula, ...] = ()
    earlier: tuple[str, ...] = ()
    right: tuple[Formula, ...] = ()

    @property
    def sentence(self) -> str:
        """`150 = 5·5·1·6: the 6 biases are missing`, `[6, 24, 24]: … is forgotten: ⌊(28 …)/1⌋ + 1 = 24`."""
        shown = text(self.value)
        if isinstance(self.value, tuple):
            return ": ".join(part for part in (shown, self.reason, self.way) if part)
        return f"{shown} = {self.way}: {self.reason}" if self.way else f"{shown}: {self.reason}"

    @property
    def way(self) -> str:
        """The working that leads to the wrong figure, without its result for a number; may be empty."""
        if not isinstance(self.value, tuple):
            numbers = self.parts[0].numbers() if self.parts else ""
            return "" if numbers == text(self.value) else numbers
        workings = (p.working() for p in self.parts if p not in self.right)
        return "; ".join(dict.fromkeys(w for w in workings if "=" in w))


def sizes_given(inference: Inference) -> tuple[Size, ...]:
    """The sizes of an output; none for a graph."""
    output = inference.outputs[0][1]
    return output.sizes if isinstance(output, Tensor) else ()


def positions(inference: Inference) -> tuple[Size, ...]:
    """The sizes of the spatial axes of an output."""
    output = inference.outputs[0][1]
    if not isinstance(output, Tensor) or output.axes[:1] != ("channels",):
        return ()
    return output.sizes[1:]

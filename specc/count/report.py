"""What `count` says, as values: rows by layer, totals by network and by file. All sizes may be symbolic."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import astuple

from specc.formula import Formula, product
from specc.layers.base import Convention
from specc.receptive import Fields, render_seen
from specc.sizes import Constraint, Size, render, substitute
from specc.source import Span
from specc.types import ValueType


class Row(Struct, frozen=True):
    """One line of a network's table.

    `path` leads from the network (`C1`, `residual1.conv1`, `repeat1.*.linear1`); the row stands for
    `times` copies with own weights. `params` (learnable), `buffers` and `macs` (of one item) are those of
    all copies; `formula` counts one, of which `weights` and `biases` are parts; `non_trainable` is the part
    of `params` that is never learnt.
    `trainable` is False where training uses the weights and updates none of them.
    `sees` is the receptive field of the last copy. `note` says what else must be known: whose weight is
    tied, which stage is called again.
    """

    path: str
    op: str
    output: ValueType
    span: Span
    params: Size = 0
    non_trainable: Size = 0
    buffers: Size = 0
    macs: Size = 0
    times: Size = 1
    formula: Formula | None = None
    weights: Formula | None = None
    biases: Formula | None = None
    trainable: bool = True
    sees: Fields = field(default_factory=dict)
    note: str = ""

    @property
    def working(self) -> str:
        """`(5·5·1 + 1)·6 = 156`, with the number of copies in front; empty without weights."""
        if self.formula is None:
            return ""
        return self.counted.working()

    @property
    def counted(self) -> Formula:
        """The formula for all copies; 0 without weights."""
        one = self.formula if self.formula is not None else product(())
        return one if self.times == 1 else product((self.times, one))

    @property
    def label(self) -> str:
        """The path, with the number of copies: `repeat1.*.linear1 ×12`."""
        return self.path if self.times == 1 else f"{self.path} ×{render(self.times)}"

    @property
    def output_text(self) -> str:
        """`6×28×28`; empty for what has no shape."""
        return str(self.output) if hasattr(self.output, "sizes") else ""

    @property
    def receptive_field(self) -> str:
        """`14×14`, `all`, or nothing where the input has no positions."""
        return render_seen(self.sees)


class Totals(Struct, frozen=True):
    """Sums: `params` = `trainable` + `non_trainable` under the convention; `macs` of one item.

    In PyTorch's convention buffers are no parameters; in Keras' they are non-trainable ones.
    """

    params: Size = 0
    trainable: Size = 0
    non_trainable: Size = 0
    buffers: Size = 0
    macs: Size = 0

    def plus(self, other: Totals, letters: Mapping[str, Size]) -> Totals:
        """The sums together, the free sizes of the other ones called as `letters` says."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Totals(*(ours + substitute(theirs, letters) for ours, theirs in pairs))


class Difference(Struct, frozen=True):
    """Where another convention counts otherwise: `theirs` instead of `ours` for all rows alike.

    `paths` are the rows, `layers` the number of layers in them.
    """

    network: str
    paths: tuple[str, ...]
    layers: Size
    op: str
    convention: Convention
    ours: Size
    theirs: Size
    why: str

    @property
    def text(self) -> str:
        """One sentence: `keras counts 1,024 more in batch_norm1: …`."""
        more = self.theirs - self.ours
        where = self.paths[0] if self.layers == 1 else f"{render(self.layers)} {self.op} layers"
        shown, word = render(more), "more"
        if shown.startswith("−"):
            shown, word = render(-1 * more), "fewer"
        return f"{self.convention} counts {shown} {word} in {where} of {self.network}: {self.why}"


class NetworkCount(Struct, frozen=True):
    """One network: its ports, table and sums. `formula` adds up its layers.

    `constraints` are the conditions on free sizes. `notes` say what the sums leave out or take in.
    """

    name: str
    role: str
    inputs: tuple[tuple[str, ValueType], ...]
    outputs: tuple[tuple[str, ValueType], ...]
    rows: tuple[Row, ...]
    totals: Totals
    constraints: tuple[Constraint, ...] = ()
    notes: tuple[str, ...] = ()


class CountReport(Struct, frozen=True):
    """A file: its networks, and `totals` in which shared networks and tied weights count once."""

    path: str
    convention: Convention
    networks: tuple[NetworkCount, ...]
    totals: Totals
    differences: tuple[Difference, ...] = ()

    def network(self, name: str) -> NetworkCount:
        """The count of that network. Raises KeyError."""
        return self.by_name[name]

    @property
    def by_name(self) -> Mapping[str, NetworkCount]:
        """The networks by name."""
        return {n.name: n for n in self.networks}

"""What an expression can mean while a body is resolved."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from specc.layers.base import Layer, Parameter
from specc.program import Body, Path, Ref, Static, Tie
from specc.sizes import Size
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Tensor, ValueType, bare_axes


class Flow(Struct, frozen=True):
    """A value that is computed: one port of a node, or all the ports of a network's call.

    `stage` is the path of the stage that gave it, so that `C1.weight` can be reached from `C1`.
    `graph` is the graph on whose nodes or edges it stands.
    """

    ports: tuple[tuple[str, Ref, ValueType], ...]
    stage: Path | None = None
    graph: Flow | None = None

    @property
    def ref(self) -> Ref:
        """The main output."""
        return self.ports[0][1]

    @property
    def type(self) -> ValueType:
        """The type of the main output."""
        return self.ports[0][2]


class Word(Struct, frozen=True):
    """A name that is bound to nothing: `same`, `tanh`, `time`. Only an argument may be one.

    Of a choice, `place` is where it stands and `other` the word that is not taken.
    """

    text: str
    place: Span | None = None
    other: Word | None = None


class LayerMaker(Struct, frozen=True):
    """`linear(4 * width)`: each application makes new weights. `operands` are those given by name."""

    layer: Layer
    ties: tuple[tuple[Tie, tuple[Size, ...]], ...]
    named_operands: tuple[tuple[str, Flow], ...]
    span: Span
    arguments: tuple[tuple[str, Span], ...] = ()
    positional: int = 0
    """How many of the arguments were given by their place; they come first."""
    places: tuple[tuple[str, Span], ...] = ()
    """Where the operands were written that stand in the call, by name."""


class BlockMaker(Struct, frozen=True):
    """`residual(64)`: each application makes a new instance."""

    definition: tree.Definition
    hyperparameters: tuple[tuple[str, Static], ...]
    named_operands: tuple[tuple[str, Flow], ...]
    span: Span
    places: tuple[tuple[str, Span], ...] = ()
    """Where the hyperparameters were written."""


class SharedInstance(Struct):
    """Something that is one instance however often it is called: `let f = residual(64)`, `block tail {…}`.

    It becomes a stage of its body at the first call.
    """

    name: str
    maker: LayerMaker | BlockMaker
    span: Span
    stage: Path | None = None


class NetworkInstance(Struct, frozen=True):
    """A network, to be called: `D(x)`, or to be reached into: `Encoder.code.weight`."""

    name: str


class StageInstance(Struct, frozen=True):
    """A stage of a network, reached by its path: `Encoder.code`."""

    path: Path
    body: Body


class TensorRef(Struct, frozen=True):
    """A parameter of a stage, or a bare tensor, by its path."""

    path: Path
    parameter: Parameter
    transposed: bool = False

    @property
    def type(self) -> Tensor:
        """The tensor as a value."""
        sizes = self.parameter.sizes
        sizes = tuple(reversed(sizes)) if self.transposed else sizes
        return Tensor(sizes, bare_axes(len(sizes)), batched=False)


class ListValue(Struct, frozen=True):
    """`[h, x]`, `[64, 128]`, `[height, width]`: what it means depends on where it stands.

    `spans` are those of the items.
    """

    items: tuple[Meaning, ...]
    span: Span
    spans: tuple[Span, ...]


class Number(Struct, frozen=True):
    """A number or another static value; `symbol` is the parameter's name when it was read from one."""

    value: Static
    symbol: str | None = None


class AdaptedNetwork(Struct, frozen=True):
    """`adapt(Net, …)`: to be called. `operands` are the values that its inner objective reads."""

    name: str
    objective: Body
    operands: tuple[tuple[str, Ref], ...]
    lr: float
    steps: int
    first_order: bool


class Splits(Struct, frozen=True):
    """The rows that a train block has, in a program: `VAE` of `VAE.test.x`, with its splits."""

    name: str
    parts: tuple[tuple[str, Flow], ...]


Meaning: TypeAlias = (
    Flow
    | Word
    | Number
    | ListValue
    | LayerMaker
    | BlockMaker
    | SharedInstance
    | NetworkInstance
    | AdaptedNetwork
    | StageInstance
    | TensorRef
    | Splits
)

POISON = Flow((("output", Ref(-1), UNKNOWN),))
"""The value after an error: it silences every consequence."""

"""What an expression can mean while a body is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from specc.layers.base import Layer, Parameter
from specc.program import Body, Path, Ref, Static, Tie
from specc.sizes import Size
from specc.source import Span
from specc.syntax import tree
from specc.types import UNKNOWN, Tensor, ValueType


@dataclass(frozen=True, slots=True)
class Flow:
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


@dataclass(frozen=True, slots=True)
class Word:
    """A name that is bound to nothing: `same`, `tanh`, `time`. Only an argument may be one."""

    text: str


@dataclass(frozen=True, slots=True)
class LayerMaker:
    """`linear(4 * width)`: each application makes new weights. `operands` are those given by name."""

    layer: Layer
    ties: tuple[tuple[Tie, tuple[Size, ...]], ...]
    named_operands: tuple[tuple[str, Flow], ...]
    span: Span
    arguments: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class BlockMaker:
    """`residual(64)`: each application makes a new instance."""

    definition: tree.Definition
    hyperparameters: tuple[tuple[str, Static], ...]
    named_operands: tuple[tuple[str, Flow], ...]
    span: Span


@dataclass(slots=True)
class SharedInstance:
    """Something that is one instance however often it is called: `let f = residual(64)`, `block tail {…}`.

    It becomes a stage of its body at the first call.
    """

    name: str
    maker: LayerMaker | BlockMaker
    span: Span
    stage: Path | None = None


@dataclass(frozen=True, slots=True)
class NetworkInstance:
    """A network, to be called: `D(x)`, or to be reached into: `Encoder.code.weight`."""

    name: str


@dataclass(frozen=True, slots=True)
class StageInstance:
    """A stage of a network, reached by its path: `Encoder.code`."""

    path: Path
    body: Body


@dataclass(frozen=True, slots=True)
class TensorRef:
    """A parameter of a stage, or a bare tensor, by its path."""

    path: Path
    parameter: Parameter
    transposed: bool = False

    @property
    def type(self) -> Tensor:
        """The tensor as a value."""
        sizes = self.parameter.sizes
        sizes = tuple(reversed(sizes)) if self.transposed else sizes
        return Tensor(sizes, tuple(f"axis{i}" for i in range(len(sizes))), batched=False)


@dataclass(frozen=True, slots=True)
class ListValue:
    """`[h, x]`, `[64, 128]`, `[height, width]`: what it means depends on where it stands."""

    items: tuple[Meaning, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    """A number or another static value; `symbol` is the parameter's name when it was read from one."""

    value: Static
    symbol: str | None = field(default=None)


@dataclass(frozen=True, slots=True)
class AdaptedNetwork:
    """`adapt(Net, …)`: to be called. `operands` are the values that its inner objective reads."""

    name: str
    objective: Body
    operands: tuple[tuple[str, Ref], ...]
    lr: float
    steps: int
    first_order: bool


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
)

POISON = Flow((("output", Ref(-1), UNKNOWN),))
"""The value after an error: it silences every consequence."""

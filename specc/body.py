"""The insides of networks, blocks and other parts: nodes that compute, and stages that own weights.

A `Body` is the inside of a definition for one choice of hyperparameters and operand types. It is made
once however often it is used, and equal uses hold the same object. Nothing is flattened.

Nodes of a body stand in the order in which they can be computed. What owns weights is a `Stage`; what
computes is a `Node`, so a stage that is called twice is one stage and two nodes.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from specc.layers.base import Inference, Layer, Parameter
from specc.sizes import Constraint, Size, Symbolic, substitute
from specc.source import Span
from specc.syntax import tree
from specc.types import ValueType

Path: TypeAlias = tuple[str, ...]
"""Names from a body down to a stage: ("code",) in its own body, ("Encoder", "code") from outside."""

FreeRunning: TypeAlias = Literal["never", "evaluating", "always"]

Static: TypeAlias = int | float | bool | str | Size | tuple["Static", ...] | None
"""A value known before anything runs: a hyperparameter."""


class Ref(Struct, frozen=True):
    """A value: one output of a node. `port` is "output", a port of a network, or a side result."""

    node: int
    port: str = "output"


# ----------------------------------------------------------------- operations


class ReadPort(Struct, frozen=True):
    """An input of the body (for a train body: a field of the data)."""

    name: str


class Constant(Struct, frozen=True):
    """A number in an expression; `symbol` is the parameter's name when it was written as one.

    It may be made of the free sizes of the inputs, and is then read off these.
    """

    value: float | int | bool | Symbolic
    symbol: str | None = None

    @property
    def number(self) -> float | int | bool:
        """The value, of one that is known: it always is outside of networks and blocks."""
        assert not isinstance(self.value, Symbolic)
        return self.value


class Apply(Struct, frozen=True):
    """A layer on its operands. `stage` names its owner, None for a layer without a module.

    Operands of the node come in the order of the layer's `operands` and `keyword_operands`; one left
    out is None there.
    """

    layer: Layer
    inference: Inference
    stage: Path | None


class Invoke(Struct, frozen=True):
    """A call of a network, or of a block's instance; operands in the order of its ports.

    `sizes` is what stands here in the place of the free sizes of the network.
    """

    stage: Path
    body: Body
    sizes: tuple[tuple[str, Size], ...] = ()

    def here(self, size: Size) -> Size:
        """A size of the body as it is in this call."""
        return substitute(size, dict(self.sizes)) if self.sizes else size


class Rounds(Struct, frozen=True):
    """`repeat`: the bodies of the rounds in order, equal neighbours together.

    The first operand goes from round to round; all others are the same for each.
    """

    stage: Path
    bodies: tuple[tuple[Body, Size], ...]


class ReadTensor(Struct, frozen=True):
    """A bare weight or buffer, or a weight of a stage, as a value."""

    path: Path
    tensor: str
    transposed: bool = False


class Distribute(Struct, frozen=True):
    """A distribution as a value: operands in the order of `parts` (`mean`, `logvar`, …).

    It computes nothing; code that reads it reads its operands (`X(0, "logvar")`).
    """

    family: str
    parts: tuple[str, ...]


class Sample(Struct, frozen=True):
    """A draw. The operands are the distribution and, where it takes its shape from a value, that value.

    `inference` is the family's rule for sampling.

    Fresh at every step unless `frozen` or `seed` is given.
    """

    inference: Inference
    frozen: bool = False
    seed: int | None = None


class Scan(Struct, frozen=True):
    """A cell moved along the first axis of its first operand, one step for each position.

    Operands in this order: the sequence, the cell's further inputs (the same at every step), a first
    value for each state (None for its own), and the mask (None where all positions count). The first
    output holds the cell's output at all positions, or at the last; then come the last states.
    `reverse` begins at the end; outputs still stand at their positions. `truncate` is the number of
    steps after which gradients end while the states go on; `free_running` says when a step reads the
    output of the one before in the place of the sequence. With `carry` a batch begins with the states
    that the one before has left.

    Over a tree the cell is moved from the leaves to the root: `steps` are the nodes, and a state holds
    what the children of a node gave, [2, …].
    """

    stage: Path
    body: Body
    steps: Size
    keep: Literal["all", "last"] = "all"
    reverse: bool = False
    truncate: Size | None = None
    free_running: FreeRunning = "never"
    over: Literal["sequence", "tree"] = "sequence"
    carry: bool = False

    @property
    def word(self) -> str:
        """How it is written: `scan`, or `fold` over a tree."""
        return "fold" if self.over == "tree" else "scan"


class Adapted(Struct, frozen=True):
    """A call of a network with weights that were adapted to each item of the batch.

    `objective` is what they descend, a body over the first operands of the node; the network's own
    operands follow them.
    """

    stage: Path
    body: Body
    objective: Body
    lr: float
    steps: int
    first_order: bool


class Generated(Struct, frozen=True):
    """Symbols drawn one after the other by a network that scores the next one: `generate(Net, …)`.

    They begin with a text; of `length` symbols in all, the network sees the last `window`, or all where
    that is 0. With `by_step` it reads each symbol once, its states carried from one to the next.
    """

    stage: Path
    body: Body
    start: str
    length: int
    temperature: float
    window: int = 0
    by_step: bool = False


Operation: TypeAlias = (
    ReadPort
    | Constant
    | Apply
    | Invoke
    | Rounds
    | Scan
    | ReadTensor
    | Distribute
    | Sample
    | Adapted
    | Generated
)


class Node(Struct, frozen=True):
    """One computation: its name in its body (a label, a variable, or kind and order), and its types.

    `named` is True when the user gave the name, with `as` or `=`. `variable` is the name of the value
    in the spec when one was assigned (`h` in `h = x -> …`), which generated code uses; `given` the
    names of several outputs by port (`mu, logvar = Encoder(x)`). `phase` is the role of the equation
    that it belongs to (`message`, `update`).
    """

    name: str
    span: Span
    operation: Operation
    operands: tuple[Ref | None, ...]
    types: tuple[tuple[str, ValueType], ...]
    named: bool = False
    variable: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    given: tuple[tuple[str, str], ...] = ()
    phase: str = ""

    @property
    def called(self) -> str:
        """The name by which the spec speaks of the value, "" where it has none."""
        own = self.named or isinstance(self.operation, ReadPort)
        return self.variable or (self.name if own else "")

    def type(self, port: str = "output") -> ValueType:
        """The type of one output."""
        return dict(self.types)[port]


# --------------------------------------------------------------------- stages


class Tie(Struct, frozen=True):
    """A parameter that is another's: `weight=transpose(Encoder.code.weight)`."""

    parameter: str
    path: Path
    tensor: str
    transposed: bool


class BareTensor(Struct, frozen=True):
    """`weight NAME[shape]` or `buffer NAME[shape] = value`."""

    parameter: Parameter
    trainable: bool
    value: float | None


Unit: TypeAlias = "Inference | Body | Rounds | BareTensor"


class Stage(Struct, frozen=True):
    """Something that owns a module: its name (also in the state dict), and what it is.

    `layer` is None for a block, a repetition and a bare tensor. `operand` is the word shown for it
    in a table: the layer's or the block's name.
    """

    name: str
    span: Span
    unit: Unit
    layer: Layer | None = None
    ties: tuple[Tie, ...] = ()
    named: bool = False


class State(Struct, frozen=True):
    """A state of a cell: its name, and the number that it starts from.

    In the cell's body it is an input of that name; its new value is the output `next NAME`.
    """

    name: str
    start: float = 0.0


class Body(Struct, frozen=True, eq=False):
    """The inside of a network, a block, a round of a `repeat`, or a train or sample block.

    `uses` names the networks outside this body that it calls or whose weights it reads.
    `constraints` are the conditions on symbolic sizes that its layers ask for. `states` are those of a
    cell; they stand last among the inputs.
    """

    name: str
    role: str
    definition: (
        tree.Definition | tree.Train | tree.Sample | tree.Repeat | tree.Example | tree.Program
    )
    hyperparameters: tuple[tuple[str, Static], ...]
    inputs: tuple[tuple[str, ValueType], ...]
    nodes: tuple[Node, ...]
    outputs: tuple[tuple[str, Ref], ...]
    stages: tuple[Stage, ...]
    uses: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    states: tuple[State, ...] = ()

    def stage(self, name: str) -> Stage:
        """The stage of that name. Raises KeyError."""
        return {s.name: s for s in self.stages}[name]

    def output_types(self) -> tuple[tuple[str, ValueType], ...]:
        """The types of the outputs, by port."""
        return tuple((name, self.nodes[r.node].type(r.port)) for name, r in self.outputs)

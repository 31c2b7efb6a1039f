"""The typed program: what a file makes of its blocks, with the insides that `specc.body` describes.

Names bound, blocks made, every value with its type; hierarchical and frozen.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct, field
from pydantic import BaseModel

from specc.body import (
    Adapted,
    Apply,
    BareTensor,
    Body,
    Constant,
    Distribute,
    FreeRunning,
    Generated,
    Invoke,
    Node,
    Operation,
    Path,
    ReadPort,
    ReadTensor,
    Ref,
    Rounds,
    Sample,
    Scan,
    Stage,
    State,
    Static,
    Tie,
    Unit,
)
from specc.source import Span
from specc.syntax import tree
from specc.types import ValueType

__all__ = [
    "Act", "Action", "Adapted", "Apply", "BareTensor", "Body", "BranchPlan", "Constant",
    "Distribute", "ExamplePlan", "Export", "Figure", "FreeRunning", "Generated", "GivenGraph",
    "GivenTensor", "Invoke", "LoopPlan", "Measure", "Node", "ObjectivePlan", "Operation",
    "ParameterValue", "Path", "Picture", "Program", "ProgramPlan", "ReadPort", "ReadTensor",
    "Ref", "Rounds", "RowsRead", "Sample", "SamplePlan", "Scan", "Show", "Shown", "Stage",
    "State", "Static", "StepPlan", "Term", "Tie", "TrainPlan", "Unit", "Update",
]  # fmt: skip


class ParameterValue(Struct, frozen=True):
    """A `param` of the file. `value` is a symbol when it was left free."""

    name: str
    value: Static
    span: Span
    doc: str


class Term(Struct, frozen=True):
    """One summand of an objective, with the name it is logged under."""

    name: str
    value: Ref
    span: Span


class Update(Struct, frozen=True):
    """Who learns: `targets` are networks or paths below them; and how.

    `called` are the networks that those call: they are parts of them, and learn with them.
    """

    targets: tuple[Path, ...]
    optimizer: BaseModel
    span: Span
    called: tuple[Path, ...] = ()

    @property
    def learns(self) -> tuple[Path, ...]:
        """The paths of everything that it updates."""
        return (*self.targets, *self.called)


class ObjectivePlan(Struct, frozen=True):
    """What is minimized or maximized (`sense`), and who learns from its gradient."""

    sense: str
    terms: tuple[Term, ...]
    updates: tuple[Update, ...]
    span: Span


class StepPlan(Struct, frozen=True):
    """One step of the algorithm: a forward pass, the gradients of its objectives, then all its updates.

    It runs at every `every`-th iteration, `repeat` times. `nodes` are the values that its own statements
    make: they are computed anew each time, while values outside of steps are computed once in an
    iteration as long as the weights behind them stay.
    """

    name: str
    objectives: tuple[ObjectivePlan, ...]
    span: Span
    every: int = 1
    repeat: int = 1
    nodes: frozenset[int] = frozenset()
    clip_norm: float | None = None
    clip_value: float | None = None
    schedule: BaseModel | None = None
    schedule_at: Span | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of all objectives."""
        return tuple(t for o in self.objectives for t in o.terms)

    @property
    def updates(self) -> tuple[Update, ...]:
        """The updates of all objectives."""
        return tuple(u for o in self.objectives for u in o.updates)

    @property
    def learns(self) -> frozenset[Path]:
        """The paths of everything that is updated."""
        return frozenset(path for u in self.updates for path in u.learns)


class Measure(Struct, frozen=True):
    """`metric accuracy(Net(x), label)`: a metric and the values it compares; None for a plain value."""

    name: str
    metric: BaseModel | None
    operands: tuple[Ref, ...]
    span: Span


class Show(Struct, frozen=True):
    """`show grid(x, sigmoid(logits)) every 5 epochs`."""

    kind: str
    operands: tuple[Ref, ...]
    every: int | None
    unit: str
    span: Span


class TrainPlan(Struct, frozen=True):
    """A `train` block. The inputs of `body` are the fields of `data`."""

    name: str
    span: Span
    doc: str
    data: BaseModel
    body: Body
    steps: tuple[StepPlan, ...]
    settings: BaseModel
    metrics: tuple[Measure, ...] = ()
    shows: tuple[Show, ...] = ()
    initialization: BaseModel | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of all steps, each under a name of its own."""
        return tuple(t for s in self.steps for t in s.terms)

    def place(self, setting: str) -> Span:
        """Where a setting is written; the whole block where it is not."""
        written = self.body.definition
        statements = written.body if isinstance(written, tree.Train) else ()
        found = (s for s in statements if isinstance(s, tree.Setting) and s.word.id == setting)
        return next((s.span for s in found), self.span)

    def losses(self) -> tuple[str, ...]:
        """What the sum of each step's terms is called: the step's name, or `loss` where there is one."""
        single = len(self.steps) == 1 and self.steps[0].name == "train"
        return ("loss",) if single else tuple(s.name for s in self.steps)


class SamplePlan(Struct, frozen=True):
    """A `sample` block: draws, calls and what is shown."""

    name: str
    span: Span
    doc: str
    body: Body
    shows: tuple[Show, ...]
    settings: BaseModel


class Act(Struct, frozen=True):
    """A statement of a program that computes: `targets` are the names that its values get, in order.

    The inputs of `body` are the variables and rows of data that it reads, by name.
    """

    body: Body
    targets: tuple[str, ...]
    values: tuple[Ref, ...]


class Picture(Struct, frozen=True):
    """`show grid(x)` in a program; `repeated` says that it stands in a loop."""

    body: Body
    show: Show
    repeated: bool


class Figure(Struct, frozen=True):
    """`show threshold` or `return threshold`: a number that a program gives, under a name.

    `last` says that the program ends with it.
    """

    body: Body
    name: str
    value: Ref
    last: bool = False


class Export(Struct, frozen=True):
    """`export Encoder`: a network in files of its own. `inputs` are the types that it takes."""

    network: str
    inputs: tuple[tuple[str, ValueType], ...]


class LoopPlan(Struct, frozen=True):
    """`for t in … { … }` and `repeat n { … }`; `variable` is None where nothing counts.

    The loop goes over `items`, or where they are None over `range(…)` of the values of `bounds`.
    """

    variable: str | None
    items: tuple[int | float, ...] | None
    bounds: Act | None
    reverse: bool
    actions: tuple[Action, ...]


class BranchPlan(Struct, frozen=True):
    """`if c { … } else { … }`, with the value of the condition."""

    condition: Act
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]


Action: TypeAlias = "Act | Picture | Figure | Export | LoopPlan | BranchPlan"


class RowsRead(Struct, frozen=True):
    """`test.x` in a program: the name of the input in its bodies, the train block, the split, the field."""

    name: str
    train: str
    split: str
    field: str


class ProgramPlan(Struct, frozen=True):
    """A `program` block. `arguments` are numbers with their defaults, None where one must be given.

    `numbers` are the names that hold plain Python numbers, `reads` the rows of data that it reads.
    """

    name: str
    span: Span
    doc: str
    arguments: tuple[tuple[str, int | float | None], ...]
    actions: tuple[Action, ...]
    settings: BaseModel
    numbers: frozenset[str]
    reads: tuple[RowsRead, ...]
    uses: tuple[str, ...]
    figures: tuple[str, ...]


class GivenGraph(Struct, frozen=True):
    """Who is joined to whom in a given graph, and the features of its edges and of the whole, if any.

    `ends` are pairs of nodes, from and to; features are sizes and numbers row by row.
    """

    ends: tuple[tuple[int, int], ...]
    edge: tuple[tuple[int, ...], tuple[Fraction | float, ...]] | None = None
    whole: tuple[tuple[int, ...], tuple[Fraction | float, ...]] | None = None


class GivenTensor(Struct, frozen=True):
    """`given W = [[1, 2]]`: its name or path, the input node where it is one, and its numbers row by row.

    `sizes` of an input hold the batch axis. `decimal` says that a number was written with a point.
    Where it is a `graph`, the numbers are the features of its nodes.
    """

    name: str
    node: int | None
    sizes: tuple[int, ...]
    items: tuple[Fraction | float, ...]
    span: Span
    decimal: bool = False
    graph: GivenGraph | None = None


class Shown(Struct, frozen=True):
    """`show y` in an example: the words and the value."""

    name: str
    value: Ref
    span: Span


class ExamplePlan(Struct, frozen=True):
    """An `example` block. `learnt` names the givens that an optimizer changes, none for the usual ones.

    `places` are the decimals that it asks for.
    """

    title: str
    span: Span
    body: Body
    givens: tuple[GivenTensor, ...]
    shows: tuple[Shown, ...]
    terms: tuple[Term, ...]
    sense: str
    optimizer: BaseModel | None
    learnt: tuple[str, ...]
    steps: int
    places: int | None


class Program(Struct, frozen=True):
    """A whole file, typed. Networks stand in the order of the file.

    `sizes` are the numbers that calls and `--set` give to free sizes of a network: its name, the size,
    the number. `settings` are those of the `parameters` that are such sizes: `H`, and `Net.H` of one network.
    """

    file: tree.File
    parameters: tuple[ParameterValue, ...]
    networks: tuple[Body, ...]
    trains: tuple[TrainPlan, ...] = ()
    samples: tuple[SamplePlan, ...] = ()
    answers: tuple[tree.Answers, ...] = ()
    expects: tuple[tree.Expect, ...] = ()
    taps: tuple[tuple[str, str], ...] = field(default=())
    definitions: tuple[tree.Definition, ...] = ()
    examples: tuple[ExamplePlan, ...] = ()
    programs: tuple[ProgramPlan, ...] = ()
    sizes: tuple[tuple[str, str, int], ...] = ()
    settings: tuple[str, ...] = ()

    def network(self, name: str) -> Body:
        """The network of that name. Raises KeyError."""
        return {b.name: b for b in self.networks}[name]

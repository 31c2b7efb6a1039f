"""What a layer is: its hyperparameters (a Pydantic model) and one rule, `infer`, that says everything else.

A layer is one class with one row in `registry.LAYERS`; nothing else in the tree learns of it.
Tensors are described without their batch axis.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Struct, field
from pydantic import BaseModel, BeforeValidator, ConfigDict

from specc.formula import Formula
from specc.layers.code import Code, Fn
from specc.sizes import Constraint, Size, Symbolic
from specc.types import Distribution, Graph, Tensor
from specc.vocabulary import base

Convention: TypeAlias = Literal["pytorch", "keras", "textbook"]


class Parameter(Struct, frozen=True):
    """A named tensor that a layer owns, under its name in the state dict.

    `count` is its number of elements as a formula (`5·5·1·6`); `kind` says what it is counted as, and
    `width` how many bytes an element takes.
    """

    name: str
    sizes: tuple[Size, ...]
    count: Formula
    kind: Literal["weight", "bias", "buffer"] = "weight"
    width: int = 4


class Part(Struct, frozen=True):
    """One gate of a cell, one matrix of an attention: its share of the count and of the MACs."""

    name: str
    count: Formula | None = None
    macs: Formula | None = None


class Counted(Struct, frozen=True):
    """How another convention counts the same layer, and why (with the source of the claim).

    `weights`, `biases` and `parts` are the parts of the count that differ from the layer's own.
    """

    count: Formula
    why: str
    weights: Formula | None = None
    biases: Formula | None = None
    parts: tuple[Part, ...] = ()


class SizeRule(Struct, frozen=True):
    """The working of one output axis: `height = ⌊(28 + 2·0 − 5)/1⌋ + 1 = 24`."""

    axis: str
    formula: Formula


class Window(Struct, frozen=True):
    """What one output position sees along one axis, for receptive fields (Araujo et al. 2019).

    `before` is the padding at the start. For an upsampling layer `stride` is below one: `up` > 1.
    Where windows differ, `spans` are what positions 0, 1, … see, first and last; behind them they come
    again, `stride` further.
    """

    axis: str
    kernel: Size
    stride: Size = 1
    dilation: Size = 1
    before: Size = 0
    up: Size = 1
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether every position sees a window of the same size, `stride` behind the one before."""
        return self.up == 1 and not self.spans


class Inference(Struct, frozen=True):
    """Everything that follows from a layer's hyperparameters and the types of its operands.

    `outputs` holds the main output first, under the name "output"; side results follow by name.
    `count` is the total of the learnable `parameters` as the textbook writes it: (5·5·1 + 1)·6.
    `macs` counts multiply-accumulates of one item; None means none.
    `parts`, of a layer that is made of several, are the summands of `count` and `macs`.
    `module` is the constructor (`nn.Conv2d(1, 6, 5)`), None for a layer without state;
    `forward` the call (`Fn(Module(), (X(0),))` or `F.relu(x)`). With several outputs it gives a tuple.
    `batch_mean` is code for the mean of the value over the batch, where it is shorter than
    `forward` and a mean: losses have it.
    `in_eval` is the call when evaluating, where it differs from `forward` and no module knows: a draw
    gives its mean.
    `with_sides`, of a layer with side results, is the call that gives them all, a tuple in the order of
    `outputs`; `forward` then gives the main output alone.
    `sees` says how positions depend: "point" (element by element), "window" or "all".
    """

    outputs: tuple[tuple[str, Tensor | Graph], ...]
    forward: Code
    module: Fn | None = None
    parameters: tuple[Parameter, ...] = ()
    count: Formula | None = None
    macs: Formula | None = None
    parts: tuple[Part, ...] = ()
    sizes: tuple[SizeRule, ...] = ()
    sees: Literal["point", "window", "all"] = "point"
    windows: tuple[Window, ...] = ()
    conventions: Mapping[Convention, Counted] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()
    notes: tuple[str, ...] = ()
    batch_mean: Code = None
    in_eval: Code = None
    with_sides: Code = None

    @property
    def output(self) -> Tensor:
        """The main output, of a layer that gives a tensor."""
        found = self.outputs[0][1]
        assert isinstance(found, Tensor)
        return found


class LayerError(Exception):
    """A rule that the operands break.

    `code` is the diagnostic's, `message` its first line without the stage's name, `text` what stands
    beside the caret (the arithmetic that failed), `argument` the hyperparameter or operand to point
    at (None for the whole call), `notes` and `helps` as in `Diagnostic`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        text: str = "",
        argument: str | int | None = None,
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.text = text
        self.argument = argument
        self.notes = notes
        self.helps = helps


Operand: TypeAlias = Tensor | Distribution | Graph


@base
class Layer(BaseModel, ABC):
    """A layer with its hyperparameters. Positional arguments follow the order of the fields.

    Class variables:
    `word` its name in the language; `operands` the names of its operands in order, the piped value
    first; `variadic` whether the last operand may repeat; `optional` the operands that may be left
    out; `keyword_operands` those given by name only (`memory=`, `like=`); `tieable` the parameters
    that may be given by reference (`weight=transpose(Encoder.code.weight)`); `shape_argument` the
    field that brackets fill (`reshape[256, 7, 7]`); `summary` one line for the reference; `formula`
    what it computes, in signs (`max(0, x)`), where that says more than words; `hints` what is said of a
    field that gets another kind of value, or of an argument that other libraries have; `read_with` rows of
    an argument, another, and the value of that one with which alone the first is read (None: any but its
    default).
    A layer without parameters can be called as a function: `relu(main + skip)`.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, arbitrary_types_allowed=True
    )

    word: ClassVar[str]
    summary: ClassVar[str]
    formula: ClassVar[str] = ""
    operands: ClassVar[tuple[str, ...]] = ("x",)
    pairs: ClassVar[bool] = False  # a number is the optional operand, and no hyperparameter
    variadic: ClassVar[bool] = False
    computed: ClassVar[str] = ""  # what takes a computed value where this layer takes none
    optional: ClassVar[tuple[str, ...]] = ()
    keyword_operands: ClassVar[tuple[str, ...]] = ()
    tieable: ClassVar[tuple[str, ...]] = ()
    shape_argument: ClassVar[str | None] = None
    stateful: ClassVar[bool] = (
        False  # owns parameters: `linear(4)` in an expression is a constructor
    )
    loss: ClassVar[bool] = False
    hints: ClassVar[tuple[tuple[str, str], ...]] = ()
    read_with: ClassVar[tuple[tuple[str, str, str | bool | None], ...]] = ()

    @property
    def shown(self) -> str:
        """What a table calls it; another word than `word` where the spec writes another."""
        return self.word

    @abstractmethod
    def infer(self, *operands: Operand | None) -> Inference:
        """Shapes, counts, working and code. Operands come in the order of `operands`, then of
        `keyword_operands`; None for one left out.

        Raises:
            LayerError: an operand does not fit.
        """


# ------------------------------------------------------- hyperparameter types


def _whole(value: object) -> object:
    if isinstance(value, Symbolic) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, float) and value.is_integer():
        raise ValueError(f"whole number, write {int(value)}")
    raise ValueError("whole number")


def at_least(low: int) -> Callable[[object], object]:
    """A validator for a whole number that is at least `low`; symbolic sizes pass."""

    def check(value: object) -> object:
        value = _whole(value)
        if isinstance(value, int) and value < low:
            raise ValueError(f"must be at least {low}")
        return value

    return check


def _sizes(low: int) -> Callable[[object], object]:
    check = at_least(low)

    def each(value: object) -> object:
        return tuple(check(v) for v in value) if isinstance(value, (tuple, list)) else check(value)

    return each


Positive = Annotated[int | Symbolic, BeforeValidator(at_least(1))]
"""A count or size: 1, 2, 3, … or a symbolic size."""
Natural = Annotated[int | Symbolic, BeforeValidator(at_least(0))]
"""0, 1, 2, … or a symbolic size."""
Extent = Annotated[int | Symbolic | tuple[int | Symbolic, ...], BeforeValidator(_sizes(1))]
"""A number for all spatial axes, or one for each: `3`, `3x5`, `[3, 5]`."""
Margin = Annotated[int | Symbolic | tuple[int | Symbolic, ...], BeforeValidator(_sizes(0))]
"""Like `Extent`, from 0."""


def per_axis(value: Size | tuple[Size, ...], rank: int, argument: str) -> tuple[Size, ...]:
    """One value for each of `rank` spatial axes.

    Raises:
        LayerError: a tuple of another length.
    """
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise LayerError(
            "E203",
            f"{argument} has {len(value)} numbers for {rank} spatial axes",
            argument=argument,
        )
    return value

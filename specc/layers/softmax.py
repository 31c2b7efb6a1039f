"""Activations that work along an axis: softmax and its kin, glu, maxout."""

from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from specc.layers.base import Inference, Layer, LayerError, Operand, Positive
from specc.layers.code import Code, Fn, Raw, X, fn, method
from specc.layers.common import (
    Axis,
    axis_number,
    feature_axis,
    tensor,
    torch_axis,
)
from specc.sizes import Constraint, Size, known
from specc.types import Interval, Tensor


def axis_of(x: Tensor, axis: str | int | None, word: str) -> int:
    """The axis to work along, from 0 in an item: the channels, or else the last, when not given.

    Raises:
        LayerError: E301, no such axis.
    """
    if x.rank == 0:
        raise LayerError(
            "E301",
            f"{word} works along an axis, and this is one number per {x.over[:-1]}",
            text="one number",
            helps=("one probability is sigmoid",),
        )
    return feature_axis(x) if axis is None else axis_number(x, axis, word)


AnAxis: TypeAlias = Annotated[
    Axis | None,
    Field(description="The axis to work along; without it the channels, or else the last."),
]


class Softmax(Layer):
    """Probabilities from logits."""

    word = "softmax"
    summary = "Makes positive numbers that add up to 1 along an axis: probabilities from logits."
    formula = "exp(xᵢ)/Σⱼ exp(xⱼ)"
    function: ClassVar[str] = "F.softmax"
    values: ClassVar[Interval] = Interval(0.0, 1.0)
    axis: AnAxis = None

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape; each output depends on the whole axis."""
        x = tensor(operands[0], self.word)
        axis = axis_of(x, self.axis, self.word)
        dim = -1 if axis == x.rank - 1 else torch_axis(x, axis)
        alone = x.sizes[axis] == 1
        return Inference(
            (("output", x.with_range(self.values.low, self.values.high)),),
            fn(self.function, X(0), dim=dim),
            sees="point" if x.axes[axis] == "channels" else "all",
            notes=(f"{self.word} over an axis of size 1 is constant",) if alone else (),
        )


class LogSoftmax(Softmax):
    """Log-probabilities from logits."""

    word = "log_softmax"
    summary = "The logarithm of softmax, computed without overflow: what nll takes."
    formula = "xᵢ − log Σⱼ exp(xⱼ)"
    function = "F.log_softmax"
    values = Interval(None, 0.0)


class Softmin(Softmax):
    """Softmax of the negated values."""

    word = "softmin"
    summary = "Softmax of the negated values: the smallest gets the most."
    formula = "exp(−xᵢ)/Σⱼ exp(−xⱼ)"
    function = "F.softmin"


class GLU(Layer):
    """One half gates the other."""

    word = "glu"
    summary = "Cuts an axis in two halves; the second gates the first."
    formula = "a·sigmoid(b), x = [a, b]"
    axis: AnAxis = None

    def infer(self, *operands: Operand | None) -> Inference:
        """Half as many along the axis."""
        x = tensor(operands[0], self.word)
        axis = axis_of(x, self.axis, self.word)
        half, constraints = shared_out(x, axis, 2, self.word, "halves")
        dim = -1 if axis == x.rank - 1 else torch_axis(x, axis)
        keywords: dict[str, Code] = {} if dim == -1 else {"dim": dim}
        forward = Fn("F.glu", (X(0),), tuple(keywords.items()))
        return Inference((("output", half),), forward, constraints=constraints)


class Maxout(Layer):
    """The largest of several neighbours."""

    word = "maxout"
    summary = "The largest of every `pieces` neighbours along an axis (Goodfellow et al. 2013)."
    formula = "max(x₁, …, x_pieces)"
    pieces: Positive = Field(description="How many values compete for one output.")
    axis: AnAxis = None

    def infer(self, *operands: Operand | None) -> Inference:
        """The axis divided by `pieces`."""
        x = tensor(operands[0], self.word)
        axis = axis_of(x, self.axis, self.word)
        output, constraints = shared_out(x, axis, self.pieces, self.word, "groups of")
        dim = torch_axis(x, axis)
        grouped = fn("torch.unflatten", X(0), dim, (Raw("-1"), self.pieces))
        forward = method(grouped, "amax", dim + 1)
        return Inference((("output", output),), forward, constraints=constraints)


def shared_out(
    x: Tensor, axis: int, parts: Size, word: str, noun: str
) -> tuple[Tensor, tuple[Constraint, ...]]:
    """The tensor with one axis divided by `parts`.

    Raises:
        LayerError: E303, it does not divide.
    """
    size = x.sizes[axis]
    constraints: tuple[Constraint, ...] = ()
    if known(size) and known(parts):
        if size % parts:
            raise LayerError(
                "E303",
                f"{word}: {size} {x.axes[axis]} do not divide into {noun} {parts}"
                if noun.endswith("of")
                else f"{word}: {size} {x.axes[axis]} do not divide into {noun}",
                text=f"{size}/{parts} = {size / parts:.4g}",
            )
    else:
        constraints = (Constraint("divides", parts, size),)
    sizes = (*x.sizes[:axis], size // parts, *x.sizes[axis + 1 :])
    return x.with_sizes(sizes).with_range(), constraints

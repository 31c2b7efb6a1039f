"""Normalisation: of a batch, of an item, of groups of channels."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field

from specc.formula import Formula, product, var
from specc.layers.base import (
    Counted,
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
)
from specc.layers.code import Code, Fn, Module, X
from specc.layers.common import feature_axis
from specc.layers.conv import divides
from specc.layers.spatial import NONE_WORD, changed, numbers, or_none, with_zero
from specc.sizes import Constraint, Size, bounds, known
from specc.types import ANYTHING, SPATIAL, Tensor

_MOVING = "keras counts the moving mean and variance too, as non-trainable parameters"


def _unchanged(x: Tensor) -> tuple[tuple[str, Tensor], ...]:
    return (("output", x.with_range()),)


def _macs(x: Tensor) -> Formula:
    return product(var(f"n_{a}", s) for a, s in zip(x.axes, x.sizes, strict=True))


def _affine(sizes: tuple[Size, ...], bias: bool = True) -> tuple[Parameter, ...]:
    count = product(var(f"c_{i}" if len(sizes) > 1 else "c", s) for i, s in enumerate(sizes, 1))
    weight = Parameter("weight", sizes, count)
    return (weight, Parameter("bias", sizes, count, "bias")) if bias else (weight,)


def _learnt(affine: bool, bias: bool) -> int:
    """How many numbers are learnt for each channel."""
    return (1 + bias) if affine else 0


def _running(c: Size) -> tuple[Parameter, ...]:
    count = var("c", c)
    return (
        Parameter("running_mean", (c,), count, "buffer"),
        Parameter("running_var", (c,), count, "buffer"),
        Parameter("num_batches_tracked", (), var("n", 1), "buffer", width=8),
    )


Momentum: TypeAlias = Annotated[Annotated[float, Field(ge=0, le=1), NONE_WORD] | None, or_none()]


def _small(value: float) -> float:
    """A validator that also catches the number of features written where PyTorch has it."""
    if not 0 < value < 1:
        raise ValueError("must be more than 0 and less than 1; the number of features is inferred")
    return value


Variance: TypeAlias = Annotated[float, AfterValidator(_small)]
Epsilon: TypeAlias = Annotated[
    Annotated[float, AfterValidator(_small), NONE_WORD] | None, or_none()
]


class _ChannelNorm(Layer):
    """Statistics over the batch or over positions, one scale and offset for each channel."""

    stateful = True
    prefix: ClassVar[str]

    def _channels(self, x: Tensor) -> Size:
        if x.rank == 0:
            raise LayerError("E301", f"{self.word} needs features to normalise", text=str(x))
        if x.axes[0] == "time" and x.rank == 2:
            raise LayerError(
                "E301", f"{self.word} takes channels before positions", text=f"{x}: {', '.join(x.axes)}",
                helps=("layer_norm, or -> permute([features, time]) first",),
            )  # fmt: skip
        return x.sizes[0]

    def _name(self, x: Tensor, lowest: int) -> str:
        dims = max(lowest, x.rank - 1)
        if dims > 3:
            raise LayerError(
                "E301", f"{self.word} takes at most 3 spatial axes, not {x}", text=str(x)
            )
        return f"nn.{self.prefix}{dims}d"


class BatchNorm(_ChannelNorm):
    """Normalised over the batch and all positions (Ioffe & Szegedy 2015)."""

    word = "batch_norm"
    summary = "Batch normalisation: each channel has mean 0 and variance 1 over the batch."
    formula = "y = (x − E[x])/√(Var[x] + eps)·w + b"
    prefix = "BatchNorm"
    read_with = (("momentum", "track_running_stats", True), ("bias", "affine", True))

    eps: Variance = Field(1e-5, description="Added to the variance.")
    momentum: Momentum = Field(
        0.1,
        description="Share of the new batch in the moving averages (PyTorch's sense; keras' is one "
        "minus it); `none` takes the mean of all batches.",
    )
    affine: bool = Field(True, description="Whether each channel has a learnt scale and offset.")
    track_running_stats: bool = Field(True, description="Whether moving averages are kept.")
    bias: bool = Field(True, description="Whether an affine one has an offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Any shape with channels or features first, unchanged."""
        x = numbers(operands[0], self.word)
        channels = self._channels(x)
        c = var("c", channels)
        moving = _running(channels) if self.track_running_stats else ()
        options = changed(
            eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1), affine=(self.affine, True),
            track_running_stats=(self.track_running_stats, True), bias=(self.bias, True),
        )  # fmt: skip
        learnt = _learnt(self.affine, self.bias)
        keras = (learnt + 2) * c
        return Inference(
            outputs=_unchanged(x),
            forward=Fn(Module(), (X(0),)),
            module=Fn(self._name(x, 1), (channels,), options),
            parameters=(*(_affine((channels,), self.bias) if self.affine else ()), *moving),
            count=learnt * c if learnt else None,
            macs=_macs(x) if self.affine else None,
            sees="point",
            conventions={"keras": Counted(keras, _MOVING)} if moving else {},
        )


class InstanceNorm(_ChannelNorm):
    """Normalised over the positions of each item (Ulyanov et al. 2016)."""

    word = "instance_norm"
    summary = "Instance normalisation: each channel of each item has mean 0 and variance 1."
    formula = "y = (x − E[x])/√(Var[x] + eps)·w + b"
    prefix = "InstanceNorm"
    read_with = (("momentum", "track_running_stats", True), ("bias", "affine", True))

    eps: Variance = Field(1e-5, description="Added to the variance.")
    momentum: float = Field(
        0.1, ge=0, le=1, description="Share of the new batch in moving averages."
    )
    affine: bool = Field(False, description="Whether each channel has a learnt scale and offset.")
    track_running_stats: bool = Field(False, description="Whether moving averages are kept.")
    bias: bool = Field(True, description="Whether an affine one has an offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """A map with channels first, unchanged."""
        x = numbers(operands[0], self.word)
        channels = self._channels(x)
        if x.rank < 2:
            raise LayerError("E301", "instance_norm needs positions to normalise over", text=str(x))
        conditions = _several(x)
        options = changed(
            eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1), affine=(self.affine, False),
            track_running_stats=(self.track_running_stats, False), bias=(self.bias, True),
        )  # fmt: skip
        learnt = _learnt(self.affine, self.bias)
        return Inference(
            outputs=_unchanged(x),
            forward=Fn(Module(), (X(0),)),
            module=Fn(self._name(x, 1), (channels,), options),
            parameters=(
                *(_affine((channels,), self.bias) if self.affine else ()),
                *(_running(channels) if self.track_running_stats else ()),
            ),
            count=learnt * var("c", channels) if learnt else None,
            macs=_macs(x) if self.affine else None,
            sees="all",
            constraints=conditions,
        )


def _several(x: Tensor) -> tuple[Constraint, ...]:
    """The condition that a map has positions to compare: of one alone nothing is left but 0.

    Raises:
        LayerError: E301, it has one.
    """
    positions = product(x.sizes[1:]).value
    if positions == 1:
        raise LayerError(
            "E301",
            "instance_norm needs more than one position, or every value becomes 0",
            text=str(x),
            helps=("layer_norm or group_norm before it, or larger maps",),
        )
    low = bounds(positions)[0]
    return () if low is not None and low > 1 else (Constraint("ge", positions, 2),)


class GroupNorm(_ChannelNorm):
    """Normalised over groups of channels of each item (Wu & He 2018)."""

    word = "group_norm"
    summary = "Group normalisation: groups of channels of each item have mean 0 and variance 1."
    formula = "y = (x − E[x])/√(Var[x] + eps)·w + b"
    prefix = "GroupNorm"

    groups: Positive = Field(description="Number of groups.")
    eps: Variance = Field(1e-5, description="Added to the variance.")
    affine: bool = Field(True, description="Whether each channel has a learnt scale and offset.")
    bias: bool = Field(True, description="Whether an affine one has an offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Any shape with channels or features first, unchanged."""
        x = numbers(operands[0], self.word)
        channels = self._channels(x)
        learnt = _learnt(self.affine, self.bias)
        options = changed(eps=(self.eps, 1e-5), affine=(self.affine, True), bias=(self.bias, True))
        return Inference(
            outputs=_unchanged(x),
            forward=Fn(Module(), (X(0),)),
            module=Fn("nn.GroupNorm", (self.groups, channels), options),
            parameters=_affine((channels,), self.bias) if self.affine else (),
            count=learnt * var("c", channels) if learnt else None,
            macs=_macs(x) if self.affine else None,
            sees="all",
            constraints=divides(self.groups, channels, "channels"),
        )


class _LastNorm(Layer):
    """Normalised over the last axes of each item."""

    stateful = True
    axes: Positive = Field(1, description="Number of last axes that are normalised together.")

    def _shape(self, x: Tensor) -> tuple[Size, ...]:
        if not known(self.axes) or self.axes > x.rank:
            raise LayerError(
                "E301",
                f"{self.word} over {self.axes} axes needs as many, and this is {x}",
                text=str(x),
                helps=(f"the number of features is inferred: {self.word}",),
            )
        return x.sizes[x.rank - self.axes :]

    def _notes(self, x: Tensor) -> tuple[str, ...]:
        """On a map one would rather expect the channels, or all of it."""
        if "channels" not in x.axes or self.axes == x.rank:
            return ()
        over = ", ".join(x.axes[-len(self._shape(x)) :])
        return (f"works on the last axes ({over}); axes={x.rank} takes the whole item",)

    def _seen(self, x: Tensor) -> Literal["point", "all"]:
        """Statistics of the features alone mix no positions."""
        return "point" if len(self._shape(x)) == 1 and x.axes[-1] not in SPATIAL else "all"

    def _written(self, shape: tuple[Size, ...]) -> Code:
        return shape[0] if len(shape) == 1 else shape


class LayerNorm(_LastNorm):
    """Normalised over the features of each position (Ba et al. 2016)."""

    word = "layer_norm"
    summary = "Layer normalisation: the features of each position have mean 0 and variance 1."
    formula = "y = (x − E[x])/√(Var[x] + eps)·w + b"

    eps: Variance = Field(1e-5, description="Added to the variance.")
    affine: bool = Field(True, description="Whether each feature has a learnt scale.")
    bias: bool = Field(True, description="Whether each feature has a learnt offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Any shape, unchanged."""
        x = numbers(operands[0], self.word)
        shape = self._shape(x)
        size = product(var(f"n_{i}" if len(shape) > 1 else "n", s) for i, s in enumerate(shape, 1))
        options = changed(
            eps=(self.eps, 1e-5), elementwise_affine=(self.affine, True), bias=(self.bias, True)
        )
        return Inference(
            outputs=_unchanged(x),
            forward=Fn(Module(), (X(0),)),
            module=Fn("nn.LayerNorm", (self._written(shape),), options),
            parameters=_affine(shape, self.bias) if self.affine else (),
            count=(2 * size if self.bias else size) if self.affine else None,
            macs=_macs(x) if self.affine else None,
            sees=self._seen(x),
            notes=self._notes(x),
        )


class RMSNorm(_LastNorm):
    """Divided by the root mean square of the features of each position (Zhang & Sennrich 2019)."""

    word = "rms_norm"
    summary = "Root-mean-square normalisation of the features of each position."
    formula = "y = x/√(mean(x²) + eps)·w"

    eps: Epsilon = Field(None, description="Added to the mean square; the machine's by default.")
    affine: bool = Field(True, description="Whether each feature has a learnt scale.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Any shape, unchanged."""
        x = numbers(operands[0], self.word)
        shape = self._shape(x)
        size = product(var(f"n_{i}" if len(shape) > 1 else "n", s) for i, s in enumerate(shape, 1))
        options = changed(eps=(self.eps, None), elementwise_affine=(self.affine, True))
        return Inference(
            outputs=_unchanged(x),
            forward=Fn(Module(), (X(0),)),
            module=Fn("nn.RMSNorm", (self._written(shape),), options),
            parameters=_affine(shape, bias=False) if self.affine else (),
            count=size if self.affine else None,
            macs=_macs(x),
            sees=self._seen(x),
            notes=self._notes(x),
        )


class LocalResponseNorm(Layer):
    """Divided by the activity of neighbouring channels (Krizhevsky et al. 2012)."""

    word = "local_response_norm"
    summary = "Local response normalisation over neighbouring channels."
    formula = "y[c] = x[c]/(k + alpha/size·Σ x[c′]²)^beta"

    size: Positive = Field(description="Number of neighbouring channels.")
    alpha: float = Field(1e-4, description="Factor of the sum.")
    beta: float = Field(0.75, description="Exponent.")
    k: float = Field(1.0, description="Offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """A map with channels first, unchanged."""
        x = numbers(operands[0], self.word)
        if feature_axis(x) != 0 or x.rank < 2:
            raise LayerError("E301", f"local_response_norm takes channels and positions, not {x}")
        options = changed(alpha=(self.alpha, 1e-4), beta=(self.beta, 0.75), k=(self.k, 1.0))
        shrinks = self.k >= 1 and self.alpha >= 0 and self.beta >= 0
        within = with_zero(x.range) if shrinks else ANYTHING
        return Inference(
            outputs=(("output", x.with_range(within.low, within.high)),),
            forward=Fn("F.local_response_norm", (X(0), self.size), options),
            sees="point",
        )

"""Fully connected layers: on the last axis of their input, whatever its rank."""

from typing import Literal

from pydantic import Field

from specc.formula import product, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Parameter,
    Positive,
    SizeRule,
)
from specc.layers.code import Fn, Module, X
from specc.layers.common import same_shape
from specc.layers.spatial import numbers
from specc.types import SPATIAL, Tensor


def _last(x: Tensor, word: str, index: int = 0) -> None:
    if x.rank == 0:
        raise LayerError(
            "E301",
            f"{word} needs a vector, and this is one number per {x.over[:-1]}",
            text=str(x),
            argument=index,
            helps=("unsqueeze makes a vector of one number",),
        )


def _seen(x: Tensor) -> Literal["point", "all"]:
    """A layer on the features of a sequence mixes no positions."""
    return "point" if x.rank > 1 and x.axes[-1] not in SPATIAL else "all"


class Linear(Layer):
    """An affine map of the last axis."""

    word = "linear"
    summary = "Fully connected layer: a weighted sum of all features, with an offset."
    formula = "y = x·Wᵀ + b"
    stateful = True
    tieable = ("weight", "bias")

    features: Positive = Field(description="Number of output features (units).")
    bias: bool = Field(True, description="Whether each unit has a learnt offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n_in] to [..., n_out]."""
        x = numbers(operands[0], self.word)
        _last(x, self.word)
        n_in, n_out = var("n_in", x.sizes[-1]), var("n_out", self.features)
        weight = Parameter("weight", (self.features, x.sizes[-1]), n_out * n_in)
        bias = (Parameter("bias", (self.features,), n_out, "bias"),) if self.bias else ()
        rows = tuple(var(f"n_{a}", s) for a, s in zip(x.axes[:-1], x.sizes[:-1], strict=True))
        off = () if self.bias else (("bias", False),)
        note = f"works on the last axis ({x.axes[-1]}); flatten first for a fully connected layer"
        return Inference(
            outputs=(("output", self._output(x)),),
            forward=Fn(Module(), (X(0),)),
            module=Fn("nn.Linear", (x.sizes[-1], self.features), off),
            parameters=(weight, *bias),
            count=(n_in + 1) * n_out if self.bias else n_in * n_out,
            macs=product((*rows, n_in, n_out)),
            sizes=(SizeRule(x.axes[-1], n_out),),
            sees=_seen(x),
            notes=(note,) if "channels" in x.axes else (),
        )

    def _output(self, x: Tensor) -> Tensor:
        return x.with_sizes((*x.sizes[:-1], self.features)).with_range()


class Bilinear(Layer):
    """A product of two vectors with a learnt matrix for each output feature."""

    word = "bilinear"
    summary = "Bilinear layer: a weighted sum of all products of two inputs' features."
    formula = "y[k] = x₁·W[k]·x₂ + b[k]"
    operands = ("x1", "x2")
    stateful = True
    tieable = ("weight", "bias")

    features: Positive = Field(description="Number of output features.")
    bias: bool = Field(True, description="Whether each output has a learnt offset.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n_1] and […, n_2] to […, n_out]."""
        left, right = numbers(operands[0], self.word), numbers(operands[1], self.word, 1)
        _last(left, self.word)
        _last(right, self.word, 1)
        outer = (left.with_sizes(left.sizes[:-1], left.axes[:-1]),
                 right.with_sizes(right.sizes[:-1], right.axes[:-1]))  # fmt: skip
        conditions = same_shape(*outer, self.word)
        n_1, n_2 = var("n_1", left.sizes[-1]), var("n_2", right.sizes[-1])
        n_out = var("n_out", self.features)
        bias = (Parameter("bias", (self.features,), n_out, "bias"),) if self.bias else ()
        sizes = (self.features, left.sizes[-1], right.sizes[-1])
        rows = tuple(var(f"n_{a}", s) for a, s in zip(outer[0].axes, outer[0].sizes, strict=True))
        off = () if self.bias else (("bias", False),)
        return Inference(
            outputs=(("output", left.with_sizes((*left.sizes[:-1], self.features)).with_range()),),
            forward=Fn(Module(), (X(0), X(1))),
            module=Fn("nn.Bilinear", (left.sizes[-1], right.sizes[-1], self.features), off),
            parameters=(Parameter("weight", sizes, product((n_out, n_1, n_2))), *bias),
            count=(n_1 * n_2 + 1) * n_out if self.bias else product((n_1, n_2, n_out)),
            macs=product((*rows, n_1, n_2, n_out)),
            sizes=(SizeRule(left.axes[-1], n_out),),
            sees=_seen(left),
            constraints=conditions,
        )

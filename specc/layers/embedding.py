"""Vectors for class ids and for positions."""

from pydantic import Field

from specc.formula import var
from specc.layers.base import Inference, Layer, LayerError, Operand, Parameter, Positive
from specc.layers.code import Attribute, Code, Fn, Infix, Item, Module, X, method
from specc.layers.common import as_sequence, tensor, torch_axis
from specc.layers.spatial import numbers
from specc.sizes import Constraint, Size, known, render
from specc.types import Tensor


def _classes(x: Tensor, word: str) -> Size:
    if x.dtype != "int" or x.classes is None:
        raise LayerError(
            "E301",
            f"{word} takes class ids, not {'real numbers' if x.dtype == 'float' else 'numbers'}",
            text=str(x),
            helps=("in ids: tokens[T, vocab=1000], or category[10]",),
        )
    if "part" in x.axes:
        raise LayerError(
            "E301",
            f"{word} takes class ids, and the rows of a tree hold the places of children too",
            text=str(x),
            helps=("-> fold(child_sum_lstm(16)) reads the symbols of a tree",),
        )
    return x.classes


class Embedding(Layer):
    """A table with one learnt row for each class."""

    word = "embedding"
    read_with = (("norm_type", "max_norm", None),)
    summary = "A learnt vector for each class id."
    formula = "y = W[x]"
    stateful = True
    tieable = ("weight",)
    features: Positive = Field(description="Length of each vector.")
    padding_idx: int | None = Field(None, ge=0, description="Class whose vector stays 0.")
    max_norm: float | None = Field(None, gt=0, description="Longer vectors are cut to this norm.")
    norm_type: float = Field(2.0, gt=0, description="Order of that norm.")
    scale_grad_by_freq: bool = Field(
        False, description="Whether gradients are divided by the class's frequency in the batch."
    )
    sparse: bool = Field(
        False, description="Whether the gradient holds the rows that were read, and no others."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """Class ids […] to […, features]."""
        x = tensor(operands[0], self.word)
        classes = _classes(x, self.word)
        if self.sparse and self.scale_grad_by_freq:
            raise LayerError(
                "E204",
                "PyTorch divides no sparse gradient by a frequency",
                argument="scale_grad_by_freq",
                helps=("leave scale_grad_by_freq out, or sparse",),
            )
        v, d = var("classes", classes), var("d", self.features)
        options = tuple(
            (name, value)
            for name, value, default in (
                ("padding_idx", self.padding_idx, None),
                ("max_norm", self.max_norm, None),
                ("norm_type", self.norm_type, 2.0),
                ("scale_grad_by_freq", self.scale_grad_by_freq, False),
                ("sparse", self.sparse, False),
            )
            if value != default
        )
        out = Tensor((*x.sizes, self.features), (*x.axes, "features"), batched=x.batched)
        return Inference(
            outputs=(("output", out),),
            forward=Fn(Module(), (X(0),)),
            module=Fn("nn.Embedding", (classes, self.features), options),
            parameters=(Parameter("weight", (classes, self.features), v * d),),
            count=v * d,
            constraints=self._has_padding(classes),
        )

    def _has_padding(self, classes: Size) -> tuple[Constraint, ...]:
        if self.padding_idx is None:
            return ()
        if not known(classes):
            return (Constraint("ge", classes, self.padding_idx + 1),)
        if self.padding_idx < classes:
            return ()
        raise LayerError(
            "E204",
            f"padding_idx is {self.padding_idx}; the classes are 0 … {render(classes - 1)}",
            argument="padding_idx",
        )


def _sequence(x: Tensor, word: str) -> tuple[Size, Size]:
    if x.rank != 2 or x.axes[0] == "channels":
        raise LayerError(
            "E301",
            f"{word} takes a sequence of vectors, time × features, not {x}",
            text=f"{x}: {', '.join(x.axes)}",
            helps=as_sequence(x),
        )
    time, features = x.sizes
    return time, features


class LearnedPositions(Layer):
    """A learnt vector for each position is added."""

    word = "learned_positions"
    summary = "Adds a learnt vector for each position."
    formula = "y[t] = x[t] + W[t]"
    stateful = True
    tieable = ("weight",)
    length: Positive = Field(description="Largest number of positions.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[T, d] unchanged, for T up to `length`."""
        x = numbers(operands[0], self.word)
        time, features = _sequence(x, self.word)
        conditions = _fits(time, self.length, self.word)
        n, d = var("length", self.length), var("d", features)
        weight = Attribute(Module(), "weight")
        whole = time == self.length
        rows: Code = (
            weight
            if whole
            else Item(weight, (Fn("slice", (method(X(0), "size", torch_axis(x, 0)),)),))
        )
        return Inference(
            outputs=(("output", x.with_range()),),
            forward=Infix("+", X(0), rows),
            module=Fn("nn.Embedding", (self.length, features)),
            parameters=(Parameter("weight", (self.length, features), n * d),),
            count=n * d,
            constraints=conditions,
        )


def _fits(time: Size, length: Size, word: str) -> tuple[Constraint, ...]:
    spare = length - time
    if known(spare) and spare < 0:
        raise LayerError(
            "E301",
            f"{word} has {render(length)} positions, the sequence {render(time)}",
            text=f"{render(time)} > {render(length)}",
            argument="length",
        )
    return () if known(spare) else (Constraint("ge", length, time),)


def _even(features: Size, word: str) -> tuple[Constraint, ...]:
    if not known(features):
        return (Constraint("divides", 2, features),)
    if features % 2:
        raise LayerError(
            "E303", f"{word} pairs sines with cosines, and {render(features)} features are odd",
            text=f"{render(features)}/2 is not whole",
        )  # fmt: skip
    return ()


class SinusoidalPositions(Layer):
    """Sines and cosines of the position are added (Vaswani et al. 2017, section 3.5)."""

    word = "sinusoidal_positions"
    summary = "Adds sines and cosines of the position."
    formula = "y[t, 2i] = x + sin(t/base^(2i/d)), y[t, 2i + 1] = x + cos(t/base^(2i/d))"
    base: float = Field(10_000.0, gt=1, description="Longest wavelength over 2π.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[T, d] unchanged; d is even."""
        x = numbers(operands[0], self.word)
        _, features = _sequence(x, self.word)
        return Inference(
            outputs=(("output", x.with_range()),),
            forward=Fn("add_positions", (X(0), _short(self.base))),
            constraints=_even(features, self.word),
        )


class SinusoidalEmbedding(Layer):
    """Sines and cosines of one number, as diffusion models embed the time step."""

    word = "sinusoidal_embedding"
    summary = "Sines and cosines of a number, at frequencies from 1 to 1/base."
    formula = "y = [sin(x·ω), cos(x·ω)], ω[i] = base^(−i/(d/2))"
    features: Positive = Field(description="Length of the vector; even.")
    base: float = Field(10_000.0, gt=1, description="Ratio of the largest and smallest frequency.")

    def infer(self, *operands: Operand | None) -> Inference:
        """One number […] to […, features]."""
        x = tensor(operands[0], self.word)
        out = Tensor((*x.sizes, self.features), (*x.axes, "features"), batched=x.batched)
        return Inference(
            outputs=(("output", out.with_range(-1.0, 1.0)),),
            forward=Fn("embed_number", (X(0), self.features, _short(self.base))),
            constraints=_even(self.features, self.word),
        )


def _short(value: float) -> Code:
    return int(value) if value.is_integer() else value


class OneHot(Layer):
    """A one among zeros."""

    word = "one_hot"
    summary = (
        "A vector of zeros with a one at the class id, on a new last axis; images have their channels first: "
        "`one_hot -> permute([2, 0, 1])`."
    )
    formula = "y[k] = 1 where k = x, else 0"

    def infer(self, *operands: Operand | None) -> Inference:
        """Class ids […] to […, classes]."""
        x = tensor(operands[0], self.word)
        classes = _classes(x, self.word)
        out = Tensor((*x.sizes, classes), (*x.axes, "features"), batched=x.batched)
        return Inference(
            outputs=(("output", out.with_range(0.0, 1.0)),),
            forward=method(Fn("F.one_hot", (X(0), classes)), "float"),
        )

"""Calls that begin with the sizes of their input, as PyTorch's classes do; here those are inferred."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from specc.diagnostics import Diagnostic, Edit, Fix
from specc.layers.base import Layer
from specc.resolve.arguments import Given, kind_of
from specc.resolve.static import show
from specc.resolve.values import Flow, LayerMaker
from specc.sizes import Symbolic
from specc.types import Tensor

SIZES = {
    "linear": 1, "bilinear": 2, "conv": 1, "conv_transpose": 1, "embedding": 1, "attention": 1,
    "rnn": 1, "lstm": 1, "gru": 1, "batch_norm": 1, "instance_norm": 1,
}  # fmt: skip
"""How many arguments of PyTorch's class say what the input is."""

_USUAL_STRIDE, _USUAL_KERNEL = 2, 11


def refused(model: type[Layer], positional: Sequence[Given]) -> Diagnostic | None:
    """What is said of numbers that cannot all be hyperparameters: `linear(784, 128)`."""
    count = SIZES.get(model.word, 0)
    fields = list(model.model_fields)[: len(positional)]
    sizes = (int, Symbolic)
    whole = all(isinstance(g.value, sizes) and not isinstance(g.value, bool) for g in positional)
    if not 0 < count < len(positional) or not whole:
        return None
    if len(fields) == len(positional) and all(kind_of(model, f) in _NUMBERS for f in fields):
        return None
    first, kept = positional[0].span, positional[count:]
    written = first.to(positional[count - 1].span)
    call = f"{model.word}({', '.join(g.span.text for g in kept)})"
    end = kept[0].span.start
    return Diagnostic(
        "E202",
        f"{model.word} infers the size of its input, and gets it here",
        written,
        "leave it out",
        fix=Fix(call, (Edit(type(first)(first.source, first.start, end), ""),)),
    )


def left_out(
    model: type[Layer], word: str, numbers: int, names: Container[str | None]
) -> int | None:
    """How many sizes of the input a call of PyTorch's class begins with, as in `Conv2d(1, 6, 5)`.

    `numbers` are the whole numbers that it begins with, `names` the arguments with a name. Without them
    it must still say all that the layer needs. None where `word` may be a class or not: `conv2d(1, 6, 5)`.
    """
    count, fields = SIZES.get(model.word, 0), model.model_fields
    needed = [n for n, f in fields.items() if f.is_required()]
    without = numbers - count
    if not count or without < 0 or not all(n in names for n in needed[without:]):
        return 0
    if not word[0].isupper():
        return None if re.search(r"\dd$", word) else 0
    return 0 if re.search(r"\dD", word) else count  # Keras, where sizes are inferred too


_OF_THE_INPUT = frozenset(
    {
        "in", "input_dim", "input_size", "input_shape", "num_features", "num_channels",
        "num_embeddings", "normalized_shape", "embed_dim", "in1_features", "in2_features",
    }
)  # fmt: skip


def is_of_input(name: str) -> bool:
    """Whether an argument of other frameworks says a size of the input."""
    return name.startswith("in_") or name in _OF_THE_INPUT


_NUMBERS = ("a whole number", "a number")


def meant(maker: LayerMaker, flows: Sequence[Flow | None]) -> str:
    """The call without the size that it begins with: `conv(6, 5x5)` for `conv(1, 6, 5)`; else "".

    Only where that size is the input's, and what follows it is unlikely as it is read here.
    """
    x = flows[0].type if flows and flows[0] is not None else None
    written = maker.arguments[: maker.positional]
    if not isinstance(x, Tensor) or len(written) < 2:
        return ""
    if maker.layer.word == "embedding":
        features, padding = (getattr(maker.layer, name) for name, _ in written[:2])
        return f"embedding({written[1][1].text})" if features == x.classes and padding else ""
    convolves = maker.layer.word in ("conv", "conv_transpose")
    return _convolution(maker, x) if convolves and len(written) > 2 and x.rank > 1 else ""


def _convolution(maker: LayerMaker, x: Tensor) -> str:
    channels, kernel, stride = (getattr(maker.layer, n) for n in ("channels", "kernel", "stride"))
    if channels != x.sizes[0] or not isinstance(kernel, int):
        return ""
    many = isinstance(stride, tuple)
    if not many and not isinstance(stride, int):
        return ""
    if not many and not ((stride > _USUAL_STRIDE and stride != kernel) or kernel > _USUAL_KERNEL):
        return ""
    written = [span.text for _, span in maker.arguments[1 : maker.positional]]
    window = written[1] if many else "x".join([written[1]] * (x.rank - 1))
    named = [f"{name}={span.text}" for name, span in maker.arguments[maker.positional :]]
    return f"{maker.layer.word}({', '.join([written[0], window, *written[2:], *named])})"


def remark(maker: LayerMaker, call: str) -> Diagnostic:
    """W308: the call is read in another order than it was probably meant."""
    read = ", ".join(
        f"{n}={show(getattr(maker.layer, n))}"
        for n, _ in maker.arguments
        if hasattr(maker.layer, n)
    )
    return Diagnostic(
        "W308",
        f"{maker.span.text} begins with the size of its input, which is inferred",
        maker.span,
        f"read as {read}",
        helps=(call,),
    )

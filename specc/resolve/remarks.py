"""What compiles and is seldom meant: sizes with the channels last, a dense layer on an image."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod

from specc.diagnostics import Diagnostic
from specc.layers.base import Layer
from specc.program import Apply
from specc.resolve.arguments import takes_list
from specc.resolve.context import Scope
from specc.resolve.values import Flow
from specc.sizes import Size, known, render
from specc.source import Span
from specc.types import Tensor

IMAGE = ("channels", "height", "width")
_COLOURS = (1, 3, 4)
_PRODUCT = re.compile(r"(\d+) ?\* ?(\d+)")


def channels_last(sizes: tuple[Size, ...]) -> bool:
    """Whether the sizes of an image look like height, width, channels: 28, 28, 1."""
    if len(sizes) != 3 or not all(known(s) for s in sizes):
        return False
    first, second, third = sizes
    return first == second and first not in _COLOURS and third in _COLOURS


def remark_on_order(scope: Scope, sizes: tuple[Size, ...], span: Span) -> None:
    """Report W307: an image is written with its channels last."""
    if channels_last(sizes):
        height, width, channels = sizes
        scope.diagnostics.add(
            Diagnostic(
                "W307",
                f"this image has {height} channels and a width of {channels}",
                span,
                "sizes are channels, height, width",
                helps=(f"image[{channels}, {height}, {width}]",),
            )
        )


def remark_on_product(scope: Scope, model: type[Layer], field: str, span: Span) -> None:
    """Report W308: `3*3`, a number, where the sizes of a window may stand."""
    factors = _PRODUCT.fullmatch(span.text)
    if factors is None or not takes_list(model, field):
        return
    sizes = f"{factors[1]}x{factors[2]}"
    scope.diagnostics.add(
        Diagnostic(
            "W308",
            f"{span.text} is the number {int(factors[1]) * int(factors[2])}",
            span,
            "sizes are joined by x",
            helps=(sizes,),
        )
    )


def remark_on_idle(scope: Scope, layer: Layer, given: Mapping[str, Span]) -> None:
    """Report W308: an argument that is not read, for what another one is."""
    for argument, other, wanted in type(layer).read_with:
        value = getattr(layer, other)
        usual = type(layer).model_fields[other].default
        if argument not in given or (value != usual if wanted is None else value == wanted):
            continue
        off = wanted is None or wanted is True
        reason = f"without {other}" if off else f"with {other}={value}"
        span, helps = given[argument], ("leave it out",)
        message = f"{layer.word}: {argument} has no effect {reason}"
        scope.diagnostics.add(Diagnostic("W308", message, span, helps=helps))


def remark_on_layer(scope: Scope, layer: Layer, flows: Sequence[Flow | None], span: Span) -> None:
    """What is to be said of a layer that fits its operands."""
    if layer.word == "linear" and flows and flows[0] is not None:
        _remark_on_map(scope, flows[0], span)
    if layer.word in ("softmax", "log_softmax") and flows and flows[0] is not None:
        _remark_on_one(scope, layer, flows[0], span)
    if getattr(layer, "layers", 0) == 1 and getattr(layer, "dropout", 0):
        _remark_on_dropout(scope, layer, span)


def _remark_on_one(scope: Scope, layer: Layer, flow: Flow, span: Span) -> None:
    """Report W308: a softmax of one number, which is 1 whatever it is."""
    x = flow.type
    last = getattr(layer, "axis", None) is None
    if last and isinstance(x, Tensor) and x.sizes == (1,) and x.over == "items":
        message = f"{layer.word} of one number is always {1 if layer.word == 'softmax' else 0}"
        helps = ("a probability of one number: -> sigmoid",)
        scope.diagnostics.add(Diagnostic("W308", message, span, helps=helps))


def _remark_on_dropout(scope: Scope, layer: Layer, span: Span) -> None:
    """Report W308: dropout between layers where there is one."""
    scope.diagnostics.add(
        Diagnostic(
            "W308",
            f"{layer.word} drops values between its layers, and here is one: dropout does nothing",
            span,
            helps=(f"-> {layer.word}(…) -> dropout(…) drops values of the output",),
        )
    )


def _remark_on_map(scope: Scope, flow: Flow, span: Span) -> None:
    """Report W306: a dense layer on an image works on its rows, each alone."""
    x = flow.type
    if not isinstance(x, Tensor) or x.over != "items" or not all(known(s) for s in x.sizes):
        return
    if x.axes != IMAGE and not (x.rank == 2 and _half_flat(scope, flow)):
        return
    *sizes, width = x.sizes
    rows = "·".join(map(render, sizes))
    scope.diagnostics.add(
        Diagnostic(
            "W306",
            f"linear works on the last axis: on each of {rows} rows of {render(width)} alone",
            span,
            f"{x} is not flattened",
            helps=(f"-> flatten -> linear(…) takes all {prod(x.sizes):,} together",),
        )
    )


def _half_flat(scope: Scope, flow: Flow) -> bool:
    """Whether this is what `flatten(1)` leaves of an image: its channels stand alone."""
    made = scope.nodes[flow.ref.node] if flow.ref.node >= 0 else None
    if made is None or not isinstance(made.operation, Apply) or made.operands[0] is None:
        return False
    before = scope.nodes[made.operands[0].node].type(made.operands[0].port)
    image = isinstance(before, Tensor) and before.axes == IMAGE
    return image and made.operation.layer.word == "flatten"

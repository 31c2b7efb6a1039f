"""What compiles and is seldom meant: sizes with the channels last, a dense layer on an image."""

from __future__ import annotations

from math import prod

from specc.diagnostics import Diagnostic
from specc.resolve.context import Scope
from specc.sizes import Size, known
from specc.source import Span
from specc.types import Tensor

IMAGE = ("channels", "height", "width")
_COLOURS = (1, 3, 4)


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


def remark_on_map(scope: Scope, x: Tensor, span: Span) -> None:
    """Report W306: a dense layer on an image works on its rows, each alone."""
    if x.axes != IMAGE or x.over != "items" or not all(known(s) for s in x.sizes):
        return
    channels, height, width = x.sizes
    scope.diagnostics.add(
        Diagnostic(
            "W306",
            f"linear works on the last axis: on each of {channels}·{height} rows of {width} alone",
            span,
            f"{x} is not flattened",
            helps=(f"-> flatten -> linear(…) takes all {prod(x.sizes):,} together",),
        )
    )

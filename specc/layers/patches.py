"""Layers that only move values: windows side by side and back, channels in another order."""

from pydantic import Field

from specc.formula import Formula, product, var
from specc.layers.base import (
    Extent,
    Inference,
    Layer,
    LayerError,
    Margin,
    Operand,
    Positive,
    SizeRule,
    Window,
    per_axis,
)
from specc.layers.code import Code, Fn, X
from specc.layers.common import equal_sizes
from specc.layers.spatial import (
    Slide,
    compact,
    fitting,
    numbers,
    result,
    spatial_map,
    with_zero,
)
from specc.sizes import Constraint, Size, floor_div, known, render
from specc.types import Tensor


class ChannelShuffle(Layer):
    """Channels of all groups one after the other (Zhang et al. 2018, ShuffleNet)."""

    word = "channel_shuffle"
    summary = "Mixes the groups of channels: the first of each group, then the second of each."
    formula = "y[i·groups + g] = x[g·c/groups + i]"
    groups: Positive = Field(description="Number of groups that the channels fall into.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, n…]."""
        m = spatial_map(operands[0], self.word)
        if known(m.channels) and known(self.groups) and m.channels % self.groups:
            raise LayerError(
                "E303",
                f"{self.word}: {m.channels} channels do not divide into {self.groups} groups",
                text=f"{m.channels}/{self.groups} = {m.channels / self.groups:.2f}…",
                argument="groups",
            )
        whole = m.channels % self.groups == 0
        return Inference(
            outputs=(("output", result(m.x, m.x.sizes).with_range(m.x.range.low, m.x.range.high)),),
            forward=Fn("F.channel_shuffle", (X(0), self.groups)),
            sees="window",
            windows=tuple(Window(a, 1) for a in m.axes),
            constraints=() if whole else (Constraint("divides", self.groups, m.channels),),
        )


class _Patches(Layer):
    """What windows side by side share."""

    kernel: Extent = Field(description="Size of a window: `3x3`, `3`.")
    stride: Extent = Field(1, description="Step between windows.")
    padding: Margin = Field(0, description="Zeros added at both ends of each axis.")
    dilation: Extent = Field(1, description="Distance between neighbouring elements of a window.")

    def _slides(self, axes: tuple[str, ...], sizes: tuple[Size, ...]) -> tuple[Slide, ...]:
        settings = [
            per_axis(getattr(self, n), 2, n) for n in ("kernel", "stride", "dilation", "padding")
        ]
        rows = zip(axes, sizes, *settings, strict=True)
        return tuple(Slide(a, n, k, s, d, p, p) for a, n, k, s, d, p in rows)

    def _options(self) -> tuple[tuple[str, Code], ...]:
        settings = (
            ("dilation", self.dilation, 1),
            ("padding", self.padding, 0),
            ("stride", self.stride, 1),
        )
        return tuple(
            (name, compact(value) if isinstance(value, tuple) else value)
            for name, value, default in settings
            if value != default
        )

    def _kernel(self) -> Code:
        return compact(per_axis(self.kernel, 2, "kernel"))


class Unfold(_Patches):
    """The windows of an image as columns."""

    word = "unfold"
    summary = "Windows of an image side by side: [c, h, w] to [c·k_h·k_w, windows]."
    formula = "y[(c, j), i] = x[c, stride·i + dilation·j − padding]"

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, h, w] to [c·k_h·k_w, windows]."""
        m = spatial_map(operands[0], self.word, (2,))
        slides = self._slides(m.axes, m.sizes)
        conditions = fitting(slides, "window", self.word)
        inside = product((var("c", m.channels), *_kernels(slides)))
        windows = product(s.output for s in slides)
        low = with_zero(m.x.range) if any(s.before != 0 for s in slides) else m.x.range
        out = Tensor((inside.value, windows.value), ("channels", "length"), batched=m.x.batched)
        return Inference(
            outputs=(("output", out.with_range(low.low, low.high)),),
            forward=Fn("F.unfold", (X(0), self._kernel()), self._options()),
            sizes=(SizeRule("channels", inside), SizeRule("length", windows)),
            sees="all",
            constraints=conditions,
        )


def _kernels(slides: tuple[Slide, ...]) -> tuple[Formula, ...]:
    return tuple(var(f"k_{s.axis[0]}", s.kernel) for s in slides)


class Fold(_Patches):
    """Columns as windows of an image; where they overlap they are added."""

    word = "fold"
    summary = "Puts windows back into an image, adding where they overlap: the transpose of unfold."
    formula = "every x[(c, j), i] is added to y[c, stride·i + dilation·j − padding]"
    size: Extent = Field(description="Height and width of the image: `32x32`, `32`.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c·k_h·k_w, windows] to [c, h, w].

        Raises:
            LayerError: E303, the first axis does not divide by a window; E302, the windows of such an
                image are others.
        """
        x = numbers(operands[0], self.word)
        if x.rank != 2:
            raise LayerError("E301", f"{self.word} takes channels × windows, not {x}", text=str(x))
        sizes = per_axis(self.size, 2, "size")
        slides = self._slides(("height", "width"), sizes)
        conditions = fitting(slides, "window", self.word)
        windows = product(s.output for s in slides)
        same, found = equal_sizes(x.sizes[1], windows.value)
        if not same:
            raise LayerError(
                "E302",
                f"{self.word}: an image of {'×'.join(map(render, sizes))} has {render(windows.value)} "
                f"windows, and here are {render(x.sizes[1])}",
                text=windows.working(),
                argument="size",
            )
        one = product(_kernels(slides))
        channels = floor_div(x.sizes[0], one.value)
        out = Tensor((channels, *sizes), ("channels", "height", "width"), batched=x.batched)
        return Inference(
            outputs=(("output", out),),
            forward=Fn("F.fold", (X(0), compact(sizes), self._kernel()), self._options()),
            sizes=(SizeRule("channels", var("n", x.sizes[0]) // one),),
            sees="all",
            constraints=(*conditions, *found, *self._divides(x.sizes[0], one)),
        )

    def _divides(self, rows: Size, one: Formula) -> tuple[Constraint, ...]:
        if known(rows) and known(one.value) and rows % one.value:
            raise LayerError(
                "E303",
                f"{self.word}: {rows} rows do not divide into windows of {one.value}",
                text=f"{one.numbers()} = {one.value}; {rows}/{one.value} = {rows / one.value:.2f}…",
                argument="kernel",
            )
        whole = rows % one.value == 0
        return () if whole else (Constraint("divides", one.value, rows),)

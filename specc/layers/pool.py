"""Pooling: windows that keep a maximum, a mean or a norm, and their inverse."""

from typing import Annotated, ClassVar, TypeAlias

from msgspec.structs import replace
from pydantic import BeforeValidator, Field

from specc.formula import var
from specc.layers.base import (
    Extent,
    Inference,
    Layer,
    LayerError,
    Margin,
    Operand,
    SizeRule,
    Window,
    at_least,
    per_axis,
)
from specc.layers.code import Code, Fn, X, method
from specc.layers.common import tensor
from specc.layers.spans import divided
from specc.layers.spatial import (
    NONE_WORD,
    Map,
    OptionalExtent,
    Slide,
    changed,
    compact,
    fitting,
    numbers,
    or_none,
    result,
    spatial_map,
    surely_positive,
    with_zero,
)
from specc.sizes import Constraint, Size, Symbolic, known, render
from specc.types import ANYTHING, Interval, Tensor

Divisor: TypeAlias = Annotated[Annotated[int, NONE_WORD] | Symbolic | None, or_none(at_least(1))]


def _inside(m: Map, slides: tuple[Slide, ...], word: str) -> tuple[Constraint, ...]:
    """PyTorch averages a volume only where it is as large as the window, margins apart.

    Raises:
        LayerError: E301, it is smaller.
    """
    found: list[Constraint] = []
    for s in slides if m.rank == 3 else ():
        room = s.size - s.kernel
        if known(room) and room < 0:
            raise LayerError(
                "E301",
                f"{word} in 3 dimensions needs a {s.axis} of at least {render(s.kernel)}",
                text=f"{s.axis} {render(s.size)}",
                helps=("pad before it",),
            )
        found += [] if surely_positive(room + 1) else [Constraint("ge", room, 0)]
    return tuple(found)


class _Pooling(Layer):
    """What all windows share."""

    hints = (("padding", "padding=1 adds a position at both ends"),)

    kernel: Extent = Field(description="Size of the window: `2x2`, `2`.")
    stride: OptionalExtent = Field(
        None, description="Step between windows; the kernel's size by default."
    )

    def _slides(
        self, m: Map, padding: Size | tuple[Size, ...], dilation: Size | tuple[Size, ...], up: bool
    ) -> tuple[Slide, ...]:
        kernels = per_axis(self.kernel, m.rank, "kernel")
        strides = kernels if self.stride is None else per_axis(self.stride, m.rank, "stride")
        margins = per_axis(padding, m.rank, "padding")
        steps = per_axis(dilation, m.rank, "dilation")
        rows = zip(m.axes, m.sizes, kernels, strides, steps, margins, strict=True)
        slides = tuple(Slide(a, n, k, s, d, p, p, up=up) for a, n, k, s, d, p in rows)
        for slide in slides:
            self._check_margin(slide)
        return slides

    def _check_margin(self, slide: Slide) -> None:
        """PyTorch adds at most half a window.

        Raises:
            LayerError: E204, the margin is larger.
        """
        p, k = slide.before, slide.kernel
        if known(p) and known(k) and 2 * p > k:
            raise LayerError(
                "E204",
                f"{self.word}: padding {p} is more than half of the kernel {k}",
                text=f"2·{p} > {k}",
                argument="padding",
                helps=(f"padding={k // 2} is the largest",),
            )

    def _call(self, name: str, m: Map, slides: tuple[Slide, ...], **more: tuple[Code, Code]) -> Fn:
        kernel = compact(tuple(s.kernel for s in slides))
        strides = tuple(s.stride for s in slides)
        same = strides == tuple(s.kernel for s in slides)
        options = changed(
            stride=(None if same else compact(strides), None),
            padding=(compact(tuple(s.before for s in slides)), 0),
            **more,
        )
        return Fn(f"F.{name}{m.rank}d", (X(0), kernel), options)

    def _inferred(self, slides: tuple[Slide, ...], forward: Code, output: Tensor) -> Inference:
        conditions = fitting(slides, "window", self.word)
        return Inference(
            outputs=(("output", output),),
            forward=forward,
            sizes=tuple(s.rule for s in slides),
            sees="window",
            windows=tuple(s.window for s in slides),
            constraints=conditions,
        )


def _pooled(m: Map, slides: tuple[Slide, ...], within: Interval) -> Tensor:
    out = result(m.x, (m.channels, *(s.output.value for s in slides)))
    return out.with_range(within.low, within.high)


def _indices(m: Map, out: Tensor) -> Tensor:
    """Where each maximum was found, as a position in the flattened map."""
    return Tensor(out.sizes, out.axes, "int", batched=m.x.batched, pooled_from=m.sizes)


class MaxPool(_Pooling):
    """The largest value of each window."""

    word = "max_pool"
    summary = "Largest value of each window; its side result `indices` says where it was."
    formula = "y[c, i] = max over j of x[c, stride·i + dilation·j − padding]"

    padding: Margin = Field(0, description="Positions of −∞ added at both ends.")
    dilation: Extent = Field(1, description="Distance between neighbouring elements of the window.")
    ceil_mode: bool = Field(False, description="Whether a last window may hang over the end.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1 …]."""
        m = spatial_map(operands[0], self.word)
        slides = self._slides(m, self.padding, self.dilation, self.ceil_mode)
        out = _pooled(m, slides, m.x.range)
        call = self._call(
            "max_pool", m, slides,
            dilation=(compact(tuple(s.dilation for s in slides)), 1),
            ceil_mode=(self.ceil_mode, False),
        )  # fmt: skip
        both = Fn(call.function, call.arguments, (*call.keywords, ("return_indices", True)))
        outputs = (("output", out), ("indices", _indices(m, out)))
        return replace(self._inferred(slides, call, out), outputs=outputs, with_sides=both)


class AvgPool(_Pooling):
    """The mean of each window."""

    word = "avg_pool"
    read_with = (("count_include_pad", "padding", None),)
    summary = "Mean of each window."
    formula = "y[c, i] = 1/k · Σ x[c, stride·i + j − padding]"

    padding: Margin = Field(0, description="Zeros added at both ends.")
    ceil_mode: bool = Field(False, description="Whether a last window may hang over the end.")
    count_include_pad: bool = Field(True, description="Whether added zeros count in the mean.")
    divisor_override: Divisor = Field(
        None, description="What the sum is divided by, instead of the number of positions."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, ⌊(n + 2·p − k)/s⌋ + 1 …]."""
        m = spatial_map(operands[0], self.word)
        self._check(m)
        slides = self._slides(m, self.padding, 1, self.ceil_mode)
        call = self._call(
            "avg_pool", m, slides,
            ceil_mode=(self.ceil_mode, False),
            count_include_pad=(self.count_include_pad, True),
            divisor_override=(self.divisor_override, None),
        )  # fmt: skip
        made = self._inferred(slides, call, _pooled(m, slides, self._range(m)))
        return replace(made, constraints=made.constraints + _inside(m, slides, self.word))

    def _check(self, m: Map) -> None:
        if self.divisor_override is not None and m.rank == 1:
            raise LayerError(
                "E204", "avg_pool: divisor_override takes 2 or 3 spatial axes, here is 1",
                argument="divisor_override",
            )  # fmt: skip

    def _range(self, m: Map) -> Interval:
        """Zeros of the margin pull means towards 0; another divisor gives anything."""
        if self.divisor_override is not None:
            return ANYTHING
        padded = self.padding != 0 and self.count_include_pad
        return with_zero(m.x.range) if padded else m.x.range


class LpPool(_Pooling):
    """The p-norm of each window."""

    word = "lp_pool"
    summary = "p-norm of each window."
    formula = "y[c, i] = (Σ x[c, stride·i + j]ᵖ)^(1/p)"

    p: float = Field(2.0, gt=0, description="Order of the norm.")
    ceil_mode: bool = Field(False, description="Whether a last window may hang over the end.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, ⌊(n − k)/s⌋ + 1 …]."""
        m = spatial_map(operands[0], self.word)
        slides = self._slides(m, 0, 1, self.ceil_mode)
        kernel = compact(tuple(s.kernel for s in slides))
        same = tuple(s.stride for s in slides) == tuple(s.kernel for s in slides)
        options = changed(
            stride=(None if same else compact(tuple(s.stride for s in slides)), None),
            ceil_mode=(self.ceil_mode, False),
        )
        call = Fn(f"F.lp_pool{m.rank}d", (X(0), self.p, kernel), options)
        made = self._inferred(slides, call, _pooled(m, slides, ANYTHING))
        return replace(made, constraints=made.constraints + _inside(m, slides, self.word))


class Unpool(Layer):
    """Values back where a max pooling found them, zeros elsewhere."""

    word = "unpool"
    summary = "Inverse of a max pooling: values go where its `indices` say, zeros elsewhere."
    formula = "y[c, indices[c, i]] = x[c, i]"
    operands = ("x", "indices")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to the size of the map that was pooled."""
        m = spatial_map(operands[0], self.word)
        indices = tensor(operands[1], self.word, 1)
        if indices.pooled_from is None:
            raise LayerError(
                "E301", "unpool needs the indices of a max pooling", argument=1,
                helps=("-> max_pool(2x2) as pool1 … -> unpool(pool1.indices)",),
            )  # fmt: skip
        if indices.sizes != m.x.sizes and all(known(s) for s in (*indices.sizes, *m.x.sizes)):
            raise LayerError(
                "E302",
                f"unpool puts {m.x} where {indices} was pooled",
                text=str(m.x),
                argument=1,
            )
        conditions = tuple(
            Constraint("eq", a, b) for a, b in zip(m.x.sizes, indices.sizes, strict=True) if a != b
        )
        sizes = indices.pooled_from
        forward = Fn("unpool", (X(0), X(1), tuple(sizes)))
        within = with_zero(m.x.range)
        out = result(m.x, (m.channels, *sizes)).with_range(within.low, within.high)
        rules = tuple(
            SizeRule(a, var("pooled from", s)) for a, s in zip(m.axes, sizes, strict=True)
        )
        return Inference(
            outputs=(("output", out),), forward=forward, sizes=rules, sees="all",
            constraints=conditions,
        )  # fmt: skip


def _kept(value: object) -> object:
    """A size, or `none` for an axis that stays."""
    check = at_least(1)
    if isinstance(value, (tuple, list)):
        return tuple(None if v in (None, "none") else check(v) for v in value)
    return check(value)


Kept: TypeAlias = Annotated[
    Annotated[int, NONE_WORD] | Symbolic | tuple[Annotated[int, NONE_WORD] | Symbolic | None, ...],
    BeforeValidator(_kept),
]


class _Adaptive(Layer):
    """Windows chosen so that the output has the size asked for."""

    kind: ClassVar[str]
    size: Kept = Field(
        description="Size of the output: `7x7`, `7`, `[none, 7]` where an axis stays as it is."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, size…]; window i goes from ⌊i·n/size⌋ to ⌈(i + 1)·n/size⌉."""
        m = spatial_map(operands[0], self.word)
        sizes, written = self._sizes(m)
        out = result(m.x, (m.channels, *sizes)).with_range(m.x.range.low, m.x.range.high)
        windows = _even(m, sizes)
        return Inference(
            outputs=(("output", out),),
            forward=Fn(f"F.adaptive_{self.kind}_pool{m.rank}d", (X(0), written)),
            sizes=tuple(SizeRule(a, var("size", s)) for a, s in zip(m.axes, sizes, strict=True)),
            sees="window" if windows else "all",
            windows=windows,
        )

    def _sizes(self, m: Map) -> tuple[tuple[Size, ...], Code]:
        """The sizes of the output, and how they are written."""
        if not isinstance(self.size, tuple):
            return (self.size,) * m.rank, self.size
        if len(self.size) != m.rank or (m.rank == 1 and None in self.size):
            raise LayerError(
                "E203",
                f"size has {len(self.size)} numbers for {m.rank} spatial axes",
                argument="size",
            )
        sizes = tuple(n if s is None else s for s, n in zip(self.size, m.sizes, strict=True))
        return sizes, self.size if None in self.size else compact(sizes)


def _even(m: Map, sizes: tuple[Size, ...]) -> tuple[Window, ...]:
    """Windows of one size where it divides the axis; else of several."""
    found = [divided(a, n, s) for a, n, s in zip(m.axes, m.sizes, sizes, strict=True)]
    return tuple(w for w in found if w is not None) if None not in found else ()


class AdaptiveAvgPool(_Adaptive):
    """Means of windows that fit the output's size."""

    word = "adaptive_avg_pool"
    summary = "Mean pooling to a given size."
    formula = "y[c, i] = mean of x[c, ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉ − 1]"
    kind = "avg"


class AdaptiveMaxPool(_Adaptive):
    """Maxima of windows that fit the output's size."""

    word = "adaptive_max_pool"
    summary = "Max pooling to a given size; its side result `indices` says where it was."
    formula = "y[c, i] = max of x[c, ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉ − 1]"
    kind = "max"

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, size…], and where each maximum was found."""
        made = super().infer(*operands)
        call = made.forward
        assert isinstance(call, Fn)
        indices = _indices(spatial_map(operands[0], self.word), made.output)
        both = Fn(call.function, call.arguments, (("return_indices", True),))
        outputs = (*made.outputs, ("indices", indices))
        return replace(made, outputs=outputs, with_sides=both)


class _Global(Layer):
    """One number for each channel."""

    kind: ClassVar[str]
    keepdims: bool = Field(False, description="Whether spatial axes of size 1 stay.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c], or to [c, 1…] with `keepdims`."""
        x = numbers(operands[0], self.word)
        m = spatial_map(x, self.word)
        sizes: tuple[Size, ...] = (m.channels, *((1,) * m.rank)) if self.keepdims else (m.channels,)
        axes = m.x.axes if self.keepdims else ("features",)
        out = result(m.x, sizes, axes).with_range(x.range.low, x.range.high)
        dims: Code = tuple(range(2, 2 + m.rank)) if m.rank > 1 else 2
        keep = (("keepdim", True),) if self.keepdims else ()
        name = "mean" if self.kind == "avg" else "amax"
        return Inference(
            outputs=(("output", out),),
            forward=method(X(0), name, dims, **dict(keep)),
            sizes=(SizeRule("features", var("c", m.channels)),) if not self.keepdims else (),
            sees="all",
        )


class GlobalAvgPool(_Global):
    """Means of whole maps (Lin et al. 2014)."""

    word = "global_avg_pool"
    summary = "Mean of each channel's whole map."
    formula = "y[c] = mean over all positions of x[c]"
    kind = "avg"


class GlobalMaxPool(_Global):
    """Maxima of whole maps."""

    word = "global_max_pool"
    summary = "Largest value of each channel's whole map."
    formula = "y[c] = max over all positions of x[c]"
    kind = "max"

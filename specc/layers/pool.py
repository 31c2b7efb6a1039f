"""Pooling: windows that keep a maximum, a mean or a norm, and their inverse."""

from __future__ import annotations

from typing import Annotated, ClassVar

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
    _sizes,
    per_axis,
)
from specc.layers.code import Code, Fn, X, method
from specc.layers.common import tensor
from specc.layers.spatial import (
    Map,
    Slide,
    changed,
    compact,
    fitting,
    numbers,
    result,
    spatial_map,
)
from specc.sizes import Constraint, Size, Symbolic, known
from specc.types import Interval, Tensor


def _stride(value: object) -> object:
    return None if value is None else _sizes(1)(value)


Stride = Annotated[int | Symbolic | tuple[int | Symbolic, ...] | None, BeforeValidator(_stride)]


class _Pooling(Layer):
    """What all windows share."""

    kernel: Extent = Field(description="Size of the window: `2x2`, `2`.")
    stride: Stride = Field(None, description="Step between windows; the kernel's size by default.")

    def _slides(
        self, m: Map, padding: Size | tuple[Size, ...], dilation: Size | tuple[Size, ...], up: bool
    ) -> tuple[Slide, ...]:
        kernels = per_axis(self.kernel, m.rank, "kernel")
        strides = kernels if self.stride is None else per_axis(self.stride, m.rank, "stride")
        margins = per_axis(padding, m.rank, "padding")
        steps = per_axis(dilation, m.rank, "dilation")
        for k, p in zip(kernels, margins, strict=True):
            if known(k) and known(p) and 2 * p > k:
                raise LayerError(
                    "E204",
                    f"{self.word}: padding {p} is more than half of the kernel {k}",
                    text=f"2·{p} > {k}",
                    argument="padding",
                )
        rows = zip(m.axes, m.sizes, kernels, strides, steps, margins, strict=True)
        return tuple(Slide(a, n, k, s, d, p, p, up=up) for a, n, k, s, d, p in rows)

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
        fitting(slides, "window", self.word)
        out = _pooled(m, slides, m.x.range)
        indices = Tensor(out.sizes, out.axes, "int", batched=m.x.batched, pooled_from=m.sizes)
        call = self._call(
            "max_pool", m, slides,
            dilation=(compact(tuple(s.dilation for s in slides)), 1),
            ceil_mode=(self.ceil_mode, False),
        )  # fmt: skip
        both = Fn(call.function, call.arguments, (*call.keywords, ("return_indices", True)))
        made = self._inferred(slides, call, out)
        return Inference(
            outputs=(("output", out), ("indices", indices)),
            forward=call,
            sizes=made.sizes,
            sees="window",
            windows=made.windows,
            constraints=made.constraints,
            with_sides=both,
        )


class AvgPool(_Pooling):
    """The mean of each window."""

    word = "avg_pool"
    summary = "Mean of each window."
    formula = "y[c, i] = 1/k · Σ x[c, stride·i + j − padding]"

    padding: Margin = Field(0, description="Zeros added at both ends.")
    ceil_mode: bool = Field(False, description="Whether a last window may hang over the end.")
    count_include_pad: bool = Field(True, description="Whether added zeros count in the mean.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, ⌊(n + 2·p − k)/s⌋ + 1 …]."""
        m = spatial_map(operands[0], self.word)
        slides = self._slides(m, self.padding, 1, self.ceil_mode)
        call = self._call(
            "avg_pool", m, slides,
            ceil_mode=(self.ceil_mode, False),
            count_include_pad=(self.count_include_pad, True),
        )  # fmt: skip
        return self._inferred(slides, call, _pooled(m, slides, m.x.range))


class LpPool(_Pooling):
    """The p-norm of each window."""

    word = "lp_pool"
    summary = "p-norm of each window."
    formula = "y[c, i] = (Σ |x[c, stride·i + j]|ᵖ)^(1/p)"

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
        return self._inferred(slides, call, _pooled(m, slides, Interval(None, None)))


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
        low, high = m.x.range.low, m.x.range.high
        out = result(m.x, (m.channels, *sizes)).with_range(
            None if low is None else min(low, 0.0), None if high is None else max(high, 0.0)
        )
        rules = tuple(
            SizeRule(a, var("pooled from", s)) for a, s in zip(m.axes, sizes, strict=True)
        )
        return Inference(
            outputs=(("output", out),), forward=forward, sizes=rules, sees="all",
            constraints=conditions,
        )  # fmt: skip


class _Adaptive(Layer):
    """Windows chosen so that the output has the size asked for."""

    kind: ClassVar[str]
    size: Extent = Field(description="Size of the output: `7x7`, `7`.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, size…]; window i goes from ⌊i·n/size⌋ to ⌈(i + 1)·n/size⌉."""
        m = spatial_map(operands[0], self.word)
        sizes = per_axis(self.size, m.rank, "size")
        out = result(m.x, (m.channels, *sizes)).with_range(m.x.range.low, m.x.range.high)
        rules = tuple(SizeRule(a, var("size", s)) for a, s in zip(m.axes, sizes, strict=True))
        return Inference(
            outputs=(("output", out),),
            forward=Fn(f"F.adaptive_{self.kind}_pool{m.rank}d", (X(0), compact(sizes))),
            sizes=rules,
            sees="all",
        )


class AdaptiveAvgPool(_Adaptive):
    """Means of windows that fit the output's size."""

    word = "adaptive_avg_pool"
    summary = "Mean pooling to a given size."
    formula = "y[c, i] = mean of x[c, ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉ − 1]"
    kind = "avg"


class AdaptiveMaxPool(_Adaptive):
    """Maxima of windows that fit the output's size."""

    word = "adaptive_max_pool"
    summary = "Max pooling to a given size."
    formula = "y[c, i] = max of x[c, ⌊i·n/size⌋ … ⌈(i + 1)·n/size⌉ − 1]"
    kind = "max"


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

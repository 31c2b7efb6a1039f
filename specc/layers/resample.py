"""Layers that change how many positions a map has without learning: upsampling and pixel shuffles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from specc.formula import product, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Positive,
    SizeRule,
    Window,
    _sizes,
    per_axis,
)
from specc.layers.code import Code, Fn, X
from specc.layers.spatial import Map, compact, result, spatial_map
from specc.sizes import Constraint, Size, Symbolic, floor_div, known, render

Mode = Literal["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
_RANKS = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def _optional(value: object) -> object:
    return None if value is None else _sizes(1)(value)


OptionalExtent = Annotated[
    int | Symbolic | tuple[int | Symbolic, ...] | None, BeforeValidator(_optional)
]


class Upsample(Layer):
    """More positions by repeating or interpolating."""

    word = "upsample"
    summary = (
        "More positions: by a whole factor (2 by default) or to a size, repeated or interpolated."
    )
    formula = "y[c, i] = x[c, ⌊i·n/m⌋] (nearest)"
    scale: OptionalExtent = Field(None, description="Factor of each spatial axis; 2 by default.")
    size: OptionalExtent = Field(None, description="Size of the output, instead of a factor.")
    mode: Mode = Field("nearest", description="How values between positions are made.")
    align_corners: bool = Field(
        False, description="Whether the corners' centres stay in place (linear and cubic modes)."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, scale·n…] or [c, size…]."""
        m = spatial_map(operands[0], self.word)
        self._check(m)
        sizes, rules = self._outputs(m)
        low, high = m.x.range.low, m.x.range.high
        out = result(m.x, (m.channels, *sizes))
        if self.mode != "bicubic":
            out = out.with_range(low, high)
        return Inference(
            outputs=(("output", out),),
            forward=Fn("F.interpolate", (X(0),), self._keywords(m)),
            sizes=rules,
            sees="window" if self._windows(m) else "all",
            windows=self._windows(m),
        )

    def _check(self, m: Map) -> None:
        wanted = _RANKS.get(self.mode, m.rank)
        if wanted != m.rank:
            raise LayerError(
                "E301",
                f"upsample: {self.mode} takes {wanted} spatial axes, here are {m.rank}",
                text=str(m.x),
                argument="mode",
            )
        if self.scale is not None and self.size is not None:
            raise LayerError("E202", "upsample takes scale or size, not both", argument="size")
        if self.align_corners and self.mode in ("nearest", "nearest-exact", "area"):
            raise LayerError(
                "E204", f"upsample: {self.mode} has no corners to align", argument="align_corners"
            )

    def _scales(self, m: Map) -> tuple[Size, ...]:
        return per_axis(2 if self.scale is None else self.scale, m.rank, "scale")

    def _outputs(self, m: Map) -> tuple[tuple[Size, ...], tuple[SizeRule, ...]]:
        if self.size is not None:
            sizes = per_axis(self.size, m.rank, "size")
            rules = tuple(SizeRule(a, var("size", s)) for a, s in zip(m.axes, sizes, strict=True))
            return sizes, rules
        rows = zip(m.axes, m.sizes, self._scales(m), strict=True)
        rules = tuple(SizeRule(a, var("n", n) * var("s", s)) for a, n, s in rows)
        return tuple(r.formula.value for r in rules), rules

    def _keywords(self, m: Map) -> tuple[tuple[str, Code], ...]:
        words: list[tuple[str, Code]] = []
        if self.size is not None:
            words.append(("size", compact(per_axis(self.size, m.rank, "size"))))
        else:
            words.append(("scale_factor", compact(self._scales(m))))
        if self.mode != "nearest":
            words.append(("mode", self.mode))
        if self.align_corners:
            words.append(("align_corners", True))
        return tuple(words)

    def _windows(self, m: Map) -> tuple[Window, ...]:
        """Nearest by a whole factor: each input makes `scale` outputs."""
        if self.mode != "nearest" or self.size is not None:
            return ()
        rows = zip(m.axes, self._scales(m), strict=True)
        return tuple(Window(a, s, 1, 1, 0, up=s) for a, s in rows)


class PixelShuffle(Layer):
    """Channels become positions (Shi et al. 2016)."""

    word = "pixel_shuffle"
    summary = "Channels become positions: [c·r², h, w] to [c, r·h, r·w]."
    formula = "y[c, r·i + a, r·j + b] = x[c·r² + r·a + b, i, j]"
    factor: Positive = Field(description="The factor r of height and width.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c·r², h, w] to [c, r·h, r·w]."""
        m = spatial_map(operands[0], self.word, (2,))
        square = self.factor * self.factor
        conditions = _divides(square, m.channels, "channels", self.word)
        sizes = tuple(s * self.factor for s in m.sizes)
        out = result(m.x, (floor_div(m.channels, square), *sizes))
        return Inference(
            outputs=(("output", out.with_range(m.x.range.low, m.x.range.high)),),
            forward=Fn("F.pixel_shuffle", (X(0), self.factor)),
            sizes=tuple(
                SizeRule(a, var("n", n) * var("r", self.factor))
                for a, n in zip(m.axes, m.sizes, strict=True)
            ),
            sees="all",
            constraints=conditions,
        )


class PixelUnshuffle(Layer):
    """Positions become channels."""

    word = "pixel_unshuffle"
    summary = "Positions become channels: [c, r·h, r·w] to [c·r², h, w]."
    formula = "y[c·r² + r·a + b, i, j] = x[c, r·i + a, r·j + b]"
    factor: Positive = Field(description="The factor r of height and width.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, r·h, r·w] to [c·r², h, w]."""
        m = spatial_map(operands[0], self.word, (2,))
        conditions = tuple(
            c
            for a, n in zip(m.axes, m.sizes, strict=True)
            for c in _divides(self.factor, n, a, self.word)
        )
        channels = product((var("c", m.channels), var("r", self.factor), var("r", self.factor)))
        sizes = tuple(floor_div(s, self.factor) for s in m.sizes)
        out = result(m.x, (channels.value, *sizes))
        return Inference(
            outputs=(("output", out.with_range(m.x.range.low, m.x.range.high)),),
            forward=Fn("F.pixel_unshuffle", (X(0), self.factor)),
            sizes=tuple(
                SizeRule(a, var("n", n) // var("r", self.factor))
                for a, n in zip(m.axes, m.sizes, strict=True)
            ),
            sees="all",
            constraints=conditions,
        )


def _divides(by: Size, size: Size, axis: str, word: str) -> tuple[Constraint, ...]:
    if size % by == 0:
        return ()
    if not known(size) or not known(by):
        return (Constraint("divides", by, size),)
    raise LayerError(
        "E303",
        f"{word}: {render(size)} {axis} do not divide by {render(by)}",
        text=f"{size}/{by} = {size / by:.2f}",
        argument="factor",
    )

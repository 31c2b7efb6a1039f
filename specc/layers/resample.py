"""Layers that change how many positions a map has without learning: upsampling and pixel shuffles."""

import math
from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from specc.formula import Formula, product, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Positive,
    SizeRule,
    Window,
    at_least,
    per_axis,
)
from specc.layers.code import Code, Fn, X
from specc.layers.spans import HALF, Span, between, repeated, single, smoothed, tiled
from specc.layers.spatial import (
    NONE_WORD,
    Map,
    OptionalExtent,
    changed,
    compact,
    left_over,
    or_none,
    ratio,
    result,
    spatial_map,
)
from specc.sizes import Constraint, Size, Symbolic, floor_div, known, render

Mode = Literal["nearest", "nearest_exact", "linear", "bilinear", "bicubic", "trilinear", "area"]
_RANKS = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
_REACH = {"linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
"""How many neighbours a position is made of, along each axis; the other modes take one."""
LARGEST_DENOMINATOR = 1000
"""Of a factor that is no whole number: 1.5 is 3/2."""


def _factor(value: object) -> object:
    if not isinstance(value, float) or value.is_integer():
        whole = int(value) if isinstance(value, float) else value
        return at_least(1)(whole)
    if not 0 < value < LARGEST_DENOMINATOR:
        raise ValueError("must be more than 0")
    return value


def _factors(value: object) -> object:
    return tuple(map(_factor, value)) if isinstance(value, (tuple, list)) else _factor(value)


_Factor: TypeAlias = Annotated[int, NONE_WORD] | Symbolic | float
Factors: TypeAlias = Annotated[_Factor | tuple[_Factor, ...] | None, or_none(_factors)]
"""A factor for all spatial axes or one for each: whole, or a fraction such as 1.5."""


class Upsample(Layer):
    """More positions by repeating or interpolating."""

    word = "upsample"
    summary = "More positions: by a factor (2 by default) or to a size, repeated or interpolated."
    formula = "y[c, i] = x[c, ⌊i·n/m⌋] (nearest)"
    scale: Factors = Field(None, description="Factor of each spatial axis; 2 by default.")
    size: OptionalExtent = Field(None, description="Size of the output, instead of a factor.")
    mode: Mode = Field("nearest", description="How values between positions are made.")
    align_corners: bool = Field(
        False, description="Whether the corners' centres stay in place (linear and cubic modes)."
    )
    antialias: bool = Field(
        False, description="Whether a smaller output is smoothed (bilinear and bicubic)."
    )
    recompute_scale_factor: bool = Field(
        False, description="Whether positions follow from the sizes, not from a broken factor."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, ⌊scale·n⌋…] or [c, size…]."""
        m = spatial_map(operands[0], self.word)
        self._check(m)
        rules = self._rules(m)
        sizes = tuple(r.formula.value for r in rules)
        out = result(m.x, (m.channels, *sizes))
        if self.mode != "bicubic":
            out = out.with_range(m.x.range.low, m.x.range.high)
        windows = self._windows(m, sizes)
        return Inference(
            outputs=(("output", out),),
            forward=Fn("F.interpolate", (X(0),), self._keywords(m)),
            sizes=rules,
            sees="window" if windows else "all",
            windows=windows,
            constraints=left_over(rules, self.word),
        )

    def _check(self, m: Map) -> None:
        wanted = _RANKS.get(self.mode, m.rank)
        if wanted != m.rank:
            raise LayerError(
                "E301",
                f"upsample: {self.mode} takes {wanted} spatial axes, here are {m.rank}",
                text=str(m.x),
                argument="mode",
                helps=tuple(f"mode={word}" for word, rank in _RANKS.items() if rank == m.rank),
            )
        if self.scale is not None and self.size is not None:
            raise LayerError("E202", "upsample takes scale or size, not both", argument="size")
        self._check_options()

    def _check_options(self) -> None:
        if self.align_corners and self.mode not in _REACH:
            raise LayerError(
                "E204", f"upsample: {self.mode} has no corners to align", argument="align_corners"
            )
        if self.antialias and self.mode not in ("bilinear", "bicubic"):
            raise LayerError(
                "E204", "upsample: antialias takes bilinear or bicubic", argument="antialias"
            )
        if self.recompute_scale_factor and self.size is not None:
            raise LayerError(
                "E204",
                "upsample: with a size there is no factor to recompute",
                argument="recompute_scale_factor",
            )

    def _scales(self, m: Map) -> tuple[Size | float, ...]:
        scale = 2 if self.scale is None else self.scale
        if not isinstance(scale, tuple):
            return (scale,) * m.rank
        if len(scale) != m.rank:
            message = f"scale has {len(scale)} numbers for {m.rank} spatial axes"
            raise LayerError("E203", message, argument="scale")
        return scale

    def _rules(self, m: Map) -> tuple[SizeRule, ...]:
        if self.size is not None:
            sizes = per_axis(self.size, m.rank, "size")
            return tuple(SizeRule(a, var("size", s)) for a, s in zip(m.axes, sizes, strict=True))
        rows = zip(m.axes, m.sizes, self._scales(m), strict=True)
        return tuple(SizeRule(a, _scaled(n, s)) for a, n, s in rows)

    def _keywords(self, m: Map) -> tuple[tuple[str, Code], ...]:
        if self.size is not None:
            to: tuple[str, Code] = ("size", compact(per_axis(self.size, m.rank, "size")))
        else:
            scales = self._scales(m)
            to = ("scale_factor", scales[0] if len(set(scales)) == 1 else scales)
        options = changed(
            mode=(self.mode.replace("_", "-"), "nearest"),
            align_corners=(self.align_corners, False),
            recompute_scale_factor=(self.recompute_scale_factor, False),
            antialias=(self.antialias, False),
        )
        return (to, *options)

    def _windows(self, m: Map, sizes: tuple[Size, ...]) -> tuple[Window, ...]:
        rows = zip(m.axes, m.sizes, sizes, self._scales(m), strict=True)
        found = [self._window(*row) for row in rows]
        return tuple(w for w in found if w is not None) if None not in found else ()

    def _window(self, axis: str, size: Size, out: Size, scale: Size | float) -> Window | None:
        """By a whole factor it is a transposed convolution that learns nothing."""
        if self.size is None and not self.align_corners and not isinstance(scale, float):
            return _spread(axis, scale, _REACH.get(self.mode, 1))
        ratio = self._ratio(size, out, scale)
        return None if ratio is None else repeated(axis, ratio, self._span())

    def _ratio(self, size: Size, out: Size, scale: Size | float) -> Fraction | None:
        """How far the input moves with each position of the output."""
        if self.align_corners:
            return Fraction(size - 1, max(1, out - 1)) if known(size) and known(out) else None
        exact = self.size is not None or self.recompute_scale_factor or self.mode == "area"
        if isinstance(scale, float) and not exact:
            return 1 / Fraction(scale).limit_denominator(LARGEST_DENOMINATOR)
        return Fraction(size, max(1, out)) if known(size) and known(out) else None

    def _span(self) -> Span:
        """What a position is made of."""
        reach = _REACH.get(self.mode)
        if self.mode == "area":
            return tiled
        if reach is None:
            return single(HALF if self.mode == "nearest_exact" else Fraction(0))
        return smoothed(reach) if self.antialias else between(reach, corners=self.align_corners)


def _spread(axis: str, scale: Size, reach: int) -> Window:
    """Position i·scale + r is made of the `reach` inputs nearest to its centre."""
    if reach == 1:
        return Window(axis, scale, up=scale)
    odd = scale % 2
    return Window(axis, reach * scale - odd, before=((reach - 1) * scale - odd) // 2, up=scale)


def _scaled(size: Size, scale: Size | float) -> Formula:
    """⌊n·scale⌋ as PyTorch computes it.

    Raises:
        LayerError: E204, rounding of the factor itself would decide the size.
    """
    if not isinstance(scale, float):
        return var("n", size) * var("s", scale)
    exact = Fraction(scale).limit_denominator(LARGEST_DENOMINATOR)
    rounded = var("n", size) * exact.numerator // exact.denominator
    settled = math.floor(size * scale) == rounded.value if isinstance(size, int) else (
        Fraction(scale) == exact
    )  # fmt: skip
    if not settled:
        raise LayerError(
            "E204",
            f"upsample: {scale:g} of {render(size)} depends on how the factor is rounded",
            argument="scale",
            helps=("size=… says what is meant",),
        )
    return rounded


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
        windows = tuple(Window(a, self.factor, up=self.factor) for a in m.axes)
        sizes = tuple(s * self.factor for s in m.sizes)
        out = result(m.x, (floor_div(m.channels, square), *sizes))
        return Inference(
            outputs=(("output", out.with_range(m.x.range.low, m.x.range.high)),),
            forward=Fn("F.pixel_shuffle", (X(0), self.factor)),
            sizes=tuple(
                SizeRule(a, var("n", n) * var("r", self.factor))
                for a, n in zip(m.axes, m.sizes, strict=True)
            ),
            sees="window",
            windows=windows,
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
        windows = tuple(Window(a, self.factor, self.factor) for a in m.axes)
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
            sees="window",
            windows=windows,
            constraints=conditions,
        )


def _divides(by: Size, size: Size, axis: str, word: str) -> tuple[Constraint, ...]:
    if size % by == 0:
        return ()
    if not known(size) or not known(by):
        return (Constraint("divides", by, size),)
    whole = (size // by + 1) * by
    what = f"{size} channels do" if axis == "channels" else f"a {axis} of {size} does"
    raise LayerError(
        "E303",
        f"{word}: {what} not divide by {by}",
        text=f"{size}/{by} = {ratio(size, by)}",
        argument="factor",
        helps=(f"the next that divides is {whole}",),
    )

"""Layers that frame values or cut out their middle: pad, crop."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from specc.formula import var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Positive,
    SizeRule,
    Window,
    at_least,
)
from specc.layers.code import Code, Fn, Item, Raw, X
from specc.layers.common import replaced, spatial_axes, spatial_start, tensor
from specc.sizes import Constraint, Size, Symbolic, floor_div, known, render
from specc.types import Tensor


def _margins(value: object) -> object:
    check = at_least(0)
    return tuple(map(check, value)) if isinstance(value, (tuple, list)) else check(value)


Margins = Annotated[int | Symbolic | tuple[int | Symbolic, ...], BeforeValidator(_margins)]


class Pad(Layer):
    """A frame around the spatial axes."""

    word = "pad"
    read_with = (("value", "mode", "constant"),)
    summary = "A frame around the spatial axes."
    margin: Margins = Field(
        description="Positions added at every end; or before and after each axis, the first axis first."
    )
    mode: Literal["constant", "reflect", "replicate", "circular"] = Field(
        "constant", description="What is added."
    )
    value: float = Field(0.0, description="The constant that is added.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n] to […, n + before + after]."""
        x = tensor(operands[0], self.word)
        axes = spatial_axes(x)
        if not axes:
            raise LayerError("E301", f"pad: {x} has no axis to frame", text=str(x))
        ends = self._ends(len(axes))
        conditions = tuple(
            c for a, pair in zip(axes, ends, strict=True) for c in self._reaches(x, a, pair)
        )
        sizes = dict(
            zip(
                axes,
                (x.sizes[a] + b + c for a, (b, c) in zip(axes, ends, strict=True)),
                strict=True,
            )
        )
        rules = tuple(
            SizeRule(x.axes[a], var("n", x.sizes[a]) + var("before", b) + var("after", c))
            for a, (b, c) in zip(axes, ends, strict=True)
        )
        skipped = x.rank - 1 - max(axes)
        flat = (0, 0) * skipped + tuple(p for pair in reversed(ends) for p in pair)
        options: tuple[tuple[str, Code], ...] = ()
        if self.mode != "constant":
            options = (("mode", self.mode),)
        elif self.value != 0:
            options = (("value", self.value),)
        low, high = x.range.low, x.range.high
        if self.mode == "constant":
            low = None if low is None else min(low, self.value)
            high = None if high is None else max(high, self.value)
        return Inference(
            outputs=(("output", replaced(x, sizes).with_range(low, high)),),
            forward=Fn("F.pad", (X(0), flat), options),
            sizes=rules,
            sees="window",
            windows=tuple(
                Window(x.axes[a], 1, before=b) for a, (b, _) in zip(axes, ends, strict=True)
            ),
            constraints=conditions,
        )

    def _reaches(self, x: Tensor, axis: int, ends: tuple[Size, Size]) -> tuple[Constraint, ...]:
        """A mirrored frame is narrower than the value, a circular one at most as wide."""
        if self.mode not in ("reflect", "circular"):
            return ()
        least = 1 if self.mode == "reflect" else 0
        open_ = []
        for end in ends:
            spare = x.sizes[axis] - end - least
            if not known(spare):
                open_.append(Constraint("ge", spare, 0))
            elif spare < 0:
                limit = "less than" if least else "at most"
                raise LayerError(
                    "E301",
                    f"pad: a {self.mode} margin of {render(end)} does not fit "
                    f"{render(x.sizes[axis])} {x.axes[axis]}",
                    text=f"must be {limit} {render(x.sizes[axis])}",
                    argument="margin",
                )
        return tuple(open_)

    def _ends(self, axes: int) -> list[tuple[Size, Size]]:
        if not isinstance(self.margin, tuple):
            return [(self.margin, self.margin)] * axes
        values = self.margin
        if len(values) == axes:
            return [(v, v) for v in values]
        if len(values) == 2 * axes:
            return [(values[2 * i], values[2 * i + 1]) for i in range(axes)]
        raise LayerError(
            "E203", f"margin has {len(values)} numbers for {axes} spatial axes", argument="margin"
        )


class Crop(Layer):
    """The middle of a map, as large as another or as given."""

    word = "crop"
    summary = "The middle of the spatial axes: as large as another, `crop(x, like=y)`, or as said."
    keyword_operands = ("like",)
    size: Positive | tuple[Positive, ...] | None = Field(None, description="Size that is kept.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[c, n…] to [c, m…] with m of `like` or `size`; ⌊(n − m)/2⌋ are cut off in front."""
        x = tensor(operands[0], self.word)
        like = operands[1] if len(operands) > 1 else None
        start = spatial_start(x)
        axes = tuple(range(start, x.rank))
        wanted = self._wanted(x, like, axes)
        entries: list[Code] = [Raw(":")] * (start + (1 if x.batched else 0))
        conditions: list[Constraint] = []
        rules, windows = [], []
        for axis, size in zip(axes, wanted, strict=True):
            spare = x.sizes[axis] - size
            if known(spare) and spare < 0:
                raise LayerError(
                    "E301", f"crop keeps {render(size)} of {render(x.sizes[axis])} {x.axes[axis]}",
                    text=f"{render(x.sizes[axis])} < {render(size)}",
                )  # fmt: skip
            if not known(spare):
                conditions.append(Constraint("ge", spare, 0))
            first = floor_div(spare, 2)
            entries.append(_between(first, first + size))
            rules.append(SizeRule(x.axes[axis], var("m", size)))
            windows.append(Window(x.axes[axis], 1, before=-first))
        return Inference(
            outputs=(("output", replaced(x, dict(zip(axes, wanted, strict=True)))),),
            forward=Item(X(0), tuple(entries)),
            sizes=tuple(rules),
            constraints=tuple(conditions),
            sees="window",
            windows=tuple(windows),
        )

    def _wanted(self, x: Tensor, like: Operand | None, axes: tuple[int, ...]) -> tuple[Size, ...]:
        if isinstance(like, Tensor):
            if like.rank != x.rank:
                raise LayerError("E302", f"crop compares {x} with {like}", argument="like")
            return tuple(like.sizes[a] for a in axes)
        if self.size is None:
            raise LayerError("E202", "crop needs like= or a size", helps=("crop(x, like=y)",))
        sizes = self.size if isinstance(self.size, tuple) else (self.size,) * len(axes)
        if len(sizes) != len(axes):
            raise LayerError(
                "E203", f"size has {len(sizes)} numbers for {len(axes)} axes", argument="size"
            )
        return sizes


def _between(first: Size, end: Size) -> Code:
    """`2:30`, or the same with sizes that are not known yet."""
    if isinstance(first, int) and isinstance(end, int):
        return Raw(f"{first}:{end}")
    return Fn("slice", (first, end))

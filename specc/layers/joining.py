"""Layers that join, cut and frame values: concat, stack, split, chunk, pad, crop."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from specc.formula import total, var
from specc.layers.base import Inference, Layer, LayerError, Operand, Positive, SizeRule, at_least
from specc.layers.code import Code, Fn, Item, Raw, X
from specc.layers.common import (
    Axis,
    axis_number,
    equal_sizes,
    feature_axis,
    known_size,
    replaced,
    span_of,
    spatial_axes,
    spatial_start,
    tensor,
    torch_axis,
)
from specc.sizes import Constraint, Size, Symbolic, floor_div, known, render
from specc.types import Tensor


def _tensors(operands: tuple[Operand | None, ...], word: str) -> tuple[Tensor, ...]:
    return tuple(tensor(o, word, i) for i, o in enumerate(operands) if o is not None)


class Concat(Layer):
    """Values side by side along one axis."""

    word = "concat"
    summary = (
        "Values side by side along one axis: channels or features unless said otherwise; `[a, b]`."
    )
    operands = ("values",)
    variadic = True
    axis: Axis | None = Field(None, description="The axis along which they stand side by side.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n_1, …], [..., n_2, …] to […, n_1 + n_2, …]."""
        parts = _tensors(operands, self.word)
        if not parts or parts[0].rank == 0:
            raise LayerError("E301", "concat needs values with axes; stack joins single numbers")
        first = parts[0]
        axis = self._axis(first)
        conditions = tuple(c for p in parts[1:] for c in _matching(first, p, axis, "concat"))
        size = total(var(f"n_{i}", p.sizes[axis]) for i, p in enumerate(parts, 1))
        sizes = list(first.sizes)
        for part in parts[1:]:
            sizes = [known_size(a, b) for a, b in zip(sizes, part.sizes, strict=True)]
        sizes[axis] = size.value
        span = span_of(parts)
        out = first.with_sizes(tuple(sizes)).with_range(span.low, span.high)
        dim = torch_axis(first, axis)
        if not first.batched and any(p.batched for p in parts):
            raise LayerError("E302", "concat joins a weight with a batch", argument=0)
        codes: list[Code] = [X(i) for i in range(len(parts))]
        return Inference(
            outputs=(("output", out),),
            forward=Fn("torch.cat", (codes, dim)),
            sizes=(SizeRule(first.axes[axis], size),),
            constraints=conditions,
        )

    def _axis(self, x: Tensor) -> int:
        return feature_axis(x) if self.axis is None else axis_number(x, self.axis, self.word)


def _matching(first: Tensor, other: Tensor, axis: int, word: str) -> tuple[Constraint, ...]:
    """Conditions under which two values differ at most along an axis.

    Raises:
        LayerError: E302, they differ elsewhere.
    """
    conditions: list[Constraint] = []
    fits = first.rank == other.rank
    for i, (a, b) in enumerate(zip(first.sizes, other.sizes, strict=False)):
        same, found = equal_sizes(a, b)
        if i != axis:
            fits = fits and same
            conditions += found
    if fits:
        return tuple(conditions)
    here, there = (_elsewhere(t, axis) for t in (first, other))
    helps: tuple[str, ...] = ()
    if first.rank == other.rank and first.rank > 2:
        smaller = "a" if _smaller(first, other, axis) else "b"
        larger = "b" if smaller == "a" else "a"
        helps = (
            f"concat({smaller}, crop({larger}, like={smaller})) cuts the larger one, as in U-Net",
        )
    raise LayerError(
        "E302",
        f"{word} joins {here} with {there}",
        text=f"{first} and {other}",
        argument=1,
        notes=_differences(first, other, axis),
        helps=helps,
    )


def _elsewhere(x: Tensor, axis: int) -> str:
    rest = [render(s) for i, s in enumerate(x.sizes) if i != axis]
    return "×".join(rest) or str(x)


def _smaller(a: Tensor, b: Tensor, axis: int) -> bool:
    for i, (x, y) in enumerate(zip(a.sizes, b.sizes, strict=True)):
        if i != axis and isinstance(x, int) and isinstance(y, int) and x != y:
            return x < y
    return True


def _differences(a: Tensor, b: Tensor, axis: int) -> tuple[str, ...]:
    if a.rank != b.rank:
        return (f"{a.rank} axes against {b.rank}",)
    rows = zip(a.axes, a.sizes, b.sizes, strict=True)
    parts = [
        f"{n} {render(x)} ≠ {render(y)}" for i, (n, x, y) in enumerate(rows) if i != axis and x != y
    ]
    return (", ".join(parts),)


class Stack(Layer):
    """Values one behind the other along a new axis."""

    word = "stack"
    summary = "Values of one shape along a new first axis, or the one given."
    operands = ("values",)
    variadic = True
    axis: Annotated[int, BeforeValidator(at_least(0))] = Field(
        0, description="Position of the new axis."
    )
    name: str = Field("time", description="Name of the new axis.")

    def infer(self, *operands: Operand | None) -> Inference:
        """k values of one shape to […, k, …]."""
        parts = _tensors(operands, self.word)
        first = parts[0]
        conditions = tuple(c for p in parts[1:] for c in _matching(first, p, -1, "stack"))
        if self.axis > first.rank:
            raise LayerError("E204", f"stack: axis {self.axis} is behind the last", argument="axis")
        sizes = (*first.sizes[: self.axis], len(parts), *first.sizes[self.axis :])
        axes = (*first.axes[: self.axis], self.name, *first.axes[self.axis :])
        if first.rank == 0:
            axes = ("features",)
        span = span_of(parts)
        out = first.with_sizes(sizes, axes).with_range(span.low, span.high)
        codes: list[Code] = [X(i) for i in range(len(parts))]
        return Inference(
            outputs=(("output", out),),
            forward=Fn("torch.stack", (codes, torch_axis(first, self.axis))),
            constraints=conditions,
        )


class Split(Layer):
    """Pieces of given sizes."""

    word = "split"
    summary = "Pieces of given sizes along one axis; take them apart with `a, b = …`."
    sizes: tuple[Positive, ...] = Field(description="The sizes of the pieces: `[16, 48]`.")
    axis: Axis | None = Field(
        None, description="The axis that is cut: channels or features by default."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n, …] to pieces whose sizes sum to n."""
        x = tensor(operands[0], self.word)
        axis = feature_axis(x) if self.axis is None else axis_number(x, self.axis, self.word)
        whole = total(var(f"n_{i}", s) for i, s in enumerate(self.sizes, 1))
        same, conditions = equal_sizes(whole.value, x.sizes[axis])
        if not same:
            raise LayerError(
                "E301",
                f"the pieces of this split sum to {render(whole.value)}, "
                f"the axis has {render(x.sizes[axis])}",
                text=whole.working(),
                argument="sizes",
            )
        names = ["output", *(f"part{i}" for i in range(2, len(self.sizes) + 1))]
        outputs = tuple((n, replaced(x, {axis: s})) for n, s in zip(names, self.sizes, strict=True))
        code = Fn("torch.split", (X(0), list(self.sizes), torch_axis(x, axis)))
        return Inference(outputs, code, with_sides=code, constraints=conditions)


class Chunk(Layer):
    """Equal pieces."""

    word = "chunk"
    summary = "Equal pieces along one axis; take them apart with `a, b = …`."
    pieces: Annotated[int, BeforeValidator(at_least(1))] = Field(2, description="Number of pieces.")
    axis: Axis | None = Field(
        None, description="The axis that is cut: channels or features by default."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n, …] to so many times […, n/pieces, …]."""
        x = tensor(operands[0], self.word)
        axis = feature_axis(x) if self.axis is None else axis_number(x, self.axis, self.word)
        size = x.sizes[axis]
        conditions: tuple[Constraint, ...] = ()
        if size % self.pieces != 0:
            if known(size):
                raise LayerError(
                    "E303",
                    f"{render(size)} {x.axes[axis]} do not divide into {self.pieces} pieces",
                    argument="pieces",
                    text=f"{size}/{self.pieces} = {size / self.pieces:.2f}",
                )
            conditions = (Constraint("divides", self.pieces, size),)
        piece = replaced(x, {axis: floor_div(size, self.pieces)})
        names = ["output", *(f"part{i}" for i in range(2, self.pieces + 1))]
        code = Fn("torch.chunk", (X(0), self.pieces, torch_axis(x, axis)))
        return Inference(
            tuple((n, piece) for n in names), code, with_sides=code, constraints=conditions
        )


def _margins(value: object) -> object:
    check = at_least(0)
    return tuple(map(check, value)) if isinstance(value, (tuple, list)) else check(value)


Margins = Annotated[int | Symbolic | tuple[int | Symbolic, ...], BeforeValidator(_margins)]


class Pad(Layer):
    """A frame around the spatial axes."""

    word = "pad"
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
        ends = self._ends(len(axes))
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
        )

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
        rules = []
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
        return Inference(
            outputs=(("output", replaced(x, dict(zip(axes, wanted, strict=True)))),),
            forward=Item(X(0), tuple(entries)),
            sizes=tuple(rules),
            constraints=tuple(conditions),
            sees="all",
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

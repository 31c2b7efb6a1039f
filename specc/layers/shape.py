"""Layers that move values and change none: flatten, reshape, permute, select, …"""

from collections.abc import Iterator
from math import isqrt, prod
from typing import Annotated, TypeAlias

from msgspec.structs import replace
from pydantic import BeforeValidator, Field

from specc.formula import product, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Positive,
    SizeRule,
    at_least,
)
from specc.layers.code import Code, X, method
from specc.layers.common import (
    Axes,
    Axis,
    axis_number,
    axis_numbers,
    equal_sizes,
    known_size,
    moved,
    replaced,
    tensor,
    torch_axis,
)
from specc.sizes import Constraint, Size, Symbolic, known, render
from specc.types import Tensor, default_axes


def _shape(value: object) -> object:
    values = value if isinstance(value, (tuple, list)) else (value,)
    check = at_least(1)
    return tuple(v if v == -1 else check(v) for v in values)


Shape: TypeAlias = Annotated[tuple[int | Symbolic, ...], BeforeValidator(_shape)]
"""Sizes in brackets; one of them may be −1, which takes what is left."""


def _volume(sizes: tuple[Size, ...]) -> Size:
    total: Size = 1
    for size in sizes:
        total = total * size
    return total


def _torch_sizes(x: Tensor, sizes: tuple[Size, ...]) -> tuple[Code, ...]:
    return ((-1,) if x.batched else ()) + sizes


class Flatten(Layer):
    """Several axes become one."""

    word = "flatten"
    summary = "Joins axes of an item to one, all of them unless said otherwise."
    formula = "features = channels·height·width"
    start: Axis = Field(0, description="The first axis to join.")
    end: Axis = Field(-1, description="The last axis to join.")

    def infer(self, *operands: Operand | None) -> Inference:
        """One axis with as many values as those it joins."""
        x = tensor(operands[0], self.word)
        if x.rank == 0:
            output = x.with_sizes((1,), ("features",))
            return Inference((("output", output),), method(X(0), "unsqueeze", -1))
        first, last = self._ends(x)
        joined = product(
            var(a, s)
            for a, s in zip(x.axes[first : last + 1], x.sizes[first : last + 1], strict=True)
        )
        whole = first == 0 and last == x.rank - 1
        name = "features" if "channels" in x.axes[first : last + 1] or whole else "length"
        output = x.with_sizes(
            (*x.sizes[:first], joined.value, *x.sizes[last + 1 :]),
            (*x.axes[:first], name, *x.axes[last + 1 :]),
        )
        dims = (torch_axis(x, first), torch_axis(x, last))
        forward = method(X(0), "flatten", *(dims[:1] if last == x.rank - 1 else dims))
        return Inference((("output", output),), forward, sizes=(SizeRule(name, joined),))

    def _ends(self, x: Tensor) -> tuple[int, int]:
        first = axis_number(x, self.start, self.word, "start")
        last = axis_number(x, self.end, self.word, "end")
        if first > last:
            raise LayerError("E301", "flatten ends before it starts", text=str(x), argument="end")
        return first, last


def _reshaped_axes(x: Tensor, sizes: tuple[Size, ...]) -> tuple[str, ...]:
    """The names of a new shape: those of its rank; channels that stand last, unchanged, stay there."""
    axes = default_axes(len(sizes))
    if x.rank < 2 or len(sizes) < 2 or x.axes[-1] != "channels" or x.sizes[-1] != sizes[-1]:
        return axes
    return (*(axes[1:] if axes[0] == "channels" else axes[:-1]), "channels")


class Reshape(Layer):
    """The same values in another shape."""

    word = "reshape"
    summary = (
        "Gives the values of an item another shape: `reshape[256, 7, 7]`; −1 takes what is left."
    )
    shape_argument = "shape"
    shape: Shape = Field(description="The new sizes, without the batch axis.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The new shape, when it holds as many values."""
        x = tensor(operands[0], self.word)
        sizes, constraints = self._filled(x)
        output = x.with_sizes(sizes, _reshaped_axes(x, sizes))
        forward = method(X(0), "reshape", *_torch_sizes(x, sizes))
        return Inference((("output", output),), forward, constraints=constraints)

    def _filled(self, x: Tensor) -> tuple[tuple[Size, ...], tuple[Constraint, ...]]:
        total, given = _volume(x.sizes), _volume(tuple(s for s in self.shape if s != -1))
        open_axes = sum(s == -1 for s in self.shape)
        if open_axes > 1:
            raise LayerError("E203", "reshape can fill in only one size", argument="shape")
        if not open_axes:
            fits, constraints = equal_sizes(total, given)
            if fits:
                return self.shape, constraints
            raise self._misfit(x, total, given, "≠")
        if known(total) and known(given):
            if total % given:
                raise self._misfit(x, total, given, "does not divide")
            return tuple(total // given if s == -1 else s for s in self.shape), ()
        rest = total // given
        return tuple(rest if s == -1 else s for s in self.shape), (
            Constraint("divides", given, total),
        )

    def _misfit(self, x: Tensor, total: Size, given: Size, relation: str) -> LayerError:
        wanted = "×".join(render(s) for s in self.shape)
        working = "·".join(render(s) for s in self.shape if s != -1)
        holds = (
            f"{x} holds {render(total)} values, which" if x.rank > 1 else f"{render(total)} values"
        )
        product = f"{working} = {render(given)}" if "·" in working else render(given)
        return LayerError(
            "E301",
            f"reshape: {holds} do not fill {wanted}",
            text=f"{product} {relation} {render(total)}",
            argument="shape",
            helps=tuple(f"reshape[{', '.join(map(str, s))}] does" for s in self._filling(total)),
        )

    def _filling(self, total: Size) -> Iterator[tuple[int, ...]]:
        """Shapes like the one asked for that hold all values: a square map, another last or first size."""
        sizes = [s for s in self.shape if isinstance(s, int)]
        if not isinstance(total, int) or len(sizes) != len(self.shape) or len(sizes) < 2:
            return
        side = isqrt(total // sizes[0]) if len(sizes) == 3 else 0
        for shape in (
            (sizes[0], side, side),
            (*sizes[:-1], total // (prod(sizes[:-1]) or 1)),
            (total // (prod(sizes[1:]) or 1), *sizes[1:]),
        ):
            if prod(shape) == total:
                yield shape
                return


class Permute(Layer):
    """The axes in another order."""

    word = "permute"
    summary = (
        "Puts the axes of an item in another order, by name or number: `permute([time, features])`."
    )
    order: Axes = Field(description="Every axis once, in the new order.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Sizes and names move together."""
        x = tensor(operands[0], self.word)
        order = axis_numbers(x, self.order, self.word, "order")
        if len(order) != x.rank:
            raise LayerError(
                "E301",
                f"permute names {len(order)} of {x.rank} axes",
                text=str(x),
                argument="order",
                notes=(f"the axes are {', '.join(x.axes)}",),
            )
        output = moved(x, order)
        dims = ((0,) if x.batched else ()) + tuple(torch_axis(x, i) for i in order)
        return Inference((("output", output),), method(X(0), "permute", *dims))


class Transpose(Layer):
    """Two axes change places."""

    word = "transpose"
    summary = "Two axes change places, the last two unless said otherwise."
    first: Axis = Field(-2, description="One axis.")
    second: Axis = Field(-1, description="The other axis.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape with two axes exchanged."""
        x = tensor(operands[0], self.word)
        a = axis_number(x, self.first, self.word, "first")
        b = axis_number(x, self.second, self.word, "second")
        order = list(range(x.rank))
        order[a], order[b] = b, a
        forward = method(X(0), "transpose", torch_axis(x, a), torch_axis(x, b))
        return Inference((("output", moved(x, tuple(order))),), forward)


class Squeeze(Layer):
    """Axes of size 1 vanish."""

    word = "squeeze"
    summary = "Drops axes of size 1: those named, or all."
    axis: Axes | None = Field(None, description="The axes to drop; without it all of size 1.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape without these axes."""
        x = tensor(operands[0], self.word)
        axes = self._axes(x)
        kept = [i for i in range(x.rank) if i not in axes]
        dims = tuple(torch_axis(x, i) for i in axes)
        forward: Code = method(X(0), "squeeze", dims[0] if len(dims) == 1 else dims)
        conditions = tuple(c for i in axes for c in equal_sizes(x.sizes[i], 1)[1])
        return Inference(
            outputs=(("output", moved(x, tuple(kept))),),
            forward=forward if dims else X(0),
            constraints=conditions,
        )

    def _axes(self, x: Tensor) -> tuple[int, ...]:
        if self.axis is None:
            return tuple(i for i, s in enumerate(x.sizes) if s == 1)
        axes = axis_numbers(x, self.axis, self.word)
        for i in axes:
            if not equal_sizes(x.sizes[i], 1)[0]:
                raise LayerError(
                    "E301",
                    f"squeeze: {x.axes[i]} is {render(x.sizes[i])}, not 1",
                    text=str(x),
                    argument="axis",
                    helps=("select or a reduction (mean, max) removes a longer axis",),
                )
        return axes


class Unsqueeze(Layer):
    """A new axis of size 1."""

    word = "unsqueeze"
    summary = "Adds an axis of size 1."
    axis: int = Field(
        0, description="Where: 0 is before the first axis of the item, −1 after the last."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape with a 1 in it."""
        x = tensor(operands[0], self.word)
        if not -x.rank - 1 <= self.axis <= x.rank:
            raise LayerError(
                "E301", f"unsqueeze: there is no place {self.axis}", text=str(x), argument="axis"
            )
        at = self.axis % (x.rank + 1)
        output = x.with_sizes((*x.sizes[:at], 1, *x.sizes[at:]), new_axes(x, at))
        return Inference((("output", output),), method(X(0), "unsqueeze", torch_axis(x, at)))


def new_axes(x: Tensor, at: int) -> tuple[str, ...]:
    """Axis names with one more at a place: the usual ones by rank, where they were the usual ones."""
    if x.axes == default_axes(x.rank):
        return default_axes(x.rank + 1)
    return (*x.axes[:at], f"axis{at}", *x.axes[at:])


class Expand(Layer):
    """Axes of size 1 are repeated without copying."""

    word = "expand"
    summary = "Repeats axes of size 1 without copying: `expand[64, 8, 8]`."
    shape_argument = "shape"
    shape: Shape = Field(description="The new sizes; −1 leaves one as it is.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The new sizes, where the old ones are equal or 1."""
        x = tensor(operands[0], self.word)
        if len(self.shape) != x.rank:
            raise LayerError(
                "E301",
                f"expand names {len(self.shape)} sizes for {x.rank} axes",
                text=str(x),
                argument="shape",
            )
        grown = [_grown(x, *pair) for pair in zip(x.sizes, self.shape, strict=True)]
        output = x.with_sizes(tuple(size for size, _ in grown))
        sizes: tuple[Code, ...] = tuple(
            -1 if old == new else new for old, (new, _) in zip(x.sizes, grown, strict=True)
        )
        lead: tuple[Code, ...] = (-1,) if x.batched else ()
        return Inference(
            (("output", output),),
            method(X(0), "expand", *lead, *sizes),
            constraints=tuple(c for _, found in grown for c in found),
        )


def _grown(x: Tensor, old: Size, new: Size) -> tuple[Size, tuple[Constraint, ...]]:
    """The size that an axis has when it is repeated, and the condition for it.

    Raises:
        LayerError: E302, the axis is neither 1 nor as long already.
    """
    if new == -1 or old == 1:
        return (old if new == -1 else new), ()
    fits, conditions = equal_sizes(old, new)
    if fits:
        return known_size(old, new), conditions
    raise LayerError(
        "E302",
        f"expand: {render(old)} cannot become {render(new)}; only an axis of 1 is repeated",
        text=str(x),
        argument="shape",
    )


class Tile(Layer):
    """A value several times in a row."""

    word = "tile"
    summary = "Puts a value several times in a row along an axis."
    times: Positive = Field(description="How often.")
    axis: Axis = Field(-1, description="The axis that grows.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The axis grows by the factor."""
        x = tensor(operands[0], self.word)
        axis = axis_number(x, self.axis, self.word)
        grown = var(x.axes[axis], x.sizes[axis]) * var("times", self.times)
        output = replaced(x, {axis: grown.value})
        rank = x.rank + 1 if x.batched else x.rank
        times: list[Code] = [1] * rank
        times[torch_axis(x, axis)] = self.times
        rule = SizeRule(x.axes[axis], grown)
        return Inference((("output", output),), method(X(0), "repeat", *times), sizes=(rule,))


class Flip(Layer):
    """An axis backwards."""

    word = "flip"
    summary = "Turns axes round: `flip(time)` reads a sequence backwards."
    axis: Axes = Field(description="The axes to turn round.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The same shape."""
        x = tensor(operands[0], self.word)
        dims = tuple(torch_axis(x, i) for i in axis_numbers(x, self.axis, self.word))
        return Inference((("output", replace(x, constant=None)),), method(X(0), "flip", *dims))


class Stop(Layer):
    """No gradient flows back through it."""

    word = "stop"
    summary = "The value itself, through which no gradient flows back."

    def infer(self, *operands: Operand | None) -> Inference:
        """The same value."""
        return Inference((("output", tensor(operands[0], self.word)),), method(X(0), "detach"))

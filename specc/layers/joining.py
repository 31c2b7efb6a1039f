"""Layers that join values and take them apart: concat, stack, split, chunk."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from specc.formula import total, var
from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
    Positive,
    SizeRule,
    at_least,
)
from specc.layers.code import Code, Fn, Item, X, method
from specc.layers.common import (
    Axis,
    axis_number,
    equal_sizes,
    feature_axis,
    known_size,
    replaced,
    span_of,
    tensor,
    torch_axis,
)
from specc.layers.spatial import ratio
from specc.sizes import Constraint, Size, floor_div, known, render
from specc.types import DType, Tensor, bare_axes


def _tensors(operands: tuple[Operand | None, ...], word: str) -> tuple[Tensor, ...]:
    found = tuple(tensor(o, word, i) for i, o in enumerate(operands) if o is not None)
    if found:
        return found
    raise LayerError("E202", f"{word} needs values")


def _joined(parts: tuple[Tensor, ...], sizes: tuple[Size, ...], axes: tuple[str, ...]) -> Tensor:
    """The type of several values in one; whole numbers beside real ones become real."""
    kinds = {p.dtype for p in parts}
    dtype: DType = next(k for k in ("float", "int", "bool") if k in kinds)
    classes = {p.classes for p in parts}
    return Tensor(
        sizes,
        axes,
        dtype,
        classes.pop() if len(classes) == 1 else None,
        span_of(parts),
        any(p.batched for p in parts),
    )


def _named(parts: tuple[Tensor, ...]) -> Tensor:
    """The first value; where nobody named its axes, as a weight's, with the names that another one has."""
    first = parts[0]
    bare = bare_axes(first.rank)
    names = [p.axes for p in parts if p.rank == first.rank and p.axes != bare]
    return first.with_sizes(first.sizes, names[0]) if names and first.axes == bare else first


def _operands(parts: tuple[Tensor, ...]) -> list[Code]:
    """Code for each operand; one without a batch is repeated for every item where others have one."""
    batched = next((i for i, p in enumerate(parts) if p.batched), None)
    if batched is None:
        return [X(i) for i in range(len(parts))]
    size = method(X(batched), "size", 0)
    return [
        X(i) if p.batched else method(X(i), "expand", size, *(-1,) * p.rank)
        for i, p in enumerate(parts)
    ]


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
        if parts[0].rank == 0:
            raise LayerError("E301", "concat needs values with axes; stack joins single numbers")
        first = _named(parts)
        axis = self._axis(first)
        conditions = tuple(
            c for i, p in enumerate(parts[1:], 1) for c in _matching(first, p, axis, "concat", i)
        )
        size = total(var(f"n_{i}", p.sizes[axis]) for i, p in enumerate(parts, 1))
        sizes = list(first.sizes)
        for part in parts[1:]:
            sizes = [known_size(a, b) for a, b in zip(sizes, part.sizes, strict=True)]
        sizes[axis] = size.value
        out = _joined(parts, tuple(sizes), first.axes)
        return Inference(
            outputs=(("output", out),),
            forward=Fn("torch.cat", (_operands(parts), torch_axis(out, axis))),
            sizes=(SizeRule(first.axes[axis], size),),
            constraints=conditions,
        )

    def _axis(self, x: Tensor) -> int:
        return feature_axis(x) if self.axis is None else axis_number(x, self.axis, self.word)


def _matching(
    first: Tensor, other: Tensor, axis: int, word: str, index: int
) -> tuple[Constraint, ...]:
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
        argument=index,
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
        conditions = tuple(
            c for i, p in enumerate(parts[1:], 1) for c in _matching(first, p, -1, "stack", i)
        )
        if self.axis > first.rank:
            raise LayerError("E204", f"stack: axis {self.axis} is behind the last", argument="axis")
        sizes = (*first.sizes[: self.axis], len(parts), *first.sizes[self.axis :])
        axes = (*first.axes[: self.axis], self.name, *first.axes[self.axis :])
        if first.rank == 0:
            axes = ("features",)
        out = _joined(parts, sizes, axes)
        return Inference(
            outputs=(("output", out),),
            forward=Fn("torch.stack", (_operands(parts), torch_axis(out, self.axis))),
            constraints=conditions,
        )


class Split(Layer):
    """Pieces of given sizes."""

    word = "split"
    summary = "Pieces of given sizes along one axis; take them apart with `a, b = …`."
    hints = (("sizes", "chunk(2) makes 2 pieces of one size"),)
    sizes: tuple[Positive, ...] = Field(description="The sizes of the pieces: `[16, 48]`.")
    axis: Axis | None = Field(
        None, description="The axis that is cut: channels or features by default."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[…, n, …] to pieces whose sizes sum to n."""
        x = tensor(operands[0], self.word)
        axis = axis_number(x, feature_axis(x) if self.axis is None else self.axis, self.word)
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
        return _pieces(outputs, code, conditions)


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
        axis = axis_number(x, feature_axis(x) if self.axis is None else self.axis, self.word)
        size = x.sizes[axis]
        conditions: tuple[Constraint, ...] = ()
        if size % self.pieces != 0:
            if known(size):
                raise LayerError(
                    "E303",
                    f"{render(size)} {x.axes[axis]} do not divide into {self.pieces} pieces",
                    argument="pieces",
                    text=f"{size}/{self.pieces} = {ratio(size, self.pieces)}",
                )
            conditions = (Constraint("divides", self.pieces, size),)
        piece = replaced(x, {axis: floor_div(size, self.pieces)})
        names = ["output", *(f"part{i}" for i in range(2, self.pieces + 1))]
        code = Fn("torch.chunk", (X(0), self.pieces, torch_axis(x, axis)))
        return _pieces(tuple((n, piece) for n in names), code, conditions)


def _pieces(
    outputs: tuple[tuple[str, Tensor], ...], code: Code, conditions: tuple[Constraint, ...]
) -> Inference:
    """A call that gives several pieces; where only the first is used, that one is taken out."""
    several = code if len(outputs) > 1 else None
    return Inference(outputs, Item(code, (0,)), with_sides=several, constraints=conditions)

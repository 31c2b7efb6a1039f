"""What several families need: naming axes, comparing sizes, and code that keeps the batch axis first."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator

from specc.layers.base import LayerError, Operand
from specc.layers.code import Code, Item, Raw, X, method
from specc.sizes import Constraint, Size, bounds, render
from specc.types import Distribution, Interval, Tensor


def _axis(value: object) -> object:
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError("an axis: its name, or its number without the batch axis")


def _axes(value: object) -> object:
    return tuple(map(_axis, value)) if isinstance(value, (tuple, list)) else _axis(value)


Axis: TypeAlias = Annotated[str | int, BeforeValidator(_axis)]
"""One axis of an item, by name (`time`) or number (0 is the first after the batch, -1 the last)."""
Axes: TypeAlias = Annotated[str | int | tuple[str | int, ...], BeforeValidator(_axes)]
"""One axis or a list of them."""


def fraction(
    low: float, high: float, *, open_high: bool = False, open_low: bool = False
) -> Callable[[float], float]:
    """A validator for a number between bounds; its message completes "it must be …"."""
    above = f"more than {low:g}" if open_low else f"at least {low:g}"
    below = f"less than {high:g}" if open_high else f"at most {high:g}"

    def check(value: float) -> float:
        low_ok = value > low if open_low else value >= low
        high_ok = value < high if open_high else value <= high
        if not (low_ok and high_ok):
            raise ValueError(f"must be {above} and {below}")
        return value

    return check


def positive(value: float) -> float:
    """A validator for a number above 0."""
    if not value > 0:
        raise ValueError("must be more than 0")
    return value


def tensor(operand: Operand | None, word: str, index: int = 0) -> Tensor:
    """The operand as a tensor.

    Raises:
        LayerError: it is a distribution, or missing.
    """
    if isinstance(operand, Tensor):
        return operand
    if isinstance(operand, Distribution):
        raise LayerError(
            "E301",
            f"{word} takes numbers, not a {operand.family} distribution",
            text=operand.family,
            argument=index,
            helps=(f"draw from it first: z ~ {operand.family}(…)",),
        )
    raise LayerError("E202", f"{word} needs its operand {index + 1}", argument=index)


def axis_number(x: Tensor, axis: str | int, word: str, argument: str = "axis") -> int:
    """The position of an axis in the item, from 0.

    Raises:
        LayerError: there is no such axis.
    """
    if isinstance(axis, int) and -x.rank <= axis < x.rank:
        return axis % x.rank
    if isinstance(axis, str) and axis in x.axes:
        return x.axes.index(axis)
    named = ", ".join(f"{a} {render(s)}" for a, s in zip(x.axes, x.sizes, strict=True))
    raise LayerError(
        "E301",
        f"{word}: the value has no axis {axis}",
        text=f"{x}",
        argument=argument,
        notes=(f"its axes: {named}" if named else "it is one number",),
    )


def axis_numbers(
    x: Tensor, axes: str | int | tuple[str | int, ...], word: str, argument: str = "axis"
) -> tuple[int, ...]:
    """The positions of one or more axes, in the order given; each at most once."""
    listed = axes if isinstance(axes, tuple) else (axes,)
    found = tuple(axis_number(x, a, word, argument) for a in listed)
    if len(set(found)) != len(found):
        raise LayerError("E203", f"{word}: an axis is named twice", argument=argument)
    return found


def torch_axis(x: Tensor, axis: int) -> int:
    """The axis in generated code, where a batched value has the batch first."""
    return axis + 1 if x.batched else axis


def spatial_start(x: Tensor) -> int:
    """The number of leading axes that are not spatial: 1 where there are channels."""
    return 1 if x.axes and x.axes[0] == "channels" else 0


def feature_axis(x: Tensor) -> int:
    """The axis that holds features: the channels, or else the last."""
    return x.axes.index("channels") if "channels" in x.axes else x.rank - 1


def equal_sizes(left: Size, right: Size) -> tuple[bool, tuple[Constraint, ...]]:
    """Whether two sizes can be equal, and the condition for it when that is open."""
    if left == right:
        return True, ()
    if not _may_vanish(left - right):
        return False, ()
    return True, (Constraint("eq", left, right),)


def _may_vanish(difference: Size) -> bool:
    """Whether some whole numbers make it 0: not 3·H·W − 128, whose first part 3 divides, nor T + 1."""
    if isinstance(difference, int):
        return difference == 0
    low, high = bounds(difference)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return False
    step = gcd(*(factor for atoms, factor in difference.terms if atoms))
    rest = sum(factor for atoms, factor in difference.terms if not atoms)
    return rest % step == 0


def fits_mask(mask: Operand, length: Size, word: str, index: int) -> tuple[Constraint, ...]:
    """The conditions under which a mask is true or false at every position of a sequence.

    Raises:
        LayerError: E203, it is something else.
    """
    type = tensor(mask, word, index)
    if type.rank == 1 and type.batched and type.dtype == "bool":
        same, conditions = equal_sizes(type.sizes[0], length)
        if same:
            return conditions
        have, wanted = render(type.sizes[0]), render(length)
        raise LayerError(
            "E302",
            f"{word}: the mask has {have} positions, and the sequence {wanted}",
            text=str(type),
            argument=index,
        )
    raise LayerError(
        "E203",
        f"{word}: a mask is true or false at every position",
        text=str(type),
        argument=index,
        helps=("mask=ids != 0",),
    )


def known_size(left: Size, right: Size) -> Size:
    """Of two sizes that must be equal the one that is a number, if any."""
    return left if isinstance(left, int) else right


def same_shape(
    left: Tensor, right: Tensor, word: str, index: int = 1, helps: tuple[str, ...] = ()
) -> tuple[Constraint, ...]:
    """The conditions under which two operands have one shape; `helps` are for where they have not.

    Raises:
        LayerError: E302, they have not.
    """
    if left.rank == right.rank:
        pairs = [equal_sizes(a, b) for a, b in zip(left.sizes, right.sizes, strict=True)]
        if all(ok for ok, _ in pairs):
            return tuple(c for _, found in pairs for c in found)
    raise LayerError(
        "E302",
        f"{word} compares {left} with {right}",
        text=str(right),
        argument=index,
        notes=(_difference(left, right),),
        helps=helps,
    )


def scores_of_ids(left: Tensor, right: Tensor) -> bool:
    """Whether these are a score for each class and class ids, or seem to be."""
    return right.classes is not None and left.rank == right.rank + 1


def _difference(left: Tensor, right: Tensor) -> str:
    if scores_of_ids(left, right):
        return f"{render(left.sizes[feature_axis(left)])} scores against one class id"
    if left.rank != right.rank:
        return f"{left.rank} {'axis' if left.rank == 1 else 'axes'} against {right.rank}"
    triples = zip(left.axes, left.sizes, right.sizes, strict=True)
    parts = [f"{a} {render(s)} ≠ {render(t)}" for a, s, t in triples if not equal_sizes(s, t)[0]]
    return ", ".join(parts)


def broadcast(
    left: Tensor, right: Tensor, word: str
) -> tuple[tuple[Size, ...], tuple[Constraint, ...]]:
    """The sizes of two values put together, and the conditions for it.

    Raises:
        LayerError: E302, they differ.
    """
    rank = max(left.rank, right.rank)
    sizes: list[Size] = []
    conditions: list[Constraint] = []
    for axis in range(-rank, 0):
        a = left.sizes[axis] if -axis <= left.rank else 1
        b = right.sizes[axis] if -axis <= right.rank else 1
        if a == 1 or b == 1:
            sizes.append(b if a == 1 else a)
            continue
        same, found = equal_sizes(a, b)
        if not same:
            raise _unequal(left, right, word)
        conditions += found
        sizes.append(known_size(a, b))
    return tuple(sizes), tuple(conditions)


def _unequal(left: Tensor, right: Tensor, word: str) -> LayerError:
    verb = {"add": "adds", "subtract": "subtracts", "multiply": "multiplies"}.get(word, "joins")
    notes: tuple[str, ...] = ()
    if left.rank == right.rank:
        rows = zip(left.axes, left.sizes, right.sizes, strict=True)
        parts = [f"{a} {render(s)} ≠ {render(t)}" for a, s, t in rows if s != t and 1 not in (s, t)]
        notes = (", ".join(parts),)
    return LayerError(
        "E302", f"this {verb} {left} and {right}", text=f"{left} and {right}", notes=notes
    )


def rest_of(code: Code, rank: int, how: str) -> Code:
    """Reduce everything but the batch axis: [B, …] to [B]. `rank` is the item's."""
    if rank == 0:
        return code
    flat = code if rank == 1 else method(code, "flatten", 1)
    return method(flat, how, 1)


def lifted(x: Tensor, code: Code, rank: int) -> Code:
    """Code for a batched item put beside items of more axes: new axes stand behind the batch."""
    missing = rank - x.rank
    if not x.batched or missing <= 0:
        return code
    return Item(code, (Raw(":"), *(Raw("None"),) * missing))


def batch_size(index: int = 0) -> Code:
    """The number of items in a batch, read from an operand."""
    return method(X(index), "size", 0)


def spatial_axes(x: Tensor) -> tuple[int, ...]:
    """The axes that say where: all but the channels or features, or all of a lone vector."""
    if x.axes and x.axes[0] == "channels":
        return tuple(range(1, x.rank))
    if x.rank > 1 and x.axes[-1] == "features":
        return tuple(range(x.rank - 1))
    return tuple(range(x.rank))


def replaced(x: Tensor, sizes: dict[int, Size]) -> Tensor:
    """The tensor with some sizes changed."""
    return x.with_sizes(tuple(sizes.get(i, s) for i, s in enumerate(x.sizes)))


def numeric(x: Tensor, code: Code) -> Code:
    """Code for arithmetic: torch does not subtract booleans."""
    return method(code, "float") if x.dtype == "bool" else code


def real(x: Tensor, code: Code) -> Code:
    """Code for what torch computes of real numbers alone: means, spreads, norms."""
    return code if x.dtype == "float" else method(code, "float")


def span_of(tensors: tuple[Tensor, ...]) -> Interval:
    """The values that any of several tensors can take."""
    lows = [t.range.low if t.constant is None else t.constant for t in tensors]
    highs = [t.range.high if t.constant is None else t.constant for t in tensors]
    known_lows, known_highs = (
        [v for v in lows if v is not None],
        [v for v in highs if v is not None],
    )
    return Interval(
        min(known_lows) if len(known_lows) == len(lows) else None,
        max(known_highs) if len(known_highs) == len(highs) else None,
    )


def as_sequence(x: Tensor) -> tuple[str, ...]:
    """What makes a sequence of a vector, a signal or an image."""
    if x.rank == 1:
        return (
            "declare in x: sequence[t, n], and call with x -> reshape[t, n]",
            f"-> {_one_by_one(x.sizes[0])}",
        )
    if x.axes[:1] != ("channels",):
        return ()
    if x.rank == 2:
        features, steps = x.sizes
        if steps == 1 and features != 1:  # what is wanted of a long vector is hardly one step
            return (f"-> {_one_by_one(features)}",)
        return (f"-> transpose makes {_steps(steps, features)} of it",)
    if x.rank == 3:
        return (
            "-> permute(height, channels, width) -> flatten(channels, width) reads it row by row",
        )
    return ()


def _one_by_one(size: Size) -> str:
    """What reads the numbers of a vector one after the other."""
    if not isinstance(size, int):
        return f"unsqueeze(0) -> transpose makes {_steps(size, 1)} of a vector"
    return f"reshape[1, {size}] -> transpose makes {_steps(size, 1)} of it"


def _steps(steps: Size, features: Size) -> str:
    """`140 steps of 1 feature`."""
    ends = ["" if size == 1 else "s" for size in (steps, features)]
    return f"{render(steps)} step{ends[0]} of {render(features)} feature{ends[1]}"


def moved(x: Tensor, order: tuple[int, ...]) -> Tensor:
    """The tensor with its axes in another order."""
    return x.with_sizes(tuple(x.sizes[i] for i in order), tuple(x.axes[i] for i in order))

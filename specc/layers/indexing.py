"""Parts of a value: select, slice and what brackets take."""

from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field

from specc.layers.base import (
    Inference,
    Layer,
    LayerError,
    Operand,
)
from specc.layers.code import Code, Item, Raw, X, method
from specc.layers.common import (
    Axis,
    axis_number,
    moved,
    replaced,
    tensor,
    torch_axis,
)
from specc.sizes import Constraint, Size, known
from specc.types import Tensor

BY_PRODUCT = "rows of a table by computed ids: matmul(one_hot(ids), table)"


class Select(Layer):
    """One entry along an axis."""

    word = "select"
    summary = "Takes one entry along an axis, which vanishes."
    computed = BY_PRODUCT
    axis: Axis = Field(description="The axis.")
    index: int = Field(description="Which entry, from 0; −1 is the last.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The shape without the axis."""
        x = tensor(operands[0], self.word)
        axis = axis_number(x, self.axis, self.word)
        constraints = entry_exists(x, axis, self.index, self.word, "index")
        kept = tuple(i for i in range(x.rank) if i != axis)
        forward = method(X(0), "select", torch_axis(x, axis), self.index)
        return Inference((("output", moved(x, kept)),), forward, constraints=constraints)


def entry_exists(
    x: Tensor, axis: int, index: int, word: str, argument: str
) -> tuple[Constraint, ...]:
    """The condition for an entry to exist.

    Raises:
        LayerError: E301, the axis is shorter.
    """
    size, needed = x.sizes[axis], index + 1 if index >= 0 else -index
    if not known(size):
        return (Constraint("ge", size, needed),)
    if size < needed:
        raise LayerError(
            "E301",
            f"{word}: {x.axes[axis]} has no entry {index}",
            text=f"{x.axes[axis]} is {size}: 0 … {size - 1}",
            argument=argument,
        )
    return ()


def cut_length(
    x: Tensor, axis: int, start: int, stop: int | None, step: int, word: str
) -> tuple[Size, tuple[Constraint, ...]]:
    """How many entries `start:stop:step` takes from an axis.

    Raises:
        LayerError: E301, none is left.
    """
    size = x.sizes[axis]
    if known(size):
        length = len(range(*slice(start, stop, step).indices(size)))
        if length:
            return length, ()
        raise LayerError(
            "E301",
            f"{word}: {start}:{'' if stop is None else stop} takes nothing from {size} {x.axes[axis]}",
            text=str(x),
            argument="start",
        )
    first = start if start >= 0 else size + start
    last = size if stop is None else stop if stop >= 0 else size + stop
    span = last - first
    conditions: list[Constraint] = []
    if not known(span):
        conditions.append(Constraint("ge", span, 1))
    if stop is not None and stop > 0:
        conditions.append(Constraint("ge", size, stop))
    if start < 0:
        conditions.append(Constraint("ge", size, -start))
    return (span + step - 1) // step, tuple(conditions)


def _cut_text(start: int, stop: int | None, step: int) -> Raw:
    text = f"{start or ''}:{'' if stop is None else stop}"
    return Raw(text if step == 1 else f"{text}:{step}")


class Slice(Layer):
    """A run of entries along an axis."""

    word = "slice"
    summary = "Takes the entries from start up to, not including, stop."
    axis: Axis = Field(description="The axis.")
    start: int = Field(0, description="The first entry; negative counts from the end.")
    stop: int | None = Field(
        None, description="The first entry left out; without it all to the end."
    )
    step: Annotated[int, Field(ge=1)] = Field(1, description="Take every step-th entry.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The axis shortened."""
        x = tensor(operands[0], self.word)
        axis = axis_number(x, self.axis, self.word)
        length, constraints = cut_length(x, axis, self.start, self.stop, self.step, self.word)
        whole = (Raw(":"),) * torch_axis(x, axis)
        forward = Item(X(0), (*whole, _cut_text(self.start, self.stop, self.step)))
        return Inference(
            (("output", replaced(x, {axis: length})),), forward, constraints=constraints
        )


Entry: TypeAlias = int | tuple[int | None, int | None]


class Index(Layer):
    """What brackets after a value take: `x[0]`, `x[:, 2:5]`."""

    word = "index"
    summary = "Brackets after a value: a number takes one entry of an axis, `a:b` a run of entries."
    shape_argument: ClassVar[str | None] = "entries"
    computed = BY_PRODUCT
    entries: tuple[Entry, ...] = Field(
        description="For each axis in turn a number or a pair (start, stop)."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """Axes with a number vanish, those with a run become shorter."""
        x = tensor(operands[0], self.word)
        if len(self.entries) > x.rank:
            raise LayerError(
                "E301",
                f"the brackets hold {len(self.entries)} entries for {x.rank} axes",
                text=str(x),
                argument="entries",
            )
        sizes: dict[int, Size] = {}
        constraints: list[Constraint] = []
        parts: list[Code] = [Raw(":")] if x.batched else []
        for axis, entry in enumerate(self.entries):
            if isinstance(entry, int):
                constraints += entry_exists(x, axis, entry, "[…]", "entries")
                parts.append(entry)
                continue
            start = entry[0] or 0
            sizes[axis], found = cut_length(x, axis, start, entry[1], 1, "[…]")
            constraints += found
            parts.append(_cut_text(start, entry[1], 1))
        gone = {i for i, e in enumerate(self.entries) if isinstance(e, int)}
        kept = tuple(i for i in range(x.rank) if i not in gone)
        output = moved(replaced(x, sizes), kept)
        return Inference(
            (("output", output),), Item(X(0), tuple(parts)), constraints=tuple(constraints)
        )

"""What all losses share: a target beside an output, and how the axes of an item and the batch are reduced.

Without `where` a loss is one number for each item. With it, it is one number for the batch: the mean over
the positions where the mask holds.
"""

from collections.abc import Callable
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, Item, Method, X, method
from specc.layers.common import rest_of, same_shape, tensor
from specc.sizes import Constraint, Size
from specc.types import Tensor

Reduction = Literal["mean", "sum"]
Call: TypeAlias = Callable[[str], Code]
"""The loss with reduction "none", "mean" or "sum"."""

ITEM = Tensor((), ())
BATCH = Tensor((), (), batched=False)


def against(code: Code, target: Tensor, read: Code) -> Code:
    """A target beside an output: a number becomes a tensor, whole numbers become real ones."""
    if target.constant is not None:
        if target.constant in (0.0, 1.0):
            name = "ones_like" if target.constant else "zeros_like"
            return Fn(f"torch.{name}", (code,))
        return Fn("torch.full_like", (code, target.constant))
    return method(read, "float") if target.dtype != "float" else read


def signs(target: Tensor, code: Code) -> Code:
    """A target of −1 and 1; labels 0 and 1 become them."""
    if target.dtype == "bool" or (target.dtype == "int" and target.classes == 2):
        real = isinstance(code, Method) and code.name == "float"
        return Infix("-", Infix("*", 2, code if real else method(code, "float")), 1)
    return code


def holds(mask: Tensor, index: int) -> Code:
    """Where a mask holds; whole numbers are 0 or 1.

    Raises:
        LayerError: E203, real numbers, which would hold wherever they are not 0.
    """
    if mask.dtype == "float":
        raise LayerError(
            "E203",
            "where takes truth values, not real numbers",
            text=str(mask),
            argument="where",
            helps=("a comparison gives truth values: where=m > 0.5",),
        )
    return X(index) if mask.dtype == "bool" else method(X(index), "bool")


class Mask:
    """Positions of a batch that count: `where=labelled`."""

    def __init__(self, type: Tensor, index: int) -> None:
        self.type = type
        self.code = holds(type, index)

    def pick(self, code: Code) -> Code:
        """The values where the mask holds, one behind the other."""
        return Item(code, (self.code,))

    def count(self) -> Code:
        """How many positions count; at least 1, so that a batch without any costs nothing."""
        return method(method(self.code, "sum"), "clamp", 1)


def mask_of(
    operands: tuple[Operand | None, ...], target: Tensor, word: str, index: int = 2
) -> tuple[Mask | None, tuple[Constraint, ...]]:
    """The operand `where`, for whole items or for every position of the target.

    Raises:
        LayerError: E302, it has another shape.
    """
    if len(operands) <= index or operands[index] is None:
        return None, ()
    found = tensor(operands[index], word, index)
    if not found.batched or found.constant is not None:
        raise LayerError("E203", f"{word}: where says which positions count", argument="where")
    conditions = same_shape(target, found, word, index) if found.rank else ()
    return Mask(found, index), conditions


class Loss(Layer):
    """A loss of an output and a target."""

    operands: ClassVar[tuple[str, ...]] = ("input", "target")
    loss = True
    reduction: Reduction = Field("mean", description="How the axes of one item are reduced.")
    low: ClassVar[float | None] = 0.0

    def per_item(
        self, call: Call, x: Tensor, y: Tensor, conditions: tuple[Constraint, ...], rank: int
    ) -> Inference:
        """One number for each item; of weights, which have no batch, one number."""
        if not (x.batched or y.batched):
            return self.per_batch(call(self.reduction), conditions)
        items = method(X(0 if x.batched else 1), "size", 0)
        mean = call("mean") if self.reduction == "mean" else Infix("/", call("sum"), items)
        return Inference(
            outputs=(("output", ITEM.with_range(self.low)),),
            forward=rest_of(call("none"), rank, self.reduction),
            batch_mean=mean,
            sees="all",
            constraints=conditions,
        )

    def per_batch(self, code: Code, conditions: tuple[Constraint, ...]) -> Inference:
        """One number for the batch."""
        output = BATCH.with_range(self.low)
        return Inference((("output", output),), code, sees="all", constraints=conditions)

    def where(
        self, call: Call, mask: Mask, sizes: tuple[Size, ...], conditions: tuple[Constraint, ...]
    ) -> Inference:
        """The mean over the positions that a mask picks; `sizes` are those of the target."""
        each: Size = 1
        for size in sizes if mask.type.rank == 0 else ():
            each = each * size
        count = mask.count()
        if self.reduction == "mean" and each != 1:
            count = Infix("*", count, each)
        elif self.reduction == "sum" and mask.type.rank:
            count = method(X(0), "size", 0)
        return self.per_batch(Infix("/", call("sum"), count), conditions)


def reduced(
    function: str, arguments: tuple[Code, ...], keywords: tuple[tuple[str, Code], ...]
) -> Call:
    """A loss of PyTorch: its default reduction is the mean."""

    def call(how: str) -> Code:
        last = () if how == "mean" else (("reduction", how),)
        return Fn(function, arguments, (*keywords, *last))

    return call


def applied(each: Code) -> Call:
    """A loss that is written out, element by element."""
    return lambda how: each if how == "none" else method(each, how)

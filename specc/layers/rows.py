"""What programs do with rows and codes: choose rows, number them, look for neighbours, flatten to a plane.

These words mean something in programs only, where the number of rows may change; so they stand in no
list of layers.
"""

from typing import ClassVar

from msgspec.structs import replace
from pydantic import Field

from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, Item, Raw, X, method
from specc.layers.common import equal_sizes, tensor
from specc.layers.reduction import holds
from specc.sizes import Constraint
from specc.types import Over, Tensor

_ROW = Tensor((), (), "int")


def batch_of(operand: Operand | None, word: str, index: int = 0) -> Tensor:
    """The operand, which must have rows.

    Raises:
        LayerError: E203, it is one value for all rows.
    """
    found = tensor(operand, word, index)
    if not found.batched:
        raise LayerError("E203", f"{word} takes values with rows, and this is one value for all")
    return found


class Rows(Layer):
    """Some rows of a value."""

    word = "rows"
    summary = (
        "Some rows: the first ones, those where a condition holds, or those with these numbers."
    )
    operands = ("x",)
    keyword_operands = ("where", "at")
    first: int | None = Field(None, ge=1, description="How many, from the beginning.")

    def infer(self, *operands: Operand | None) -> Inference:
        """The same kind of rows."""
        x = batch_of(operands[0], self.word)
        where, at = operands[1], operands[2]
        if sum(given is not None for given in (self.first, where, at)) != 1:
            raise LayerError("E202", "rows takes one of first=, where= and at=")
        code = self._code(x, where, at)
        type = replace(x, over=self._over(x, at), constant=None)
        return Inference((("output", type),), code, sees="all")

    def _over(self, x: Tensor, at: Operand | None) -> Over:
        """What the chosen rows are: as many as the numbers, one like the others, or rows of their own."""
        if isinstance(at, Tensor):
            return at.over if at.batched else x.over
        return "items"

    def _code(self, x: Tensor, where: Operand | None, at: Operand | None) -> Code:
        if where is not None:
            return Item(X(0), (_condition(x, where),))
        if at is not None:
            return Item(X(0), (_position(at),))
        return Item(X(0), (Fn("slice", (self.first,)),))


def _condition(x: Tensor, operand: Operand) -> Code:
    where = batch_of(operand, "rows", 1)
    if where.rank or where.over != x.over:
        raise LayerError("E301", "where takes one truth value for each row", text=str(where))
    return holds(where, 1)


def _position(operand: Operand) -> Code:
    at = tensor(operand, "rows", 2)
    if at.rank or (at.dtype != "int" and at.constant is None):
        raise LayerError("E203", "at takes whole numbers of rows", text=str(at))
    if at.batched:
        return X(2)
    if at.constant is not None:
        if at.constant < 0 or not float(at.constant).is_integer():
            raise LayerError("E204", "rows are numbered from 0", argument="at")
        return Fn("slice", (int(at.constant), int(at.constant) + 1))
    return Fn("slice", (X(2), Infix("+", X(2), 1)))


class Append(Layer):
    """The rows of two values, one behind the other."""

    word = "append"
    summary = "The rows of two values, one behind the other."
    operands = ("a", "b")

    def infer(self, *operands: Operand | None) -> Inference:
        """Rows of one shape."""
        a, b = (batch_of(operands[i], self.word, i) for i in range(2))
        conditions = _alike(a, b, self.word)
        out = Tensor(a.sizes, a.axes, a.dtype, a.classes)
        return Inference(
            (("output", out),), Fn("torch.cat", ((X(0), X(1)),)), sees="all", constraints=conditions
        )


def _alike(a: Tensor, b: Tensor, word: str) -> tuple[Constraint, ...]:
    pairs = [equal_sizes(p, q) for p, q in zip(a.sizes, b.sizes, strict=False)]
    if a.rank != b.rank or not all(fits for fits, _ in pairs):
        raise LayerError("E302", f"{word} takes rows of one shape, and these are {a} and {b}")
    return tuple(c for _, found in pairs for c in found)


class Each(Layer):
    """One row for each whole number."""

    word = "each"
    summary = "A row for each whole number from 0: each(10) is 0 … 9."
    operands: ClassVar[tuple[str, ...]] = ()
    count: int = Field(ge=1, le=1_000_000, description="How many rows.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Whole numbers below `count`."""
        del operands
        out = replace(_ROW, classes=self.count).with_range(0, self.count - 1)
        code = Fn("torch.arange", (self.count,), (("device", Raw("device")),))
        return Inference((("output", out),), code)


class Nearest(Layer):
    """Which row of others is nearest."""

    word = "nearest"
    summary = "For each row, the number of the nearest row `among` others, by Euclidean distance."
    operands = ("x",)
    keyword_operands = ("among",)
    rank: int = Field(1, ge=1, description="1 is the nearest, 2 the next one.")

    def infer(self, *operands: Operand | None) -> Inference:
        """A row number for each row."""
        x = batch_of(operands[0], self.word)
        if operands[1] is None:
            raise LayerError("E202", "nearest needs the rows to look among: nearest(x, among=y)")
        among = batch_of(operands[1], self.word, 1)
        conditions = _alike(x, among, self.word)
        if not x.rank:
            raise LayerError("E301", "nearest compares vectors, not single numbers", text=str(x))
        gap = Fn("torch.cdist", (_flat(x, X(0)), _flat(x, X(1))))
        code: Code = method(gap, "argmin", 1)
        if self.rank > 1:
            code = Item(method(gap, "argsort", 1), (Raw(":"), self.rank - 1))
        out = replace(_ROW, over=x.over)
        return Inference((("output", out),), code, sees="all", constraints=conditions)


def _flat(x: Tensor, code: Code) -> Code:
    return code if x.rank == 1 else method(code, "flatten", 1)


class _Plane(Layer):
    """Points of a plane for rows of many features."""

    function: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] to two numbers."""
        x = batch_of(operands[0], self.word)
        if not x.rank:
            raise LayerError("E301", f"{self.word} takes vectors, not single numbers", text=str(x))
        code = Fn(self.function, (_flat(x, X(0)), *self.numbers()))
        out = Tensor((2,), ("features",), over=x.over)
        return Inference((("output", out),), code, sees="all")

    def numbers(self) -> tuple[Code, ...]:
        """Further arguments of the function."""
        return ()


class PCA(_Plane):
    """The first two principal components."""

    word, function = "pca", "pca_plane"
    summary = "The first two principal components of the rows."


class TSNE(_Plane):
    """Neighbours stay neighbours (van der Maaten & Hinton 2008)."""

    word, function = "tsne", "tsne_plane"
    summary = "Points of a plane where near rows stay near (t-SNE of scikit-learn)."
    perplexity: float = Field(30.0, gt=0, description="About how many neighbours count.")

    def numbers(self) -> tuple[Code, ...]:
        """The perplexity."""
        return (self.perplexity,)


WORDS: dict[str, type[Layer]] = {m.word: m for m in (Rows, Append, Each, Nearest, PCA, TSNE)}
"""The words of programs."""

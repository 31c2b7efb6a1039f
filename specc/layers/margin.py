"""Losses with a margin, or a soft one, under PyTorch's names and with its defaults."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from specc.layers.base import Inference, LayerError, Operand
from specc.layers.class_loss import fits
from specc.layers.code import Code, X, method
from specc.layers.common import positive, same_shape, tensor
from specc.layers.loss import Elementwise
from specc.layers.reduction import Call, Loss, against, reduced, signs
from specc.layers.spatial import changed, numbers
from specc.sizes import Size, known, render
from specc.types import Tensor

Above0 = Annotated[float, AfterValidator(positive)]


class SoftMargin(Elementwise):
    """The logistic loss of a score and a sign."""

    word, function = "soft_margin", "F.soft_margin_loss"
    summary = "Logistic loss for targets −1 and 1; labels 0 and 1 are read as them."
    formula = "ln(1 + exp(−y·x))"

    def terms(self, x: Tensor, y: Tensor, left: Code, right: Code) -> Call:
        """With a target of signs."""
        return reduced(self.function, (left, _signed(self.word, y, right)), self.extra(x))


class HingeEmbedding(Elementwise):
    """A distance itself for like pairs, what it lacks of a margin for others."""

    word, function = "hinge_embedding", "F.hinge_embedding_loss"
    summary = "Loss of a distance for pairs that are alike (1) or not (−1, or 0 of a label)."
    formula = "x if y = 1 else max(0, margin − x)"
    low = None
    margin: float = Field(1.0, description="Distance beyond which unlike pairs cost nothing.")

    def terms(self, x: Tensor, y: Tensor, left: Code, right: Code) -> Call:
        """With a target of signs."""
        return reduced(self.function, (left, _signed(self.word, y, right)), self.extra(x))


def _signed(word: str, y: Tensor, right: Code) -> Code:
    """The target as −1 and 1.

    Raises:
        LayerError: E204, it is another number.
    """
    if y.constant is None:
        return signs(y, right)
    if y.constant not in (-1, 1):
        raise LayerError("E204", f"{word} takes 1 or -1 as its target", argument=1)
    return right


class MarginRanking(Loss):
    """Which of two scores should be the larger one."""

    word = "margin_ranking"
    summary = (
        "Loss of two scores of which the first should be larger (1), or the second (−1, or 0)."
    )
    formula = "max(0, −y·(a − b) + margin)"
    operands = ("a", "b", "target")
    margin: float = Field(0.0, description="How much larger it must be.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Two values and signs of one shape to one number; the sign may be a number."""
        a, b = (numbers(operands[i], self.word, i) for i in (0, 1))
        y = tensor(operands[2], self.word, 2)
        conditions = same_shape(a, b, self.word)
        conditions += () if y.constant is not None else same_shape(a, y, self.word, 2)
        target = _signed(self.word, y, against(X(0), y, X(2)))
        options = changed(margin=(self.margin, 0.0))
        call = reduced("F.margin_ranking_loss", (X(0), X(1), target), options)
        return self.per_item(call, a, b, conditions, a.rank)


class _Weighted(Loss):
    """A loss of a vector of scores, with a weight for each class."""

    weight: tuple[float, ...] | None = Field(None, description="A weight for each class.")

    def _scores(self, operand: Operand | None) -> Tensor:
        x = numbers(operand, self.word)
        if x.rank != 1:
            message = f"{self.word} needs one vector of scores for each item, and gets {x}"
            raise LayerError("E301", message, text=str(x), argument=0)
        self._fit(x.sizes[0])
        return x

    def _fit(self, classes: Size) -> None:
        if self.weight is not None and known(classes) and len(self.weight) != classes:
            message = f"{len(self.weight)} weights for {render(classes)} classes"
            raise LayerError("E302", message, argument="weight")

    def _weights(self) -> tuple[tuple[str, Code], ...]:
        if self.weight is None:
            return ()
        return (("weight", method(X(0), "new_tensor", list(self.weight))),)


class MultiMargin(_Weighted):
    """The margin loss of several classes (Weston & Watkins 1999)."""

    word = "multi_margin"
    summary = (
        "Margin loss of scores with class ids: the right one is larger than each other by a margin."
    )
    formula = "Σ over k ≠ y of max(0, margin − x[y] + x[k])ᵖ / classes"
    p: Literal[1, 2] = Field(1, description="Power of what is lacking.")
    margin: Above0 = Field(1.0, description="How much larger the score of the right class must be.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[classes] and a class id to one number."""
        x, y = self._scores(operands[0]), tensor(operands[1], self.word, 1)
        _, conditions = fits(x, y, self.word)
        options = changed(p=(self.p, 1), margin=(self.margin, 1.0))
        call = reduced("F.multi_margin_loss", (X(0), X(1)), (*options, *self._weights()))
        return self.per_item(call, x, y, conditions, 0)


class MultilabelSoftMargin(_Weighted):
    """The mean of the logistic losses of all labels."""

    word = "multilabel_soft_margin"
    summary = (
        "Mean logistic loss of scores with a 0 or 1 for each class; applies the sigmoid itself."
    )
    formula = "−1/classes·Σ y·ln σ(x) + (1 − y)·ln(1 − σ(x))"

    def infer(self, *operands: Operand | None) -> Inference:
        """[classes] and [classes] to one number."""
        x, y = self._scores(operands[0]), tensor(operands[1], self.word, 1)
        conditions = same_shape(x, y, self.word)
        target: Code = method(X(1), "float") if y.dtype != "float" else X(1)
        call = reduced("F.multilabel_soft_margin_loss", (X(0), target), self._weights())
        return self.per_item(call, x, y, conditions, 0)

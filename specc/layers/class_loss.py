"""Losses of class ids: one number for each item, or one for the batch as PyTorch weighs them."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from specc.layers.base import Inference, LayerError, Operand
from specc.layers.code import Code, X, method
from specc.layers.common import equal_sizes, feature_axis, fraction, same_shape, tensor
from specc.layers.reduction import Loss, Mask, mask_of, reduced
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, Size, known, render
from specc.types import Tensor


class NLL(Loss):
    """Negative log-likelihood of class ids.

    With class weights or an ignored class the mean is PyTorch's: one number for the batch, divided by the
    weights of its labels.
    """

    word = "nll"
    summary = "Negative log-likelihood of class ids; takes log-probabilities."
    formula = "−x[y]"
    low: ClassVar[float | None] = None
    keyword_operands = ("where",)
    function: ClassVar[str] = "F.nll_loss"
    ignore_index: int = Field(-100, description="Class id that counts for nothing.")
    weight: tuple[float, ...] | None = Field(None, description="A weight for each class.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[classes, …] or […, classes] and class ids […] to one number."""
        x, y = _in_order(operands, self.word), tensor(operands[1], self.word, 1)
        axis, shapes = fits(x, y, self.word)
        mask, conditions = mask_of(operands, y, self.word)
        conditions += shapes
        self._check_weight(x.sizes[axis])
        if mask is not None:
            return self._where(x, y, axis, mask, conditions)
        call = reduced(self.function, (_classes_second(x, axis), X(1)), self._keywords())
        if self.reduction == "mean" and (self.weight or self.ignore_index != -100):
            return self.per_batch(call("mean"), conditions)
        return self.per_item(call, x, y, conditions, y.rank)

    def _where(
        self, x: Tensor, y: Tensor, axis: int, mask: Mask, conditions: tuple[Constraint, ...]
    ) -> Inference:
        """Logits and labels of the positions that count, one behind the other."""
        logits = _classes_second(x, axis)
        if mask.type.rank:
            logits = X(0) if axis == x.rank - 1 else method(X(0), "movedim", 1, -1)
        pair = (mask.pick(logits), mask.pick(X(1)))
        return self.where(reduced(self.function, pair, self._keywords()), mask, y.sizes, conditions)

    def _check_weight(self, classes: Size) -> None:
        if self.weight is not None and known(classes) and len(self.weight) != classes:
            raise LayerError(
                "E302",
                f"{len(self.weight)} weights for {render(classes)} classes",
                argument="weight",
            )

    def _keywords(self) -> tuple[tuple[str, Code], ...]:
        weight: tuple[tuple[str, Code], ...] = ()
        if self.weight is not None:
            weight = (("weight", method(X(0), "new_tensor", list(self.weight))),)
        return (*weight, *changed(ignore_index=(self.ignore_index, -100)))


def _in_order(operands: Sequence[Operand | None], word: str) -> Tensor:
    """The scores, which stand before the class ids."""
    first, second = operands[:2]
    whole = isinstance(first, Tensor) and first.dtype == "int"
    if whole and isinstance(second, Tensor) and second.dtype == "float":
        raise LayerError(
            "E203",
            f"{word} takes the scores first, then the class ids",
            argument=0,
            helps=(f"{word}(scores, label)",),
        )
    return numbers(first, word)


def fits(x: Tensor, y: Tensor, word: str) -> tuple[int, tuple[Constraint, ...]]:
    """The axis of the classes in the scores x of class ids y, and the conditions for them to fit.

    Raises:
        LayerError: E301, x is one number; E203, y is no class id; E302, sizes or classes differ.
    """
    if x.rank == 0:
        picked = x.dtype == "int"  # by argmax
        raise LayerError(
            "E301",
            f"{word} needs a score for each class, not one {'class id' if picked else 'number'}",
            argument=0,
            helps=("give it what argmax is taken of",) if picked else (),
        )
    if y.dtype != "int":
        raise LayerError(
            "E203",
            f"{word} takes class ids as its target, not real numbers",
            text=str(y),
            argument=1,
            helps=("mse, l1 or bce_with_logits compare real numbers",),
        )
    if x.rank > 1 and y.rank == 0:
        raise LayerError(
            "E302",
            f"{word} needs one vector of scores for each item, and gets {x}",
            text=f"{x}: {', '.join(x.axes)}",
            argument=0,
            helps=(_one_vector(x),),
        )
    axis = feature_axis(x)
    rest = tuple(s for i, s in enumerate(x.sizes) if i != axis)
    axes = tuple(a for i, a in enumerate(x.axes) if i != axis)
    conditions = same_shape(x.with_sizes(rest, axes), y, word)
    if y.classes is None:
        return axis, conditions
    same, found = equal_sizes(x.sizes[axis], y.classes)
    if not same:
        raise LayerError(
            "E302",
            f"{word}: {_scores(x.sizes[axis])} for {render(y.classes)} classes",
            text=f"{render(x.sizes[axis])} ≠ {render(y.classes)}",
            helps=(
                f"the last layer needs {render(y.classes)} features",
                *_one_score(x.sizes[axis]),
            ),
        )
    return axis, conditions + found


def _one_vector(x: Tensor) -> str:
    """How a map or a sequence becomes the vector that a classifier ends in."""
    if "time" in x.axes:
        return "keep=last in the recurrent layer, or mean(…, axis=time), leaves one vector"
    return "-> flatten before the last layer makes one vector of each item"


def _scores(number: Size) -> str:
    return "1 score" if number == 1 else f"{render(number)} scores"


def _one_score(classes: Size) -> tuple[str, ...]:
    """What compares one score of two classes."""
    return (
        ("or, for one score of two classes: bce_with_logits, binary_accuracy",)
        if classes == 1
        else ()
    )


def _classes_second(x: Tensor, axis: int) -> Code:
    """The logits with the classes behind the batch, where PyTorch wants them."""
    if axis == 0:
        return X(0)
    return method(X(0), "transpose", 1, 2) if x.rank == 2 else method(X(0), "movedim", axis + 1, 1)


class CrossEntropy(NLL):
    """Cross-entropy of logits with class ids."""

    word = "cross_entropy"
    summary = "Cross-entropy of logits with class ids; applies the softmax itself."
    formula = "−x[y] + ln Σ e^x[k]"
    low = 0.0
    function = "F.cross_entropy"
    label_smoothing: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the target spread over all classes."
    )

    def _keywords(self) -> tuple[tuple[str, Code], ...]:
        return (*super()._keywords(), *changed(label_smoothing=(self.label_smoothing, 0.0)))

"""Losses: one number for each item, reduced over the item's axes as `reduction` says.

`mean` is PyTorch's default; `sum` is what likelihoods want. The objective is the mean over the batch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from specc.formula import product, var
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.code import Code, Fn, Infix, X, method
from specc.layers.common import (
    batch_size,
    equal_sizes,
    feature_axis,
    fraction,
    positive,
    rest_of,
    same_shape,
    tensor,
)
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, known, render
from specc.types import Tensor

Reduction = Literal["mean", "sum"]
Above0 = Annotated[float, AfterValidator(positive)]
_ITEM = Tensor((), ())


def _against(code: Code, target: Tensor) -> Code:
    """A target beside an output: a number becomes a tensor, whole numbers become real ones."""
    if target.constant is not None:
        if target.constant in (0.0, 1.0):
            name = "ones_like" if target.constant else "zeros_like"
            return Fn(f"torch.{name}", (code,))
        return Fn("torch.full_like", (code, target.constant))
    return method(X(1), "float") if target.dtype != "float" else X(1)


class Loss(Layer):
    """What all losses share."""

    operands: ClassVar[tuple[str, ...]] = ("input", "target")
    loss = True
    reduction: Reduction = Field("mean", description="How the axes of one item are reduced.")
    low: ClassVar[float | None] = 0.0

    def _made(
        self, each: Code, mean: Code, rank: int, conditions: tuple[Constraint, ...] = ()
    ) -> Inference:
        """`each` has all axes; `mean` is the mean over batch and item, or the sum over both."""
        batch = mean if self.reduction == "mean" else Infix("/", mean, batch_size())
        return Inference(
            outputs=(("output", _ITEM.with_range(self.low)),),
            forward=rest_of(each, rank, self.reduction),
            batch_mean=batch,
            sees="all",
            constraints=conditions,
        )


class Elementwise(Loss):
    """A loss of each element; `function` is PyTorch's."""

    function: ClassVar[str]

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        x, y = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        left: Code = X(0)
        if x.sizes == (1,) and y.rank == 0 and y.constant is None:
            left, x = method(X(0), "squeeze", 1), x.with_sizes((), ())
        conditions = () if y.constant is not None else same_shape(x, y, self.word)
        right = _against(left, y)
        call = tuple(self._keywords())
        each = Fn(self.function, (left, right), (*call, ("reduction", "none")))
        how = () if self.reduction == "mean" else (("reduction", "sum"),)
        return self._made(each, Fn(self.function, (left, right), (*call, *how)), x.rank, conditions)

    def _keywords(self) -> tuple[tuple[str, Code], ...]:
        fields = {n: f for n, f in type(self).model_fields.items() if n != "reduction"}
        return changed(**{n: (getattr(self, n), f.default) for n, f in fields.items()})


class MSE(Elementwise):
    """Mean squared error."""

    word, function = "mse", "F.mse_loss"
    summary = "Squared error."
    formula = "(x − y)²"


class L1(Elementwise):
    """Mean absolute error."""

    word, function = "l1", "F.l1_loss"
    summary = "Absolute error."
    formula = "|x − y|"


class SmoothL1(Elementwise):
    """Squared near 0, absolute beyond beta (Girshick 2015)."""

    word, function = "smooth_l1", "F.smooth_l1_loss"
    summary = "Squared error within beta, absolute beyond, divided by beta."
    formula = "(x − y)²/(2·beta) if |x − y| < beta else |x − y| − beta/2"
    beta: Above0 = Field(1.0, description="Where the two meet.")


class Huber(Elementwise):
    """Squared near 0, absolute beyond delta (Huber 1964)."""

    word, function = "huber", "F.huber_loss"
    summary = "Squared error within delta, absolute beyond."
    formula = "(x − y)²/2 if |x − y| < delta else delta·(|x − y| − delta/2)"
    delta: Above0 = Field(1.0, description="Where the two meet.")


class BCE(Elementwise):
    """Binary cross-entropy of probabilities."""

    word, function = "bce", "F.binary_cross_entropy"
    summary = "Binary cross-entropy; takes probabilities."
    formula = "−y·ln x − (1 − y)·ln(1 − x)"


class BCEWithLogits(Elementwise):
    """Binary cross-entropy of logits, without overflow."""

    word, function = "bce_with_logits", "F.binary_cross_entropy_with_logits"
    summary = "Binary cross-entropy; takes logits and applies the sigmoid itself."
    formula = "−y·ln σ(x) − (1 − y)·ln(1 − σ(x))"


class PoissonNLL(Elementwise):
    """Negative log-likelihood of counts."""

    word, function = "poisson_nll", "F.poisson_nll_loss"
    summary = "Negative log-likelihood of counts under a Poisson distribution."
    formula = "eˣ − y·x, or x − y·ln(x + eps)"
    low = None
    log_input: bool = Field(True, description="Whether x is the logarithm of the rate.")
    full: bool = Field(False, description="Whether Stirling's term ln y! is added.")


class MSLE(Loss):
    """Squared error of logarithms."""

    word = "msle"
    summary = "Squared error of ln(1 + ·); values above −1."
    formula = "(ln(1 + x) − ln(1 + y))²"

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        x, y = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        left: Code = X(0)
        if x.sizes == (1,) and y.rank == 0 and y.constant is None:
            left, x = method(X(0), "squeeze", 1), x.with_sizes((), ())
        conditions = () if y.constant is not None else same_shape(x, y, self.word)
        pair = (Fn("torch.log1p", (left,)), Fn("torch.log1p", (_against(left, y),)))
        how = () if self.reduction == "mean" else (("reduction", "sum"),)
        each = Fn("F.mse_loss", pair, (("reduction", "none"),))
        return self._made(each, Fn("F.mse_loss", pair, how), x.rank, conditions)


class Hinge(Loss):
    """The margin loss of support vector machines and of hinge GANs."""

    word = "hinge"
    summary = "Margin loss for targets −1 and 1."
    formula = "max(0, margin − y·x)"
    margin: Above0 = Field(1.0, description="The margin.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        x, y = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        conditions = () if y.constant is not None else same_shape(x, y, self.word)
        margin: Code = int(self.margin) if self.margin.is_integer() else self.margin
        inside = Infix("-", margin, Infix("*", X(1), X(0)))
        if y.constant == 1:
            inside = Infix("-", margin, X(0))
        elif y.constant == -1:
            inside = Infix("+", margin, X(0))
        each = Fn("F.relu", (inside,))
        return self._made(each, method(each, self.reduction), x.rank, conditions)


class KLDiv(Loss):
    """Kullback-Leibler divergence of categorical distributions."""

    word = "kl_div"
    summary = "Divergence KL(y‖x) of probabilities y from log-probabilities x, summed over classes."
    formula = "Σ y·(ln y − x)"
    low = None
    reduction: Reduction = Field("sum", description="How the axes of one item are reduced.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        x, y = numbers(operands[0], self.word), numbers(operands[1], self.word, 1)
        conditions = same_shape(x, y, self.word)
        pair = (X(0), X(1))
        each = Fn("F.kl_div", pair, (("reduction", "none"),))
        mean = Fn("F.kl_div", pair, (("reduction", self.reduction),))
        if self.reduction == "sum":
            mean = Fn("F.kl_div", pair, (("reduction", "batchmean"),))
            made = self._made(each, mean, x.rank, conditions)
            return _with_mean(made, mean)
        return self._made(each, mean, x.rank, conditions)


def _with_mean(made: Inference, mean: Code) -> Inference:
    return replace(made, batch_mean=mean)


class CrossEntropy(Loss):
    """Cross-entropy of logits with class ids."""

    word = "cross_entropy"
    summary = "Cross-entropy of logits with class ids; applies the softmax itself."
    formula = "−x[y] + ln Σ e^x[k]"
    function: ClassVar[str] = "F.cross_entropy"
    label_smoothing: Annotated[float, AfterValidator(fraction(0, 1))] = Field(
        0.0, description="Share of the target spread over all classes."
    )
    ignore_index: int = Field(-100, description="Class id that counts for nothing.")
    weight: tuple[float, ...] | None = Field(None, description="A weight for each class.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[classes, …] or […, classes] and class ids […] to one number."""
        x, y = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        if x.rank == 0:
            raise LayerError("E301", f"{self.word} needs a score for each class, not one number")
        axis = feature_axis(x)
        if y.dtype != "int":
            raise LayerError(
                "E203",
                f"{self.word} takes class ids as its target, not real numbers",
                text=str(y),
                argument=1,
                helps=("mse, l1 or bce_with_logits compare real numbers",),
            )
        conditions = self._conditions(x, y, axis)
        logits: Code = X(0) if axis == 0 else method(X(0), "movedim", axis + 1, 1)
        call = (logits, X(1))
        each = Fn(self.function, call, (*self._keywords(x), ("reduction", "none")))
        how = () if self.reduction == "mean" else (("reduction", "sum"),)
        mean = Fn(self.function, call, (*self._keywords(x), *how))
        made = self._made(each, mean, y.rank, conditions)
        return _with_mean(made, None) if self.weight or self.ignore_index != -100 else made

    def _conditions(self, x: Tensor, y: Tensor, axis: int) -> tuple[Constraint, ...]:
        rest = tuple(s for i, s in enumerate(x.sizes) if i != axis)
        axes = tuple(a for i, a in enumerate(x.axes) if i != axis)
        conditions = same_shape(x.with_sizes(rest, axes), y, self.word)
        classes = y.classes
        if classes is not None:
            same, found = equal_sizes(x.sizes[axis], classes)
            if not same:
                raise LayerError(
                    "E302",
                    f"{self.word}: {render(x.sizes[axis])} scores for {render(classes)} classes",
                    text=f"{render(x.sizes[axis])} ≠ {render(classes)}",
                    helps=(f"the last layer needs {render(classes)} features",),
                )
            conditions += found
        if self.weight is not None and known(x.sizes[axis]) and len(self.weight) != x.sizes[axis]:
            raise LayerError(
                "E302",
                f"{len(self.weight)} weights for {render(x.sizes[axis])} classes",
                argument="weight",
            )
        return conditions

    def _keywords(self, x: Tensor) -> tuple[tuple[str, Code], ...]:
        del x
        weight: tuple[tuple[str, Code], ...] = ()
        if self.weight is not None:
            weight = (("weight", method(X(0), "new_tensor", list(self.weight))),)
        return (*weight, *changed(
            ignore_index=(self.ignore_index, -100), label_smoothing=(self.label_smoothing, 0.0)
        ))  # fmt: skip


class NLL(CrossEntropy):
    """Negative log-likelihood of class ids."""

    word = "nll"
    summary = "Negative log-likelihood of class ids; takes log-probabilities."
    formula = "−x[y]"
    low = None
    function = "F.nll_loss"
    label_smoothing: Annotated[float, AfterValidator(fraction(0, 0))] = Field(
        0.0, description="Only cross_entropy smooths."
    )


class GaussianNLL(Loss):
    """Negative log-likelihood of real numbers."""

    word = "gaussian_nll"
    summary = (
        "Negative log-likelihood of y under a normal distribution with mean x and variance var."
    )
    formula = "½·(ln var + (x − y)²/var), with `full` also ½·ln 2π"
    operands = ("input", "target", "var")
    low = None
    full: bool = Field(False, description="Whether the constant ½·ln 2π is added.")
    eps: Above0 = Field(1e-6, description="Smallest variance.")

    def infer(self, *operands: Operand | None) -> Inference:
        """Three values of one shape to one number; the variance may be a number."""
        x, y = numbers(operands[0], self.word), numbers(operands[1], self.word, 1)
        v = tensor(operands[2], self.word, 2)
        conditions = same_shape(x, y, self.word)
        variance: Code = X(2)
        if v.constant is not None:
            variance = Fn("torch.full_like", (X(0), v.constant))
        else:
            conditions += same_shape(x, v, self.word, 2)
        call = (X(0), X(1), variance)
        options = changed(full=(self.full, False), eps=(self.eps, 1e-6))
        each = Fn("F.gaussian_nll_loss", call, (*options, ("reduction", "none")))
        how = () if self.reduction == "mean" else (("reduction", "sum"),)
        return self._made(
            each, Fn("F.gaussian_nll_loss", call, (*options, *how)), x.rank, conditions
        )


class KLSparsity(Layer):
    """A penalty on the batch mean of each unit (Ng, CS294A lecture notes, section 3)."""

    word = "kl_sparsity"
    summary = "KL(rho‖mean activation) summed over units; activations lie between 0 and 1."
    formula = (
        "Σ_j rho·ln(rho/m_j) + (1 − rho)·ln((1 − rho)/(1 − m_j)), m_j the batch mean of unit j"
    )
    rho: Annotated[float, AfterValidator(fraction(0, 1, open_high=True, open_low=True))] = Field(
        0.05, description="The mean activation that is wanted."
    )

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] to one number for the whole batch."""
        x = numbers(operands[0], self.word)
        low, high = x.range.low, x.range.high
        if low is None or low < 0 or high is None or high > 1:
            raise LayerError(
                "E503",
                "kl_sparsity reads activations as probabilities, and these may leave 0 … 1",
                helps=("sigmoid before it",),
            )
        out = Tensor((), (), batched=False)
        macs = product(var(f"n_{a}", s) for a, s in zip(x.axes, x.sizes, strict=True))
        return Inference(
            outputs=(("output", out.with_range(None)),),
            forward=Fn("kl_sparsity", (X(0), self.rho)),
            macs=macs if x.rank else None,
            sees="all",
        )

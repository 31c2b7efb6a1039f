"""Losses of real numbers: one number for each item, reduced over the item's axes as `reduction` says.

`mean` is PyTorch's default; `sum` is what likelihoods want. The objective is the mean over the batch.
"""

from typing import Annotated, ClassVar

from msgspec.structs import replace
from pydantic import AfterValidator, Field

from specc.formula import product, var
from specc.layers.base import Inference, Layer, LayerError, Operand
from specc.layers.class_loss import NLL, CrossEntropy
from specc.layers.code import Code, Fn, Infix, X, method
from specc.layers.common import (
    feature_axis,
    fraction,
    positive,
    same_shape,
    scores_of_ids,
    tensor,
)
from specc.layers.reduction import (
    BATCH,
    Call,
    Loss,
    Reduction,
    against,
    applied,
    mask_of,
    reduced,
    signs,
)
from specc.layers.spatial import changed, numbers
from specc.sizes import Constraint, known
from specc.types import Tensor

__all__ = [
    "BCE", "L1", "MSE", "MSLE", "NLL", "BCEWithLogits", "CrossEntropy", "GaussianNLL", "Hinge", "Huber",
    "KLDiv", "KLSparsity", "PoissonNLL", "SmoothL1",
]  # fmt: skip

Above0 = Annotated[float, AfterValidator(positive)]


class Elementwise(Loss):
    """A loss of each element; `function` is PyTorch's."""

    function: ClassVar[str]
    keyword_operands = ("where",)

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number; a target may be a number, and `where` pick positions."""
        x, y = numbers(operands[0], self.word), tensor(operands[1], self.word, 1)
        mask, conditions = mask_of(operands, x, self.word)
        left: Code = X(0)
        if x.sizes == (1,) and y.rank == 0 and y.constant is None:
            left, x = method(X(0), "squeeze", 1), x.with_sizes((), ())
        conditions += () if y.constant is not None else self._alike(x, y)
        if mask is None:
            call = self.terms(x, y, left, against(left, y, X(1)))
            return self.per_item(call, x, y, conditions, x.rank)
        left = mask.pick(left)
        call = self.terms(x, y, left, against(left, y, mask.pick(X(1))))
        return self.where(call, mask, x.sizes, conditions)

    def _alike(self, x: Tensor, y: Tensor) -> tuple[Constraint, ...]:
        """The conditions for one shape; scores of classes have losses of their own."""
        helps: tuple[str, ...] = ()
        if scores_of_ids(x, y):
            helps = ("cross_entropy(a, b) compares scores with class ids",)
            if x.sizes[feature_axis(x)] == y.classes:
                helps += (f"{self.word}(a, one_hot(b)) compares all {y.classes} numbers",)
        return same_shape(x, y, self.word, helps=helps)

    def terms(self, x: Tensor, y: Tensor, left: Code, right: Code) -> Call:
        """The loss of these values."""
        del y
        return reduced(self.function, (left, right), self.extra(x))

    def extra(self, x: Tensor) -> tuple[tuple[str, Code], ...]:
        """Keyword arguments."""
        del x
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


Weights = Annotated[tuple[float, ...], Field(min_length=1)]


class BCE(Elementwise):
    """Binary cross-entropy of probabilities."""

    word, function = "bce", "F.binary_cross_entropy"
    summary = "Binary cross-entropy; takes probabilities."
    formula = "−y·ln x − (1 − y)·ln(1 − x)"
    weight: Weights | None = Field(None, description="A weight for each feature.")

    def extra(self, x: Tensor) -> tuple[tuple[str, Code], ...]:
        """The weights as tensors."""
        return _weighed(x, weight=self.weight)


def _weighed(x: Tensor, **given: float | tuple[float, ...] | None) -> tuple[tuple[str, Code], ...]:
    """Weights as tensors beside x, one for all or one for each of its last axis."""
    return tuple((n, _as_tensor(x, n, weight)) for n, weight in given.items() if weight is not None)


def _as_tensor(x: Tensor, name: str, weight: float | tuple[float, ...]) -> Code:
    if not isinstance(weight, tuple):
        return method(X(0), "new_tensor", weight)
    if not x.rank or (known(x.sizes[-1]) and len(weight) != x.sizes[-1]):
        raise LayerError("E302", f"{len(weight)} weights for {x}", argument=name)
    return method(X(0), "new_tensor", list(weight))


class BCEWithLogits(Elementwise):
    """Binary cross-entropy of logits, without overflow."""

    word, function = "bce_with_logits", "F.binary_cross_entropy_with_logits"
    summary = "Binary cross-entropy; takes logits and applies the sigmoid itself."
    formula = "−pos_weight·y·ln σ(x) − (1 − y)·ln(1 − σ(x))"
    weight: Weights | None = Field(None, description="A weight for each feature.")
    pos_weight: float | Weights | None = Field(
        None, description="Weight of the targets 1: one for all, or one for each feature."
    )

    def extra(self, x: Tensor) -> tuple[tuple[str, Code], ...]:
        """The weights as tensors."""
        return _weighed(x, weight=self.weight, pos_weight=self.pos_weight)


class PoissonNLL(Elementwise):
    """Negative log-likelihood of counts."""

    word, function = "poisson_nll", "F.poisson_nll_loss"
    summary = "Negative log-likelihood of counts under a Poisson distribution."
    formula = "eˣ − y·x, or x − y·ln(x + eps)"
    low = None
    log_input: bool = Field(True, description="Whether x is the logarithm of the rate.")
    full: bool = Field(False, description="Whether Stirling's term ln y! is added.")
    eps: Above0 = Field(1e-8, description="Added to x where its logarithm is taken.")


class MSLE(Elementwise):
    """Squared error of logarithms."""

    word = "msle"
    summary = "Squared error of ln(1 + ·); values above −1."
    formula = "(ln(1 + x) − ln(1 + y))²"

    def terms(self, x: Tensor, y: Tensor, left: Code, right: Code) -> Call:
        """The squared error of two logarithms."""
        del x, y
        return reduced("F.mse_loss", (Fn("torch.log1p", (left,)), Fn("torch.log1p", (right,))), ())


class Hinge(Elementwise):
    """The margin loss of support vector machines and of hinge GANs."""

    word = "hinge"
    summary = "Margin loss for targets −1 and 1; labels 0 and 1 are read as them."
    formula = "max(0, margin − y·x)"
    margin: Above0 = Field(1.0, description="The margin.")

    def terms(self, x: Tensor, y: Tensor, left: Code, right: Code) -> Call:
        """Without a product where the target is one number."""
        del x
        margin: Code = int(self.margin) if self.margin.is_integer() else self.margin
        inside = Infix("-", margin, Infix("*", signs(y, right), left))
        if y.constant in (1, -1):
            inside = Infix("-" if y.constant == 1 else "+", margin, left)
        return applied(Fn("F.relu", (inside,)))


class KLDiv(Loss):
    """Kullback-Leibler divergence of categorical distributions."""

    word = "kl_div"
    summary = "Divergence KL(y‖x) of probabilities y from log-probabilities x, summed over classes."
    formula = "Σ y·(ln y − x)"
    low = None
    reduction: Reduction = Field("sum", description="How the axes of one item are reduced.")
    log_target: bool = Field(False, description="Whether y holds log-probabilities too.")

    def infer(self, *operands: Operand | None) -> Inference:
        """[…] and […] to one number."""
        x, y = numbers(operands[0], self.word), numbers(operands[1], self.word, 1)
        conditions = same_shape(x, y, self.word)
        made = self.per_item(self._call, x, y, conditions, x.rank)
        if self.reduction == "sum" and made.batch_mean is not None:
            return replace(made, batch_mean=self._call("batchmean"))
        return made

    def _call(self, how: str) -> Code:
        if how == "mean":  # PyTorch warns that its own "mean" will change
            return method(self._call("none"), "mean")
        options = changed(log_target=(self.log_target, False))
        return Fn("F.kl_div", (X(0), X(1)), (*options, ("reduction", how)))


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
        if v.constant is None:
            conditions += same_shape(x, v, self.word, 2)
        elif v.constant <= 0:
            raise LayerError(
                "E204", f"gaussian_nll: var is {v.constant:g}; it must be more than 0", argument=2
            )
        variance = X(2) if v.constant is None else Fn("torch.full_like", (X(0), v.constant))
        options = changed(full=(self.full, False), eps=(self.eps, 1e-6))
        call = reduced("F.gaussian_nll_loss", (X(0), X(1), variance), options)
        return self.per_item(call, x, y, conditions, x.rank)


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
        macs = product(var(f"n_{a}", s) for a, s in zip(x.axes, x.sizes, strict=True))
        return Inference(
            outputs=(("output", BATCH.with_range(0.0)),),
            forward=Fn("kl_sparsity", (X(0), self.rho)),
            macs=macs if x.rank else None,
            sees="all",
        )

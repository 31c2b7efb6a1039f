"""Metrics: what is reported of a whole split, computed from all predictions and targets at once."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Metric(BaseModel):
    """A metric.

    `operands` are what it compares; `better` says which way is good; `call` is Python for its value, with
    the operands' tensors (items first) under the names of `operands`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    word: ClassVar[str]
    summary: ClassVar[str]
    operands: ClassVar[tuple[str, ...]] = ("prediction", "target")
    better: ClassVar[Literal["lower", "higher"]] = "higher"
    helper: ClassVar[str | None] = None  # a function that generated code then holds

    def call(self) -> str:
        """`(prediction.argmax(1) == target).float().mean()`."""
        return self.code()

    def code(self) -> str:
        """The expression; by default a call of the helper."""
        return f"{self.helper}(prediction, target)"


def _metric(
    name: str, word: str, summary: str, code: str, better: Literal["lower", "higher"]
) -> type[Metric]:
    def expression(self: Metric) -> str:
        del self
        return code

    body = {
        "__doc__": summary,
        "__module__": __name__,
        "word": word,
        "summary": summary,
        "better": better,
        "code": expression,
        "__annotations__": {},
    }
    return type(name, (Metric,), body)


_LABELS = "prediction.argmax(1)"

METRICS: dict[str, type[Metric]] = {
    m.word: m
    for m in (
        _metric("Accuracy", "accuracy", "Share of items whose largest score is the target's class.",
                f"({_LABELS} == target).float().mean()", "higher"),
        _metric("BinaryAccuracy", "binary_accuracy", "Share of items on the right side of 0 (logits).",
                "((prediction > 0) == (target > 0.5)).float().mean()", "higher"),
        _metric("MSE", "mse", "Mean squared error.", "F.mse_loss(prediction, target)", "lower"),
        _metric("RMSE", "rmse", "Root of the mean squared error.",
                "F.mse_loss(prediction, target).sqrt()", "lower"),
        _metric("MAE", "mae", "Mean absolute error.", "F.l1_loss(prediction, target)", "lower"),
        _metric("R2", "r2", "Share of the target's variance that is explained.",
                "1 - F.mse_loss(prediction, target) / target.var(0, correction=0).mean()", "higher"),
        _metric("PSNR", "psnr", "Peak signal-to-noise ratio in decibels, for values in [0, 1].",
                "-10 * F.mse_loss(prediction, target).log10()", "higher"),
        _metric("CrossEntropy", "cross_entropy", "Mean cross-entropy of logits with class ids.",
                "F.cross_entropy(prediction, target)", "lower"),
        _metric("Perplexity", "perplexity", "Exponential of the mean cross-entropy.",
                "F.cross_entropy(prediction, target).exp()", "lower"),
        _metric("BCE", "bce", "Mean binary cross-entropy of probabilities.",
                "F.binary_cross_entropy(prediction, target)", "lower"),
    )
}  # fmt: skip


class TopK(Metric):
    """Share of items whose class is among the k largest scores."""

    word, summary = "top_k_accuracy", "Share of items whose class is among the k largest scores."
    k: int = Field(5, ge=1, description="How many scores count.")

    def code(self) -> str:
        """The class is one of the first k."""
        return (
            f"(prediction.topk({self.k}, 1).indices == target.unsqueeze(1)).any(1).float().mean()"
        )


class _OfClasses(Metric):
    """Computed from counts of each class."""


class MeanIoU(_OfClasses):
    """Intersection over union, averaged over the classes that occur (Everingham et al. 2010)."""

    word, helper = "mean_iou", "mean_iou"
    summary = "Intersection over union of each class that occurs, averaged."


class F1(_OfClasses):
    """Harmonic mean of precision and recall, averaged over classes."""

    word, helper = "f1", "macro_f1"
    summary = "F1 of each class, averaged over the classes that occur."


class Precision(_OfClasses):
    """Share of a class's predictions that are right, averaged over classes."""

    word, helper = "precision", "macro_precision"
    summary = "Share of each class's predictions that are right, averaged."


class Recall(_OfClasses):
    """Share of a class's items that are found, averaged over classes."""

    word, helper = "recall", "macro_recall"
    summary = "Share of each class's items that are found, averaged (balanced accuracy)."


class AUC(Metric):
    """Chance that a positive item scores above a negative one (Hanley & McNeil 1982)."""

    word, helper = "auc", "area_under_roc"
    summary = "Chance that a positive item scores above a negative one."
    operands = ("score", "target")

    def code(self) -> str:
        """Ties count half."""
        return "area_under_roc(score, target)"


METRICS.update({m.word: m for m in (TopK, MeanIoU, F1, Precision, Recall, AUC)})

"""Metrics: what is reported of a whole split, computed from all predictions and targets at once."""

from __future__ import annotations

from pydantic import Field

from specc.layers.base import LayerError
from specc.layers.common import feature_axis
from specc.metric import Metric
from specc.quality import (
    ClassCoverage,
    Frechet,
    InceptionScore,
    ModeCoverage,
    ModePrecision,
    NearestNeighbour,
)
from specc.types import Tensor

__all__ = ["METRICS", "Metric"]


# -------------------------------------------------------------------- classes


class Accuracy(Metric):
    """Share of items whose largest score is the target's class."""

    word, compares = "accuracy", "classes"
    summary = "Share of items whose largest score is the target's class."
    formula = "mean(argmax x = y)"
    text = "(prediction.argmax(1) == target).float().mean()"


class TopK(Metric):
    """Share of items whose class is among the k largest scores."""

    word, compares = "top_k_accuracy", "classes"
    summary = "Share of items whose class is among the k largest scores."
    k: int = Field(5, ge=1, description="How many scores count.")

    def code(self) -> str:
        """The class is one of the first k."""
        return (
            f"(prediction.topk({self.k}, 1).indices == target.unsqueeze(1)).any(1).float().mean()"
        )

    def check(self, *types: Tensor) -> None:
        """There are at least k classes."""
        super().check(*types)
        classes = types[0].sizes[feature_axis(types[0])]
        if isinstance(classes, int) and classes < self.k:
            raise LayerError(
                "E204",
                f"top_k_accuracy: k is {self.k}, and there are {classes} classes",
                argument="k",
            )


class BalancedAccuracy(Metric):
    """Share of each class's items that are found, averaged over the classes that occur."""

    word, compares = "balanced_accuracy", "classes"
    summary = "Share of each class's items that are found, averaged over the classes that occur."
    text = "balanced_accuracy(prediction, target)"


class F1(Metric):
    """Harmonic mean of precision and recall, averaged over classes."""

    word, compares = "f1", "classes"
    summary = "F1 of each class that occurs or is predicted, averaged."
    formula = "2·precision·recall/(precision + recall)"
    text = "macro_f1(prediction, target)"


class Precision(Metric):
    """Share of a class's predictions that are right, averaged over classes."""

    word, compares = "precision", "classes"
    summary = "Share of each class's predictions that are right, averaged."
    text = "macro_precision(prediction, target)"


class Recall(Metric):
    """Share of a class's items that are found, averaged over classes."""

    word, compares = "recall", "classes"
    summary = "Share of each class's items that are found, averaged."
    text = "macro_recall(prediction, target)"


class MeanIoU(Metric):
    """Intersection over union, averaged over the classes that occur (Everingham et al. 2010)."""

    word, compares = "mean_iou", "classes"
    summary = "Intersection over union of each class that occurs or is predicted, averaged."
    text = "mean_iou(prediction, target)"


class CrossEntropy(Metric):
    """Mean cross-entropy of logits with class ids."""

    word, compares, better = "cross_entropy", "classes", "lower"
    summary = "Mean cross-entropy of logits with class ids."
    formula = "mean(−x[y] + ln Σ e^x[k])"
    text = "F.cross_entropy(prediction, target)"


class Perplexity(Metric):
    """Exponential of the mean cross-entropy."""

    word, compares, better = "perplexity", "classes", "lower"
    summary = "Exponential of the mean cross-entropy: among how many words the choice was."
    formula = "exp(cross_entropy)"
    text = "F.cross_entropy(prediction, target).exp()"


# --------------------------------------------------------------------- values


class MSE(Metric):
    """Mean squared error."""

    word, better = "mse", "lower"
    summary = "Mean squared error."
    formula = "mean((x − y)²)"
    text = "F.mse_loss(prediction, target)"


class RMSE(Metric):
    """Root of the mean squared error."""

    word, better = "rmse", "lower"
    summary = "Root of the mean squared error, in the unit of the target."
    formula = "√mean((x − y)²)"
    text = "F.mse_loss(prediction, target).sqrt()"


class MAE(Metric):
    """Mean absolute error."""

    word, better = "mae", "lower"
    summary = "Mean absolute error."
    formula = "mean(|x − y|)"
    text = "F.l1_loss(prediction, target)"


class R2(Metric):
    """Share of the target's variance that is explained."""

    word = "r2"
    summary = "Share of the target's variance that is explained; 0 is as good as the mean."
    formula = "1 − Σ (x − y)²/Σ (y − mean y)²"
    text = "1 - F.mse_loss(prediction, target) / target.var(0, correction=0).mean()"

    def call(self, *types: Tensor) -> str:
        """In parentheses, because it is a sum."""
        return f"({super().call(*types)})"


class PSNR(Metric):
    """Peak signal-to-noise ratio."""

    word = "psnr"
    summary = "Peak signal-to-noise ratio in decibels, of all values together."
    formula = "20·log₁₀ peak − 10·log₁₀ mean((x − y)²)"
    peak: float = Field(1.0, gt=0, description="The largest difference that values can have.")

    def code(self) -> str:
        """In parentheses, because it is a product."""
        error = "F.mse_loss(prediction, target)"
        scaled = error if self.peak == 1 else f"({error} / {self.peak!r} ** 2)"
        return f"(-10 * {scaled}.log10())"


class BCE(Metric):
    """Mean binary cross-entropy of probabilities."""

    word, better = "bce", "lower"
    summary = "Mean binary cross-entropy of probabilities."
    formula = "mean(−y·ln x − (1 − y)·ln(1 − x))"
    text = "F.binary_cross_entropy(prediction, target)"


class BinaryAccuracy(Metric):
    """Share of logits on the right side of 0."""

    word = "binary_accuracy"
    summary = "Share of logits on the right side of the threshold."
    threshold: float = Field(0.0, description="0 for logits, 0.5 for probabilities.")

    def code(self) -> str:
        """Above or not, as the target says."""
        return f"((prediction > {self.threshold:g}) == (target > 0.5)).float().mean()"


# --------------------------------------------------------------------- scores


class AUC(Metric):
    """Chance that a positive item scores above a negative one (Hanley & McNeil 1982)."""

    word, compares = "auc", "scores"
    summary = "Chance that a positive item scores above a negative one; ties count half."
    operands = ("score", "target")
    text = "area_under_roc(score, target)"


class AveragePrecision(Metric):
    """Area under precision against recall, by steps."""

    word, compares = "average_precision", "scores"
    summary = "Precision averaged over the steps of recall."
    formula = "Σ (Rₙ − Rₙ₋₁)·Pₙ"
    operands = ("score", "target")
    text = "average_precision(score, target)"


METRICS: dict[str, type[Metric]] = {
    m.word: m
    for m in (
        Accuracy, TopK, BalancedAccuracy, F1, Precision, Recall, MeanIoU, CrossEntropy, Perplexity, MSE,
        RMSE, MAE, R2, PSNR, BCE, BinaryAccuracy, AUC, AveragePrecision, Frechet, NearestNeighbour,
        InceptionScore, ClassCoverage, ModeCoverage, ModePrecision,
    )
}  # fmt: skip
"""Every metric by its word."""

"""Metrics of scores beside classes."""

from pydantic import Field

from specc.layers.base import LayerError
from specc.layers.common import feature_axis
from specc.metrics.base import Metric
from specc.types import Tensor


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


class Bits(Metric):
    """Mean cross-entropy in bits: of a symbol, where there is a sequence of them."""

    word, compares, better = "bits", "classes", "lower"
    summary = "Mean cross-entropy in bits: what a symbol costs when it is coded with these scores."
    formula = "cross_entropy / ln 2"
    text = "F.cross_entropy(prediction, target).div(math.log(2))"

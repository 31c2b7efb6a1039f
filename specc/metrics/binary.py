"""Metrics of one score beside no or yes."""

from pydantic import Field

from specc.metrics.base import Metric


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

"""Metrics of numbers beside numbers."""

from pydantic import Field

from specc.metrics.base import Metric
from specc.types import Tensor


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

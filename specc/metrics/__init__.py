"""Metrics: what is reported of a whole split, computed from all predictions and targets at once."""

from __future__ import annotations

from specc.metrics.base import Metric
from specc.vocabulary import Vocabulary

__all__ = ["METRICS", "Metric"]

METRICS: Vocabulary[Metric] = Vocabulary(
    "specc.metrics",
    {
        "classes": "accuracy:Accuracy top_k_accuracy:TopK balanced_accuracy:BalancedAccuracy f1:F1"
        " precision:Precision recall:Recall mean_iou:MeanIoU cross_entropy:CrossEntropy"
        " perplexity:Perplexity bits:Bits",
        "numbers": "mse:MSE rmse:RMSE mae:MAE r2:R2 psnr:PSNR",
        "binary": "bce:BCE binary_accuracy:BinaryAccuracy auc:AUC average_precision:AveragePrecision",
        "samples": "frechet:Frechet nearest_neighbour:NearestNeighbour inception_score:InceptionScore"
        " class_coverage:ClassCoverage mode_coverage:ModeCoverage mode_precision:ModePrecision",
    },
)
"""Every metric by its word."""

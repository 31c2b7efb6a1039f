"""Metrics against scikit-learn, on code as it is printed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from specc.layers.base import LayerError
from specc.metrics import METRICS, Metric
from specc.types import Tensor
from tests.layers.contract import namespace, sequence, tensor

NAMES = namespace()
SCORES, LABEL = tensor(4), Tensor((), (), "int", 4)
ITEM = Tensor((), ())


def value(metric: Metric, a: torch.Tensor, b: torch.Tensor, *types: Tensor) -> float:
    names = dict(zip(metric.operands, (a, b), strict=True))
    found = eval(f"{metric.call(*types)}.item()", {**NAMES, **names})
    assert isinstance(found, float)
    return found


def macro(function: Any) -> Any:
    return lambda y, x: function(y, x.argmax(1), average="macro", zero_division=0)


CLASSES = {
    "accuracy": lambda y, x: sk.accuracy_score(y, x.argmax(1)),
    "top_k_accuracy": lambda y, x: sk.top_k_accuracy_score(y, x, k=2, labels=range(4)),
    "balanced_accuracy": lambda y, x: sk.balanced_accuracy_score(y, x.argmax(1)),
    "f1": macro(sk.f1_score),
    "precision": macro(sk.precision_score),
    "recall": macro(sk.recall_score),
    "mean_iou": macro(sk.jaccard_score),
    "cross_entropy": lambda y, x: sk.log_loss(
        y, np.exp(x) / np.exp(x).sum(1, keepdims=True), labels=range(4)
    ),
}


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("word", CLASSES)
@given(seed=st.integers(0, 10_000), items=st.integers(2, 30))
def test_metrics_of_classes(word: str, seed: int, items: int) -> None:
    torch.manual_seed(seed)
    x, y = torch.randn(items, 4), torch.randint(0, 4, (items,))
    metric = METRICS[word](**({"k": 2} if word == "top_k_accuracy" else {}))
    wanted = CLASSES[word](y.numpy(), x.double().numpy())
    assert value(metric, x, y, SCORES, LABEL) == pytest.approx(wanted, abs=1e-5)


VALUES = {
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "mae": sk.mean_absolute_error,
    "r2": sk.r2_score,
}


@pytest.mark.parametrize("word", VALUES)
def test_metrics_of_numbers(word: str) -> None:
    torch.manual_seed(0)
    x, y = torch.randn(50), torch.randn(50)
    wanted = VALUES[word](y.numpy(), x.numpy())
    assert value(METRICS[word](), x, y, ITEM, ITEM) == pytest.approx(wanted, rel=1e-5)


def test_variance_of_several_features_is_explained_together() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(50, 3), torch.randn(50, 3) * torch.tensor([1.0, 5.0, 10.0])
    wanted = sk.r2_score(y.numpy(), x.numpy(), multioutput="variance_weighted")
    assert value(METRICS["r2"](), x, y, tensor(3), tensor(3)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("word", ["auc", "average_precision"])
@given(seed=st.integers(0, 10_000), items=st.integers(4, 40), steps=st.integers(2, 50))
def test_metrics_of_scores_with_ties(word: str, seed: int, items: int, steps: int) -> None:
    torch.manual_seed(seed)
    x, y = torch.randint(0, steps, (items,)) / steps, torch.randint(0, 2, (items,))
    y[0], y[1] = 0, 1
    peer = {"auc": sk.roc_auc_score, "average_precision": sk.average_precision_score}[word]
    got = value(METRICS[word](), x, y, ITEM, Tensor((), (), "int", 2))
    assert got == pytest.approx(peer(y.numpy(), x.numpy()), abs=1e-5)


def test_the_rest_by_their_formulas() -> None:
    torch.manual_seed(0)
    x, y = torch.rand(20, 3), torch.rand(20, 3)
    error = (x - y).square().mean().item()
    psnr = METRICS["psnr"]()
    assert value(psnr, x, y, tensor(3), tensor(3)) == pytest.approx(-10 * math.log10(error))
    wide = METRICS["psnr"](peak=255.0)
    peak = 10 * math.log10(255**2 / error)
    assert value(wide, x, y, tensor(3), tensor(3)) == pytest.approx(peak, rel=1e-5)
    bits = (y > 0.5).long()
    right = ((x > 0.5) == (y > 0.5)).float().mean().item()
    half = METRICS["binary_accuracy"](threshold=0.5)
    assert value(half, x, bits, tensor(3), Tensor((3,), ("features",), "int", 2)) == right
    loss = sk.log_loss(bits.flatten().numpy(), x.double().flatten().numpy())
    bce = value(METRICS["bce"](), x, bits, tensor(3), Tensor((3,), ("features",), "int", 2))
    assert bce == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("word", [*CLASSES, "perplexity"])
def test_classes_may_be_the_last_axis(word: str) -> None:
    torch.manual_seed(0)
    x, y = torch.randn(6, 5, 7), torch.randint(0, 7, (6, 5))
    metric = METRICS[word]()
    flat = value(metric, x.flatten(0, 1), y.flatten(), tensor(7), Tensor((), (), "int", 7))
    types = sequence(5, 7), Tensor((5,), ("time",), "int", 7)
    assert value(metric, x, y, *types) == pytest.approx(flat, rel=1e-5)


@pytest.mark.parametrize(
    ("word", "types", "code"),
    [
        ("accuracy", (tensor(4), Tensor((), (), "int", 5)), "E302"),
        ("accuracy", (tensor(4), tensor(4)), "E203"),
        ("accuracy", (ITEM, Tensor((), (), "int", 2)), "E301"),
        ("top_k_accuracy", (tensor(4), LABEL), "E204"),
        ("mse", (tensor(4), tensor(5)), "E302"),
        ("mse", (tensor(4), ITEM), "E302"),
        ("auc", (tensor(4), LABEL), "E301"),
    ],
)
def test_values_that_a_metric_cannot_compare(
    word: str, types: tuple[Tensor, ...], code: str
) -> None:
    with pytest.raises(LayerError) as caught:
        METRICS[word]().check(*types)
    assert caught.value.code == code


def test_one_feature_is_compared_with_one_number() -> None:
    METRICS["mse"]().check(tensor(1), ITEM)
    METRICS["auc"]().check(tensor(1), Tensor((), (), "int", 2))

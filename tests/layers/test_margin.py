"""Losses with a margin, against PyTorch."""

from __future__ import annotations

import pytest
import torch

from specc.layers import margin as ma
from specc.layers.base import Layer, LayerError, Operand
from specc.types import Tensor
from tests.layers.contract import check, number, tensor

X = tensor(4)
IMAGE = tensor(3, 5, 6)
LABEL = Tensor((), (), "int", 4)
SIGNS = Tensor((4,), ("features",), "int", 2)
SCALAR = Tensor((), ())
ONE = number(1)
BOTH = ("mean", "sum")

CASES: list[tuple[Layer, tuple[Operand, ...]]] = [
    *((cls(reduction=r), (X, t)) for cls in (ma.SoftMargin, ma.HingeEmbedding) for r in BOTH
      for t in (ONE, number(-1), SIGNS)),
    (ma.HingeEmbedding(margin=0.5), (IMAGE, number(-1))),
    *((ma.MarginRanking(reduction=r, margin=0.2), (x, x, t)) for r in BOTH
      for x, t in ((X, ONE), (X, SIGNS), (SCALAR, Tensor((), (), "int", 2)))),
    *((ma.MultiMargin(p=p, margin=m, weight=w), (X, LABEL)) for p in (1, 2)
      for m, w in ((1.0, None), (0.5, (1.0, 2.0, 0.0, 3.0)))),
    *((ma.MultilabelSoftMargin(weight=w, reduction=r), (X, SIGNS))
      for w in (None, (1.0, 2.0, 0.0, 3.0)) for r in BOTH),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "operands"), CASES, ids=lambda v: getattr(v, "word", ""))
def test_contract(layer: Layer, operands: tuple[Operand, ...]) -> None:
    check(layer, *operands)


def test_margins_are_those_of_pytorch() -> None:
    run = check(ma.MultiMargin(p=2, margin=0.5, weight=(1.0, 2.0, 0.0, 3.0)), X, LABEL)
    x, y = run.values["x0"], run.values["x1"]
    loss = torch.nn.MultiMarginLoss(2, 0.5, torch.tensor([1.0, 2.0, 0.0, 3.0]), reduction="none")
    torch.testing.assert_close(run.output, loss(x, y))
    run = check(ma.SoftMargin(), X, SIGNS)
    x, y = run.values["x0"], 2.0 * run.values["x1"] - 1
    torch.testing.assert_close(run.output, (1 + (-y * x).exp()).log().mean(1))
    run = check(ma.MarginRanking(margin=0.2), X, X, number(-1))
    a, b = run.values["x0"], run.values["x1"]
    torch.testing.assert_close(run.output, (a - b + 0.2).relu().mean(1))


@pytest.mark.parametrize(
    ("layer", "operands", "code"),
    [
        (ma.SoftMargin(), (X, number(0)), "E204"),
        (ma.MultiMargin(), (IMAGE, LABEL), "E301"),
        (ma.MultiMargin(weight=(1.0, 2.0)), (X, LABEL), "E302"),
        (ma.MultiMargin(), (X, X), "E203"),
        (ma.MarginRanking(), (X, tensor(5), ONE), "E302"),
        (ma.MultilabelSoftMargin(), (X, tensor(5)), "E302"),
    ],
)
def test_what_a_margin_cannot_take(layer: Layer, operands: tuple[Operand, ...], code: str) -> None:
    with pytest.raises(LayerError) as found:
        layer.infer(*operands)
    assert found.value.code == code

"""Gradients that are looked at: metrics and pictures of how much of them arrives at each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emit.test_carrying import training

REACH = """
network Adder {
    in x: sequence[T, 2]
    x -> gru(4, keep=last) -> linear(1)
}
train Adding {
    data adding(length=9, examples=40) as x, y
    p = Adder(x)
    minimize mse(p, y)
    optimizer adam(lr=1e-2)
    reach = norm(gradient(sum(p), x), axis=features)
    kept = mean(reach[0]) / mean(reach[8])
    metric kept
    show curve(reach)
}
"""


def test_a_metric_says_how_much_gradient_is_left(tmp_path: Path) -> None:
    run = training(REACH, tmp_path)
    run.args.checkpoint_epochs = 99
    x = run.splits["test"].x.clone().requires_grad_()
    run.model.adder(x).sum().backward()
    assert x.grad is not None
    reach = x.grad.norm(dim=2).mean(0)
    found = run.evaluate("test")["kept"]
    assert found == pytest.approx((reach[0] / reach[8]).item(), rel=1e-4)
    run.show(10)
    assert list(tmp_path.glob("curve*.png"))

"""Losses, similarities and distributions against torch."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from specc.layers import divergence as div
from specc.layers import loss as lo
from specc.layers import similarity as sim
from specc.layers.base import Layer, LayerError, Operand
from specc.layers.distribution import FAMILIES, number
from specc.types import Distribution, Tensor
from tests.layers.contract import BATCH, check, evaluated, sequence, tensor

X = tensor(4)
IMAGE = tensor(3, 5, 6)
UNIT = X.with_range(0.0, 1.0)
LABEL = Tensor((), (), "int", 4)
MASK = Tensor((5, 6), ("height", "width"), "int", 3)
ONE, ZERO = number(1), number(0)
SCALAR = Tensor((), ())

CASES: list[tuple[Layer, tuple[Operand, ...]]] = [
    *((cls(reduction=r), (x, x)) for cls in (lo.MSE, lo.L1, lo.SmoothL1, lo.Huber)
      for r in ("mean", "sum") for x in (X, IMAGE, SCALAR)),
    (lo.SmoothL1(beta=0.5), (X, X)),
    (lo.MSE(), (X, ONE)),
    (lo.MSE(), (tensor(1), SCALAR)),
    *((lo.MSLE(reduction=r), (UNIT, UNIT)) for r in ("mean", "sum")),
    *((lo.BCE(reduction=r), (UNIT, UNIT)) for r in ("mean", "sum")),
    *((lo.BCEWithLogits(reduction=r), (x, t)) for r in ("mean", "sum") for x, t in (
        (X, UNIT), (X, ONE), (X, ZERO), (tensor(1), number(0.9)), (IMAGE, IMAGE.with_range(0.0, 1.0)))),
    *((lo.PoissonNLL(reduction=r), (X, X.with_range(0.0, 1.0))) for r in ("mean", "sum")),
    *((lo.Hinge(reduction=r), (X, t)) for r in ("mean", "sum") for t in (ONE, number(-1), X)),
    *((lo.KLDiv(reduction=r), (X, UNIT)) for r in ("mean", "sum")),
    *((lo.CrossEntropy(reduction=r), (x, t)) for r in ("mean", "sum") for x, t in (
        (X, LABEL), (IMAGE, MASK), (sequence(5, 7), Tensor((5,), ("time",), "int", 7)))),
    (lo.CrossEntropy(label_smoothing=0.1), (X, LABEL)),
    (lo.CrossEntropy(weight=(1.0, 2.0, 3.0, 4.0), ignore_index=2), (X, LABEL)),
    *((lo.NLL(reduction=r), (X, LABEL)) for r in ("mean", "sum")),
    *((lo.GaussianNLL(reduction=r), (X, X, UNIT)) for r in ("mean", "sum")),
    (lo.GaussianNLL(full=True), (X, X, number(0.5))),
    (lo.KLSparsity(rho=0.1), (UNIT,)),
    *((sim.Distance(p=p), (x, x)) for p in (1.0, 2.0) for x in (X, IMAGE)),
    (sim.CosineSimilarity(), (X, X)),
    (sim.CosineEmbedding(margin=0.2), (X, X, Tensor((), (), "int", 2).with_range(0.0, 1.0))),
    (sim.Triplet(margin=0.3), (X, X, X)),
    (sim.Contrastive(), (SCALAR.with_range(0.0), SCALAR.with_range(0.0, 1.0))),
    (sim.InfoNCE(), (X, X)),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "operands"), CASES, ids=lambda v: getattr(v, "word", ""))
def test_contract(layer: Layer, operands: tuple[Operand, ...]) -> None:
    check(layer, *operands)


NORMALS = [
    FAMILIES["normal"].bind({"mean": X, "std": X.with_range(0.1, 2.0)}),
    FAMILIES["normal"].bind({"mean": X, "var": X.with_range(0.1, 2.0)}),
    FAMILIES["normal"].bind({"mean": X, "logvar": X}),
    FAMILIES["normal"].bind({"mean": IMAGE, "logvar": IMAGE}),
]
STANDARD = FAMILIES["normal"].bind({})
COINS = FAMILIES["bernoulli"].bind({"logits": X})
CHANCES = FAMILIES["bernoulli"].bind({"probs": UNIT})
CLASSES = FAMILIES["categorical"].bind({"logits": X})


def torch_distribution(d: Distribution, values: dict[str, object], operand: int) -> object:
    parts = {name: values.get(f"x{operand}_{name}") for name, _ in d.parts}
    parts = {n: torch.as_tensor(v, dtype=torch.float32) for n, v in parts.items()}
    if d.family == "bernoulli":
        return torch.distributions.Bernoulli(**parts)
    if d.family == "categorical":
        return torch.distributions.Categorical(**parts)
    scale = parts.get("std")
    if "var" in parts:
        scale = parts["var"].sqrt()
    if "logvar" in parts:
        scale = (0.5 * parts["logvar"]).exp()
    return torch.distributions.Normal(parts["mean"], scale)


@pytest.mark.parametrize("q", [STANDARD, NORMALS[2]], ids=["standard", "other"])
@pytest.mark.parametrize("p", NORMALS[:3], ids=["std", "var", "logvar"])
def test_kl_of_normals(p: Distribution, q: Distribution) -> None:
    run = check(div.KL(), p, q)
    left, right = (torch_distribution(d, run.values, i) for i, d in enumerate((p, q)))
    wanted = torch.distributions.kl_divergence(left, right).sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("p", "q"), [(COINS, COINS), (CHANCES, COINS), (CLASSES, CLASSES)])
def test_kl_of_others(p: Distribution, q: Distribution) -> None:
    run = check(div.KL(), p, q)
    left, right = (torch_distribution(d, run.values, i) for i, d in enumerate((p, q)))
    wanted = torch.distributions.kl_divergence(left, right)
    wanted = wanted if wanted.ndim == 1 else wanted.sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("p", "x"), [*((n, X) for n in NORMALS[:3]), (STANDARD, X), (COINS, UNIT), (CLASSES, LABEL)]
)
def test_log_prob(p: Distribution, x: Tensor) -> None:
    run = check(div.LogProb(), p, x, symbolic=False)
    if p is not COINS:
        wanted = torch_distribution(p, run.values, 0).log_prob(run.values["x1"])  # type: ignore[attr-defined]
        wanted = wanted if wanted.ndim == 1 else wanted.sum(1)
        torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("p", [*NORMALS[:3], COINS, CLASSES])
def test_entropy(p: Distribution) -> None:
    run = check(div.Entropy(), p, symbolic=False)
    wanted = torch_distribution(p, run.values, 0).entropy()  # type: ignore[attr-defined]
    wanted = wanted if wanted.ndim == 1 else wanted.sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("d", [*NORMALS, COINS, CHANCES, CLASSES, STANDARD], ids=lambda d: d.family)
def test_a_draw_has_the_shape_that_was_promised(d: Distribution) -> None:
    family = FAMILIES[d.family]
    sizes, axes = family.shape(d)
    if d is STANDARD:
        sizes, axes = (3,), ("features",)
    inference = family.sample(d, sizes, axes, like=False)
    values = {
        f"x0_{n}": torch.rand(BATCH, *p.sizes) if p.constant is None else p.constant  # type: ignore[arg-type]
        for n, p in d.parts
    }
    for code in filter(None, (inference.forward, inference.in_eval)):
        assert evaluated(code, None, values).shape == (BATCH, *sizes)


def test_moments_of_draws() -> None:
    torch.manual_seed(0)
    many = 4000
    for word, parts, mean, variance in (
        ("normal", {"mean": 2.0, "std": 3.0}, 2.0, 9.0),
        ("laplace", {"loc": 1.0, "scale": 2.0}, 1.0, 8.0),
        ("uniform", {"low": -1.0, "high": 3.0}, 1.0, 16 / 12),
        ("integers", {"low": 1.0, "high": 6.0}, 3.5, 35 / 12),
    ):
        d = FAMILIES[word].bind({n: number(v) for n, v in parts.items()})
        inference = FAMILIES[word].sample(d, (many,), ("features",), like=False)
        values = {f"x0_{n}": v for n, v in parts.items()}
        draw = evaluated(inference.forward, None, values).float()
        assert abs(draw.mean().item() - mean) < 0.2
        assert abs(draw.var().item() / variance - 1) < 0.1


def test_gradients_flow_through_a_reparameterised_draw() -> None:
    d = NORMALS[2]
    inference = FAMILIES["normal"].sample(d, (4,), ("features",), like=False)
    values = {"x0_mean": torch.zeros(BATCH, 4), "x0_logvar": torch.full((BATCH, 4), 90.0)}
    for value in values.values():
        value.requires_grad_()
    draw = evaluated(inference.forward, None, values)
    assert torch.isfinite(draw).all()
    draw.sum().backward()
    assert values["x0_mean"].grad is not None


def test_distance_has_a_gradient_at_nothing() -> None:
    a = torch.zeros(BATCH, 4, requires_grad=True)
    code = sim.Distance().infer(X, X).forward
    evaluated(code, None, {"x0": a, "x1": torch.zeros(BATCH, 4)}).sum().backward()
    assert a.grad is not None
    assert torch.isfinite(a.grad).all()


@pytest.mark.parametrize(
    ("layer", "operands", "code"),
    [
        (lo.CrossEntropy(), (X, Tensor((), (), "int", 5)), "E302"),
        (lo.CrossEntropy(), (X, X), "E203"),
        (lo.MSE(), (X, tensor(5)), "E302"),
        (lo.KLSparsity(), (X,), "E503"),
        (div.KL(), (NORMALS[0], COINS), "E203"),
        (div.KL(), (X, STANDARD), "E203"),
    ],
)
def test_what_does_not_fit_is_refused(
    layer: Layer, operands: tuple[Operand, ...], code: str
) -> None:
    with pytest.raises(LayerError) as caught:
        layer.infer(*operands)
    assert caught.value.code == code


def test_the_shortest_mean_over_the_batch() -> None:
    a, b = torch.randn(BATCH, 4), torch.rand(BATCH, 4)
    code = lo.BCEWithLogits(reduction="sum").infer(X, UNIT).batch_mean
    wanted = binary_cross_entropy_with_logits(a, b, reduction="sum") / BATCH
    torch.testing.assert_close(evaluated(code, None, {"x0": a, "x1": b}), wanted)

"""Losses, similarities and distributions against torch."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from msgspec.structs import replace

from specc.layers import divergence as div
from specc.layers import loss as lo
from specc.layers import similarity as sim
from specc.layers.base import Layer, LayerError, Operand
from specc.layers.class_loss import CrossEntropy
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
    (lo.BCE(weight=(0.5, 1.0, 2.0, 0.0)), (UNIT, UNIT)),
    *((lo.BCEWithLogits(reduction=r, weight=(0.5, 1.0, 2.0, 0.0), pos_weight=w), (X, UNIT))
      for r in ("mean", "sum") for w in (None, 3.0, (1.0, 2.0, 3.0, 4.0))),
    (lo.PoissonNLL(log_input=False, eps=0.5), (UNIT, UNIT)),
    *((lo.KLDiv(reduction=r, log_target=True), (X, X)) for r in ("mean", "sum")),
    (sim.Triplet(eps=0.1, p=1.0, swap=True), (X, X, X)),
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
    inference = family.sample(d, sizes, axes, like=None)
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
        inference = FAMILIES[word].sample(d, (many,), ("features",), like=None)
        values = {f"x0_{n}": v for n, v in parts.items()}
        draw = evaluated(inference.forward, None, values).float()
        assert abs(draw.mean().item() - mean) < 0.2
        assert abs(draw.var().item() / variance - 1) < 0.1


def test_gradients_flow_through_a_reparameterised_draw() -> None:
    d = NORMALS[2]
    inference = FAMILIES["normal"].sample(d, (4,), ("features",), like=None)
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
    wanted = F.binary_cross_entropy_with_logits(a, b, reduction="sum") / BATCH
    torch.testing.assert_close(evaluated(code, None, {"x0": a, "x1": b}), wanted)


TARGETS = {
    "float": UNIT,
    "int": Tensor((4,), ("features",), "int", 2),
    "bool": replace(X, dtype="bool"),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_labels_0_and_1_are_signs_for_hinge(kind: str) -> None:
    x = torch.randn(BATCH, 4)
    y = torch.tensor([[0, 1, 1, 0]] * BATCH)
    if kind == "float":
        values, target = {"x0": x, "x1": 2.0 * y - 1}, X
    else:
        values, target = {"x0": x, "x1": y.bool() if kind == "bool" else y}, TARGETS[kind]
    got = evaluated(lo.Hinge().infer(X, target).batch_mean, None, values)
    torch.testing.assert_close(got, F.relu(1 - (2 * y - 1) * x).mean())


@pytest.mark.parametrize("weight", [3.0, (1.0, 2.0, 3.0, 4.0)])
def test_positive_targets_weigh_more(weight: float | tuple[float, ...]) -> None:
    run = check(lo.BCEWithLogits(pos_weight=weight), X, UNIT, symbolic=False)
    a, b = run.values["x0"], run.values["x1"]
    wanted = F.binary_cross_entropy_with_logits(
        a, b, pos_weight=torch.as_tensor(weight), reduction="none"
    )
    torch.testing.assert_close(run.output, wanted.mean(1))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    "settings", [{"weight": (1.0, 2.0, 3.0, 4.0)}, {"ignore_index": 2}, {"label_smoothing": 0.2}]
)
def test_class_weights_are_those_of_pytorch(settings: dict[str, Any], reduction: str) -> None:
    layer = lo.CrossEntropy(reduction=reduction, **settings)
    run = check(layer, X, LABEL, symbolic=False)
    options = dict(settings)
    if "weight" in options:
        options["weight"] = torch.tensor(options["weight"])
    a, b = run.values["x0"], run.values["x1"]
    wanted = F.cross_entropy(a, b, reduction=reduction, **options)
    mean = run.inference.batch_mean
    got = run.output if mean is None else evaluated(mean, None, run.values)
    torch.testing.assert_close(got, wanted / (BATCH if reduction == "sum" else 1))


FLAG = Tensor((), (), "bool")
FLAGS = Tensor((5, 6), ("height", "width"), "bool")
PICKED: list[tuple[Any, Tensor, Tensor, Tensor]] = [
    (lo.MSE, X, X, FLAG),
    (lo.MSE, X, X, replace(X, dtype="bool")),
    (lo.MSE, SCALAR, SCALAR, FLAG),
    (lo.L1, IMAGE, IMAGE, replace(IMAGE, dtype="bool")),
    (lo.BCEWithLogits, X, UNIT, FLAG),
    (lo.CrossEntropy, X, LABEL, FLAG),
    (lo.CrossEntropy, IMAGE, MASK, FLAGS),
    (lo.CrossEntropy, IMAGE, MASK, FLAG),
    (lo.CrossEntropy, sequence(5, 7), Tensor((5,), ("time",), "int", 7), Tensor((5,), ("time",), "bool")),
    (lo.CrossEntropy, sequence(5, 7), Tensor((5,), ("time",), "int", 7), FLAG),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "x", "y", "where"), PICKED)
def test_where_is_the_mean_over_the_positions_that_count(
    kind: Any, x: Tensor, y: Tensor, where: Tensor
) -> None:
    run = check(kind(), x, y, where, symbolic=False)
    a, b, mask = (run.values[f"x{i}"] for i in range(3))
    mask[0] = True
    got = evaluated(run.inference.forward, None, run.values)
    if kind is lo.CrossEntropy:
        a = a if x.axes[0] != "time" else a.movedim(-1, 1)
        each = F.cross_entropy(a, b, reduction="none")
    elif kind is lo.BCEWithLogits:
        each = F.binary_cross_entropy_with_logits(a, b, reduction="none")
    else:
        each = (a - b).abs() ** (2 if kind is lo.MSE else 1)
    torch.testing.assert_close(got, each[mask].mean())
    assert not run.inference.output.batched


def test_a_batch_in_which_nothing_counts_costs_nothing() -> None:
    code = lo.CrossEntropy().infer(X, LABEL, FLAG).forward
    values = {
        "x0": torch.randn(BATCH, 4, requires_grad=True),
        "x1": torch.zeros(BATCH, dtype=torch.long),
        "x2": torch.zeros(BATCH, dtype=torch.bool),
    }
    got = evaluated(code, None, values)
    got.backward()
    assert got == 0
    assert not values["x0"].grad.any()


def test_a_loss_of_weights_is_one_number() -> None:
    weight = tensor(4, 5, axes=("out", "in"), batched=False)
    run = check(lo.L1(), weight, ZERO, symbolic=False)
    assert not run.inference.output.batched
    torch.testing.assert_close(run.output, run.values["x0"].abs().mean())


@pytest.mark.parametrize("target", [ONE, number(-1), LABEL.with_range(0.0, 1.0), FLAG])
def test_pairs_that_are_alike(target: Tensor) -> None:
    target = replace(target, classes=2) if target.dtype == "int" else target
    run = check(sim.CosineEmbedding(margin=0.1), X, X, target, symbolic=False)
    a, b, y = (run.values[f"x{i}"] for i in range(3))
    y = torch.as_tensor(y) * (1 if target.constant else 2) - (0 if target.constant else 1)
    wanted = F.cosine_embedding_loss(a, b, y.expand(BATCH), margin=0.1, reduction="none")
    torch.testing.assert_close(run.output, wanted)


def test_contrastive_takes_truth_values() -> None:
    run = check(sim.Contrastive(margin=2.0), SCALAR.with_range(0.0), FLAG, symbolic=False)
    d, same = run.values["x0"], run.values["x1"]
    wanted = torch.where(same, d**2, F.relu(2 - d) ** 2) / 2
    torch.testing.assert_close(run.output, wanted)


def test_similarities_are_those_of_pytorch() -> None:
    run = check(sim.Triplet(margin=0.3), X, X, X)
    wanted = F.triplet_margin_loss(
        *(run.values[f"x{i}"] for i in range(3)), margin=0.3, reduction="none"
    )
    torch.testing.assert_close(run.output, wanted)
    run = check(sim.InfoNCE(temperature=0.5), X, X)
    a, b = (F.normalize(run.values[f"x{i}"]) for i in range(2))
    rows = (a @ b.T / 0.5).log_softmax(1).diag() + (b @ a.T / 0.5).log_softmax(1).diag()
    torch.testing.assert_close(run.output, -rows.mean() / 2)


def test_sparsity_is_the_formula_of_the_lecture_notes() -> None:
    run = check(lo.KLSparsity(rho=0.1), UNIT)
    wanted = 0.0
    for m in run.values["x0"].mean(0).tolist():
        wanted += 0.1 * math.log(0.1 / m) + 0.9 * math.log(0.9 / (1 - m))
    assert run.output.item() == pytest.approx(wanted, rel=1e-4)
    assert evaluated(
        lo.KLSparsity(rho=0.5).infer(UNIT).forward, None, {"x0": torch.full((BATCH, 4), 0.5)}
    ).item() == pytest.approx(0, abs=1e-6)


def test_real_numbers_are_no_mask() -> None:
    x, y = Tensor((2,), ("features",)), Tensor((), (), "int", 2)
    with pytest.raises(LayerError, match="where takes truth values, not real numbers"):
        CrossEntropy().infer(x, y, Tensor((), ()))
    assert CrossEntropy().infer(x, y, Tensor((), (), "int", 2)).outputs

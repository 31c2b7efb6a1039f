"""Draws and closed forms where parameters are numbers, weights or smaller than the draw."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import distributions as td

from specc.layers import divergence as div
from specc.layers.base import LayerError
from specc.layers.distribution import FAMILIES, number
from specc.types import Distribution, Tensor
from tests.layers.contract import BATCH, check, evaluated, tensor

X = tensor(4)
SCALE = X.with_range(0.2, 2.0)
UNIT = X.with_range(0.0, 1.0)
ONE_EACH = Tensor((), ()).with_range(0.2, 2.0)
WEIGHT = tensor(4, batched=False).with_range(0.2, 2.0)


def made(word: str, **parts: Tensor) -> Distribution:
    return FAMILIES[word].bind(parts)


def in_torch(d: Distribution, values: dict[str, Any], operand: int, rank: int = 1) -> Any:
    """The same distribution by torch, its parameters put beside items of `rank` axes."""
    parts = {}
    for name, part in d.parts:
        value = torch.as_tensor(values[f"x{operand}_{name}"], dtype=torch.float32)
        if part.batched and part.rank < rank:
            value = value.reshape(BATCH, *(1,) * (rank - part.rank), *value.shape[1:])
        parts[name] = value
    if d.family == "normal":
        given = {"std": lambda s: s, "var": torch.sqrt, "logvar": lambda v: (v / 2).exp()}
        name = next(n for n in given if n in parts)
        return td.Normal(parts["mean"], given[name](parts[name]))
    classes = {"laplace": td.Laplace, "bernoulli": td.Bernoulli, "categorical": td.Categorical}
    return classes[d.family](**parts)


NORMALS = {
    "std is a number": made("normal", mean=X, std=number(0.5)),
    "var is a number": made("normal", mean=X, var=number(4)),
    "logvar is a number": made("normal", mean=X, logvar=number(-1)),
    "mean is a number": made("normal", mean=number(2), logvar=X),
    "one scale for an item": made("normal", mean=X, std=ONE_EACH),
    "one logvar for an item": made("normal", mean=X, logvar=ONE_EACH),
    "one mean for an item": made("normal", mean=ONE_EACH, var=SCALE),
    "scale is a weight": made("normal", mean=X, std=WEIGHT),
}
OTHERS = {
    "laplace": made("laplace", loc=X, scale=SCALE),
    "laplace of width 3": made("laplace", loc=X, scale=number(3)),
    "coins": made("bernoulli", probs=UNIT),
    "odds": made("bernoulli", logits=X),
    "classes": made("categorical", logits=tensor(3, 4)),
}
ALL = {**NORMALS, **OTHERS}


@pytest.mark.parametrize("name", ALL)
def test_a_draw_and_its_mean_have_the_shape_of_an_item(name: str) -> None:
    d = ALL[name]
    family = FAMILIES[d.family]
    sizes, axes = family.shape(d)
    inference = family.sample(d, sizes, axes, like=None)
    values = {f"x0_{n}": _value(p) for n, p in d.parts}
    for code in (inference.forward, inference.in_eval):
        assert code is not None
        assert evaluated(code, None, values).shape == (BATCH, *sizes)


def _value(part: Tensor) -> Any:
    if part.constant is not None:
        return part.constant
    low = part.range.low or 0.2
    return low + torch.rand(*([BATCH] if part.batched else []), *part.sizes)


@pytest.mark.parametrize("q", ["standard", "wide", "far"])
@pytest.mark.parametrize("name", NORMALS)
def test_kl_of_normals(name: str, q: str) -> None:
    others = {
        "standard": made("normal"),
        "wide": made("normal", mean=number(1), std=number(3)),
        "far": made("normal", mean=X, std=SCALE),
    }
    run = check(div.KL(), NORMALS[name], others[q], symbolic=False)
    left, right = (in_torch(d, run.values, i) for i, d in enumerate((NORMALS[name], others[q])))
    wanted = td.kl_divergence(left, right).expand(BATCH, 4).sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


def test_kl_to_something_computed() -> None:
    p, q = made("normal"), NORMALS["one scale for an item"]
    run = check(div.KL(), p, q, symbolic=False)
    wanted = td.kl_divergence(in_torch(p, run.values, 0), in_torch(q, run.values, 1)).sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("rho", [0.05, 0.5])
def test_kl_of_coins_with_a_number(rho: float) -> None:
    p, q = made("bernoulli", probs=number(rho)), OTHERS["coins"]
    for left, right in ((p, q), (q, p)):
        run = check(div.KL(), left, right, symbolic=False)
        pair = (in_torch(d, run.values, i) for i, d in enumerate((left, right)))
        wanted = td.kl_divergence(*pair).expand(BATCH, 4).sum(1)
        torch.testing.assert_close(run.output, wanted, rtol=1e-3, atol=1e-4)


def test_kl_of_laplaces() -> None:
    p, q = OTHERS["laplace"], OTHERS["laplace of width 3"]
    for left, right in ((p, q), (q, p), (p, made("laplace"))):
        run = check(div.KL(), left, right, symbolic=False)
        pair = (in_torch(d, run.values, i) for i, d in enumerate((left, right)))
        torch.testing.assert_close(run.output, td.kl_divergence(*pair).sum(1), rtol=1e-4, atol=1e-4)


def test_probabilities_of_0_and_1_have_a_finite_kl() -> None:
    p, q = OTHERS["coins"], OTHERS["odds"]
    probs = torch.tensor([[0.0, 1.0, 0.0, 1.0]] * BATCH, requires_grad=True)
    values = {"x0_probs": probs, "x1_logits": torch.randn(BATCH, 4)}
    got = evaluated(div.KL().infer(p, q).forward, None, values)
    got.sum().backward()
    assert torch.isfinite(got).all()
    assert probs.grad is not None
    assert torch.isfinite(probs.grad).all()


@pytest.mark.parametrize("name", [n for n in ALL if n != "classes"])
def test_log_prob(name: str) -> None:
    d = ALL[name]
    x = UNIT if d.family == "bernoulli" else X
    run = check(div.LogProb(), d, x, symbolic=False)
    if d.family == "bernoulli":
        value = run.values["x1"]
        probs = in_torch(d, run.values, 0).probs
        wanted = value * probs.log() + (1 - value) * (1 - probs).log()
    else:
        wanted = in_torch(d, run.values, 0).log_prob(run.values["x1"])
    torch.testing.assert_close(run.output, wanted.sum(1), rtol=1e-4, atol=1e-4)


def test_log_prob_of_classes_along_a_sequence() -> None:
    d, x = OTHERS["classes"], Tensor((3,), ("time",), "int", 4)
    run = check(div.LogProb(), d, x, symbolic=False)
    wanted = in_torch(d, run.values, 0).log_prob(run.values["x1"]).sum(1)
    torch.testing.assert_close(run.output, wanted, rtol=1e-4, atol=1e-4)


_VARYING = [n for n in ALL if "is a number" not in n or n == "mean is a number"]


@pytest.mark.parametrize("name", [n for n in _VARYING if n != "laplace of width 3"])
def test_entropy(name: str) -> None:
    d = ALL[name]
    run = check(div.Entropy(), d, symbolic=False)
    wanted = in_torch(d, run.values, 0).entropy()
    torch.testing.assert_close(run.output, wanted.sum(1), rtol=1e-4, atol=1e-4)


def test_moments_of_exponential_draws() -> None:
    torch.manual_seed(0)
    d = made("exponential", rate=number(4))
    inference = FAMILIES["exponential"].sample(d, (8000,), ("features",), like=None)
    drawn = evaluated(inference.forward, None, {"x0_rate": 4})
    assert abs(drawn.mean().item() - 0.25) < 0.01
    assert abs(drawn.std().item() - 0.25) < 0.01
    assert torch.isfinite(drawn).all()


def test_negative_integers_are_no_class_ids() -> None:
    family = FAMILIES["integers"]
    d = family.bind({"low": number(-2), "high": number(2)})
    out = family.sample(d, (), (), like=None).output
    assert out.classes is None
    assert (out.range.low, out.range.high) == (-2, 2)


def test_every_class_of_a_weight_is_drawn() -> None:
    family = FAMILIES["categorical"]
    d = family.bind({"logits": tensor(3, batched=False)})
    code = family.sample(d, (), (), like=None).forward
    torch.manual_seed(0)
    logits = torch.tensor([0.0, 1.0, 2.0])
    drawn = torch.cat([evaluated(code, None, {"x0_logits": logits}) for _ in range(1500)])
    shares = torch.bincount(drawn, minlength=3) / len(drawn)
    torch.testing.assert_close(shares, logits.softmax(0), atol=0.03, rtol=0)


@pytest.mark.parametrize(
    ("word", "parts", "code"),
    [
        ("normal", {"mean": X, "std": X, "logvar": X}, "E202"),
        ("normal", {"mean": X, "std": number(0)}, "E204"),
        ("normal", {"mean": X, "std": tensor(5)}, "E302"),
        ("laplace", {"scale": number(-1)}, "E204"),
        ("exponential", {"rate": number(0)}, "E204"),
        ("uniform", {"low": number(2), "high": number(1)}, "E204"),
        ("integers", {"low": number(1)}, "E202"),
        ("integers", {"low": number(1), "high": number(2.5)}, "E203"),
        ("integers", {"low": number(1), "high": number(0)}, "E204"),
        ("bernoulli", {"probs": number(1.5)}, "E204"),
        ("bernoulli", {}, "E202"),
        ("categorical", {"logits": Tensor((), ())}, "E203"),
    ],
)
def test_parameters_that_do_not_fit(word: str, parts: dict[str, Tensor], code: str) -> None:
    with pytest.raises(LayerError) as caught:
        FAMILIES[word].bind(parts)
    assert caught.value.code == code


@pytest.mark.parametrize("word", ["normal", "categorical"])
def test_a_shape_that_the_parameters_do_not_have(word: str) -> None:
    d = made("normal", mean=X) if word == "normal" else OTHERS["classes"]
    with pytest.raises(LayerError) as caught:
        FAMILIES[word].sample(d, (7,), ("features",), like=None)
    assert caught.value.code == "E302"


@pytest.mark.parametrize("layer", [div.KL(), div.LogProb()])
def test_shapes_that_differ(layer: div.KL | div.LogProb) -> None:
    other = made("normal", mean=tensor(5)) if isinstance(layer, div.KL) else tensor(5)
    with pytest.raises(LayerError) as caught:
        layer.infer(made("normal", mean=X), other)
    assert caught.value.code == "E302"

"""Optimizers and schedules against torch.optim."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.nn import functional
from torch.optim import lr_scheduler

from specc.layers.code import Printer
from specc.optim import OPTIMIZERS, SCHEDULES, Optimizer
from specc.optim.plateau import ReduceOnPlateau
from specc.optim.schedule import OfStep

PRINT = Printer(lambda index, part: f"{index}{part}")
# What says how PyTorch computes, and not what.
HOW = {"params", "foreach", "maximize", "capturable", "differentiable", "fused"}


def weights(model: type[Optimizer] = Optimizer) -> list[torch.nn.Parameter]:
    torch.manual_seed(0)
    shapes = [(3, 4), (4, 2)] if model.matrices or of_tables(model) else [(3, 4), (4,)]
    return [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]


def of_tables(model: type[Optimizer]) -> bool:
    """Whether nothing but sparse gradients will do."""
    return model in OPTIMIZERS.values() and bool(model().unfit(sparse=False))


def built(optimizer: Optimizer, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    made = eval(PRINT(optimizer.call("parameters")), {"torch": torch, "parameters": parameters})
    assert isinstance(made, torch.optim.Optimizer)
    return made


def after_steps(
    optimizer: torch.optim.Optimizer, parameters: list[torch.nn.Parameter], sparse: bool = False
) -> float:
    def read(p: torch.nn.Parameter) -> torch.Tensor:
        return functional.embedding(torch.arange(len(p)), p, sparse=True) if sparse else p

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.stack([(read(p) - 1).square().sum() for p in parameters]).sum()
        value.backward()
        return value

    for _ in range(3):
        optimizer.step(loss)  # type: ignore[arg-type]
    return loss().item()


@pytest.mark.parametrize("word", OPTIMIZERS)
def test_every_setting_of_pytorch_is_there_with_its_default(word: str) -> None:
    model = OPTIMIZERS[word]
    signature = inspect.signature(getattr(torch.optim, model.torch_name))
    wanted = {n: p.default for n, p in signature.parameters.items() if n not in HOW}
    assert {n: f.default for n, f in model.model_fields.items()} == wanted


@pytest.mark.parametrize("word", OPTIMIZERS)
def test_the_printed_call_says_no_default_but_the_rate_and_learns_as_pytorch_does(
    word: str,
) -> None:
    model = OPTIMIZERS[word]
    fused = ", fused=True" if model.fused else ""
    rate = model.model_fields["lr"].default
    call = f"torch.optim.{model.torch_name}(parameters, lr={rate}{fused})"
    assert PRINT(model().call("parameters")) == call
    own, other, sparse = weights(model), weights(model), of_tables(model)
    plain = getattr(torch.optim, model.torch_name)(other)
    wanted = after_steps(plain, other, sparse)
    assert after_steps(built(model(), own), own, sparse) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    "word", [w for w, o in OPTIMIZERS.items() if o.state_per_weight or w == "adafactor"]
)
def test_state_is_as_large_as_said(word: str) -> None:
    parameters = [torch.nn.Parameter(torch.randn(50, 40))]
    optimizer = built(OPTIMIZERS[word](), parameters)
    after_steps(optimizer, parameters, of_tables(OPTIMIZERS[word]))
    state = optimizer.state_dict()["state"][0]
    kept = sum(v.numel() for v in state.values() if isinstance(v, torch.Tensor) and v.numel() > 1)
    assert kept == OPTIMIZERS[word]().kept((50, 40))


@pytest.mark.parametrize("word", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("sparse", [False, True])
def test_what_it_does_not_take_is_known_before(word: str, decay: float, sparse: bool) -> None:
    """`unfit` says so exactly where PyTorch refuses the gradients."""
    model = OPTIMIZERS[word]
    decays = "weight_decay" in model.model_fields
    optimizer = model(weight_decay=decay) if decays else model()
    parameters = [torch.nn.Parameter(torch.randn(5, 4))]
    call = PRINT(optimizer.call("parameters", sparse=sparse))
    made = eval(call, {"torch": torch, "parameters": parameters})
    try:
        after_steps(made, parameters, sparse)
        refused = False
    except RuntimeError:
        refused = True
    assert bool(optimizer.unfit(sparse)) is refused


@pytest.mark.parametrize(
    ("word", "settings", "numbers"),
    [
        ("sgd", {}, 0),
        ("sgd", {"momentum": 0.9}, 1),
        ("adam", {"amsgrad": True}, 3),
        ("rmsprop", {}, 1),
        ("rmsprop", {"momentum": 0.9, "centered": True}, 3),
    ],
)
def test_settings_that_need_more_state(
    word: str, settings: dict[str, object], numbers: float
) -> None:
    optimizer = OPTIMIZERS[word](**settings)
    parameters = [torch.nn.Parameter(torch.randn(50, 40))]
    made = built(optimizer, parameters)
    after_steps(made, parameters)
    state = made.state_dict()["state"].get(0, {})
    kept = sum(v.numel() for v in state.values() if isinstance(v, torch.Tensor) and v.numel() > 1)
    assert kept == optimizer.memory() * 2000 == numbers * 2000


@pytest.mark.parametrize(
    ("word", "settings"),
    [
        ("adam", {"lr": -1}),
        ("adam", {"lr": 0}),
        ("adam", {"betas": (0.9, 1.0)}),
        ("adam", {"beta1": 0.5}),
        ("sgd", {"nesterov": True}),
        ("sgd", {"momentum": 0.9, "dampening": 0.1, "nesterov": True}),
        ("rmsprop", {"momentum": 1.5}),
        ("lbfgs", {"line_search_fn": "armijo"}),
        ("muon", {"ns_steps": 100}),
        ("muon", {"adjust_lr_fn": "moonshot"}),
    ],
)
def test_settings_that_pytorch_would_refuse_later(word: str, settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OPTIMIZERS[word](**settings)


# ------------------------------------------------------------------ schedules

STEPS = 50
TORCH = {
    "constant": ({}, lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
    "cosine": ({}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS)),
    "cosine to a tenth": (
        {"final": 0.1},
        lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.1),
    ),
    "linear": ({}, lambda o: lr_scheduler.LinearLR(o, 1.0, 1e-9, STEPS)),
    "linear to a third": ({"final": 0.3}, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.3, STEPS)),
    "polynomial": ({"power": 2.0}, lambda o: lr_scheduler.PolynomialLR(o, STEPS, power=2.0)),
    "step": ({"every": 7, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 7, gamma=0.5)),
    "multi_step": (
        {"at": (10, 31), "gamma": 0.2},
        lambda o: lr_scheduler.MultiStepLR(o, [10, 31], gamma=0.2),
    ),
    "exponential": ({"gamma": 0.97}, lambda o: lr_scheduler.ExponentialLR(o, 0.97)),
    "constant later": (
        {"share": 0.25, "until": 9},
        lambda o: lr_scheduler.ConstantLR(o, factor=0.25, total_iters=9),
    ),
    "linear upwards": (
        {"start": 0.2, "final": 0.9},
        lambda o: lr_scheduler.LinearLR(o, 0.2, 0.9, STEPS),
    ),
    "cosine_restarts": (
        {"every": 7},
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7),
    ),
    "cosine_restarts longer": (
        {"every": 3, "growth": 2, "final": 0.1},
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.1),
    ),
    "cosine_restarts by three": (
        {"every": 2, "growth": 3},
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, 3),
    ),
    "cyclic": (
        {"rise": 6},
        lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, 6, cycle_momentum=False),
    ),
    "cyclic lower": (
        {"rise": 4, "fall": 9, "low": 0.2, "shrink": 0.5},
        lambda o: lr_scheduler.CyclicLR(
            o, 0.2, 1.0, 4, 9, mode="triangular2", cycle_momentum=False
        ),
    ),
    "cyclic fading": (
        {"rise": 5, "gamma": 0.98},
        lambda o: lr_scheduler.CyclicLR(
            o, 0.1, 1.0, 5, mode="exp_range", gamma=0.98, cycle_momentum=False
        ),
    ),
    "cosine over some": ({"over": 20}, lambda o: lr_scheduler.CosineAnnealingLR(o, 20)),
    "linear over some": (
        {"start": 0.5, "final": 0.25, "over": 20},
        lambda o: lr_scheduler.LinearLR(o, 0.5, 0.25, 20),
    ),
    "polynomial over some": (
        {"power": 3, "over": 20},
        lambda o: lr_scheduler.PolynomialLR(o, 20, power=3),
    ),
    "one_cycle": ({}, lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=STEPS)),
    "one_cycle straight": (
        {"anneal": "linear", "rise": 0.4, "start": 0.1, "final": 1e-3},
        lambda o: lr_scheduler.OneCycleLR(
            o,
            1.0,
            total_steps=STEPS,
            anneal_strategy="linear",
            pct_start=0.4,
            div_factor=10,
            final_div_factor=100,
        ),
    ),
    "one_cycle in three": (
        {"three_phase": True},
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=STEPS, three_phase=True),
    ),
    "one_cycle in three straight": (
        {"three_phase": True, "anneal": "linear", "rise": 0.2},
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, total_steps=STEPS, three_phase=True, anneal_strategy="linear", pct_start=0.2
        ),
    ),
}


OF_STEP: dict[str, type[OfStep]] = {w: s for w, s in SCHEDULES.items() if issubclass(s, OfStep)}


def factors(schedule: OfStep, steps: int = STEPS) -> list[float]:
    code = compile(schedule.factor(), schedule.word, "eval")
    return [eval(code, {"math": math, "step": s, "steps": steps}) for s in range(steps)]


@pytest.mark.parametrize("name", TORCH)
def test_a_schedule_is_that_of_pytorch(name: str) -> None:
    settings, scheduler = TORCH[name]
    optimizer = torch.optim.SGD(weights(), lr=1.0)
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = scheduler(optimizer)
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            peer.step()
    assert factors(OF_STEP[name.split(maxsplit=1)[0]](**settings)) == pytest.approx(rates, abs=1e-6)


def by_body(schedule: OfStep, steps: int) -> list[float]:
    lines = "".join(f"\n    {line}" for line in schedule.body())
    names: dict[str, Any] = {"math": math}
    exec(f"def factor(step, steps):{lines}", names)
    return [names["factor"](s, steps) for s in range(steps)]


def momenta(schedule: OfStep, steps: int) -> list[float]:
    lines = "".join(f"\n    {line}" for line in schedule.momentum_body())
    names: dict[str, Any] = {"math": math}
    exec(f"def momentum(step, steps):{lines}", names)
    return [names["momentum"](s, steps) for s in range(steps)]


MOVED: dict[str, tuple[str, dict[str, Any], Callable[[torch.optim.Optimizer], Any]]] = {
    "two phases": (
        "one_cycle",
        {},
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=STEPS),
    ),
    "three phases": (
        "one_cycle",
        {"three_phase": True, "anneal": "linear"},
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, total_steps=STEPS, three_phase=True, anneal_strategy="linear"
        ),
    ),
    "triangles": (
        "cyclic",
        {"rise": 4, "fall": 9, "shrink": 0.5},
        lambda o: lr_scheduler.CyclicLR(
            o, 0.1, 1.0, 4, 9, mode="triangular2", base_momentum=0.85, max_momentum=0.95
        ),
    ),
}


@pytest.mark.parametrize("case", MOVED)
def test_a_momentum_moves_as_in_pytorch(case: str) -> None:
    word, settings, scheduler = MOVED[case]
    optimizer = torch.optim.SGD(weights(), lr=1.0, momentum=0.9)
    wanted = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = scheduler(optimizer)
        for _ in range(STEPS):
            wanted.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            peer.step()
    made = OF_STEP[word](momentum=(0.95, 0.85), **settings)
    assert momenta(made, STEPS) == pytest.approx(wanted, abs=1e-6)


REQUIRED = {
    "step": {"every": 3},
    "cosine_restarts": {"every": 5, "growth": 2},
    "multi_step": {"at": (4,)},
    "exponential": {"gamma": 0.9},
}


@given(st.sampled_from(sorted(OF_STEP)), st.integers(1, 200), st.integers(1, 60))
def test_a_schedule_never_leaves_0_to_1(word: str, steps: int, warmup: int) -> None:
    schedule = OF_STEP[word](warmup=warmup, **REQUIRED.get(word, {}))
    assert all(0 <= f <= 1 + 1e-9 for f in factors(schedule, steps))


@pytest.mark.parametrize("anneal", ["cosine", "linear"])
@pytest.mark.parametrize("warmup", [0, 5])
def test_three_phases_agree_too(anneal: str, warmup: int) -> None:
    schedule = OF_STEP["one_cycle"](three_phase=True, anneal=anneal, warmup=warmup)
    assert by_body(schedule, 40) == pytest.approx(factors(schedule, 40))


@pytest.mark.parametrize("warmup", [1, 10])
@pytest.mark.parametrize("word", OF_STEP)
def test_the_function_and_the_expression_agree(word: str, warmup: int) -> None:
    schedule = OF_STEP[word](warmup=warmup, **REQUIRED.get(word, {}))
    assert by_body(schedule, 40) == pytest.approx(factors(schedule, 40))


@pytest.mark.parametrize("word", OF_STEP)
def test_a_warmup_begins_small_and_is_over_after_its_steps(word: str) -> None:
    settings = REQUIRED.get(word, {})
    warm = factors(OF_STEP[word](warmup=10, **settings))
    assert warm[0] <= 0.1
    if word != "inverse_sqrt":
        cold = factors(OF_STEP[word](**settings))
        assert warm[9:] == pytest.approx(cold[9:])


def test_the_schedule_of_the_transformer() -> None:
    """Vaswani et al. 2017, equation 3, as a share of its highest rate."""
    warmup, model = 20, 512
    wanted = [model**-0.5 * min((s + 1) ** -0.5, (s + 1) * warmup**-1.5) for s in range(STEPS)]
    top = max(wanted)
    got = factors(OF_STEP["inverse_sqrt"](warmup=warmup))
    assert got == pytest.approx([w / top for w in wanted])


def test_the_plateau_is_that_of_pytorch_with_all_its_settings() -> None:
    signature = inspect.signature(lr_scheduler.ReduceLROnPlateau)
    wanted = {
        n: p.default for n, p in signature.parameters.items() if n not in ("optimizer", "mode")
    }
    fields = {n: f.default for n, f in ReduceOnPlateau.model_fields.items()}
    assert {n: v for n, v in fields.items() if n not in ("watch", "mode")} == wanted
    text = PRINT(ReduceOnPlateau(patience=2, cooldown=1).call("max"))
    names = {"partial": partial, "ReduceLROnPlateau": lr_scheduler.ReduceLROnPlateau}
    made = eval(text, names)(torch.optim.SGD(weights(), lr=1.0))
    assert (made.mode, made.patience, made.cooldown) == ("max", 2, 1)
    for value in (0.5, 0.5, 0.5, 0.5):
        made.step(value)
    assert made.get_last_lr() == [pytest.approx(0.1)]

"""Objective terms: each compiles, equals its formula by hand, has gradients, and is logged by name."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from specc.emit.package import package, write
from specc.pipeline import compile_text

SPEC = """specc 1

param beta = 4.0
param rho = 0.1

encoder Encoder {{
    in x: vector[64]
    h = x -> linear(16) as hidden -> sigmoid
    out mu = h -> linear(4) as mean
    out logvar = h -> linear(4) as spread
}}
decoder Decoder {{
    in z: vector[4]
    z -> linear(16) as hidden -> relu as h -> linear(64) as pixels -> sigmoid
}}
discriminator D {{
    in x: vector[64]
    x -> linear(8) as first -> leaky_relu(0.2) as features -> linear(1) as score
}}
encoder Embed {{
    in x: vector[64]
    x -> linear(3) as code
}}
train T {{
    data {data}
    {body}
    optimizer adam(lr=1e-3)
    batch 32
}}
"""


@dataclass
class Run:
    """The generated objective with a batch, and its terms."""

    model: Any
    batch: tuple[Tensor, ...]
    terms: dict[str, Tensor]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


def built(body: str, folder: Path, data: str = "digits(flat=true) as x, label") -> Run:
    text = SPEC.format(data=data, body=body.replace("\n", "\n    "))
    compiled = compile_text(text, "model.spec")
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]
    write(compiled.program, folder)
    train = imported(folder)
    torch.manual_seed(0)
    model = train.T()
    batch = train.load()["train"].rows(0, 32).fields()
    learnt_from = inspect.signature(model.forward).parameters
    torch.manual_seed(1)
    return Run(model, batch, model(*batch[: len(learnt_from)]))


def imported(folder: Path) -> Any:
    """The package's train.py; its neighbours are imported anew."""
    for name in ("data", "model", "pictures", "judge", "trainer"):
        sys.modules.pop(name, None)
    spec = importlib.util.spec_from_file_location(f"train_{id(folder)}", folder / "train.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(made)
    finally:
        sys.path.remove(str(folder))
    return made


def kl(p: float, q: Tensor) -> Tensor:
    return p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()


def sparsity(r: Run) -> Tensor:
    return kl(0.1, r.encoder.hidden(r.batch[0]).sigmoid().mean(0)).sum()


def closed_kl(r: Run) -> Tensor:
    mu, logvar = r.encoder(r.batch[0])
    return (-0.5 * (1 + logvar - mu**2 - logvar.exp())).sum(1).mean()


def normal_nll(r: Run) -> Tensor:
    mu, _ = r.encoder(r.batch[0])
    z = 0.5 * (r.batch[0] - r.decoder(mu)) ** 2 / 0.15**2
    return (z + 0.5 * math.log(2 * math.pi * 0.15**2)).sum(1).mean()


def sampled_kl(r: Run) -> Tensor:
    """With the same noise: ln q(z) − ln p(z)."""
    mu, logvar = r.encoder(r.batch[0])
    torch.manual_seed(1)
    e = torch.randn_like(mu)
    z = mu + (0.5 * logvar).exp() * e
    return (0.5 * z**2 - 0.5 * logvar - 0.5 * e**2).sum(1).mean()


def features(d: Any, x: Tensor) -> Tensor:
    return F.leaky_relu(d.first(x), 0.2)


def matching(r: Run) -> Tensor:
    x = r.batch[0]
    gap = features(r.d, x).mean(0) - features(r.d, r.decoder(r.encoder(x)[0])).mean(0)
    return (gap**2).mean()


def perceptual(r: Run) -> Tensor:
    x = r.batch[0]
    return (features(r.d, x) - features(r.d, r.decoder(r.encoder(x)[0]))).abs().mean()


def critic(r: Run) -> tuple[Tensor, Tensor]:
    x = r.batch[0]
    return r.d(x), r.d(r.decoder(r.encoder(x)[0]))


def margin(r: Run) -> Tensor:
    a, b, same = r.batch
    d = (r.embed(a) - r.embed(b) + 1e-6).pow(2).sum(1).sqrt()
    return (same * d**2 / 2 + (1 - same) * (2 - d).clamp(min=0) ** 2 / 2).mean()


AUTO = "mu, logvar = Encoder(x)\nx_hat = Decoder(mu)\n"
DRAW = "mu, logvar = Encoder(x)\nq = normal(mu, logvar=logvar)\nz ~ q\nx_hat = Decoder(z)\n"
GAN = "mu, _ = Encoder(x)\nfake = Decoder(mu)\nr = D(x)\nf = D(fake)\n"
PAIRS = "pairs(digits(flat=true), each=1) as a, b, same"

TERMS: dict[str, tuple[str, str, Callable[[Run], Tensor | float]]] = {
    "L1 on a weight": (
        f"{AUTO}minimize mse(x_hat, x) + 1e-3 * sum(abs(Encoder.hidden.weight))",
        "weighted_sum_abs", lambda r: 1e-3 * r.encoder.hidden.weight.abs().sum()),
    "L1 on a weight as a norm": (
        f"{AUTO}minimize mse(x_hat, x) + 1e-3 * norm(Encoder.hidden.weight, p=1)",
        "weighted_norm", lambda r: 1e-3 * r.encoder.hidden.weight.norm(p=1)),
    "L2 on a weight": (
        f"{AUTO}minimize mse(x_hat, x) + 1e-3 * sum(Encoder.hidden.weight^2)",
        "weighted_sum_hidden_weight", lambda r: 1e-3 * (r.encoder.hidden.weight**2).sum()),
    "L2 on two weights": (
        (f"{AUTO}minimize mse(x_hat, x)"
        " + 1e-3 * (sum(Encoder.hidden.weight^2) + sum(Decoder.pixels.weight^2))"),
        "term2",
        lambda r: 1e-3 * sum((w**2).sum() for w in (r.encoder.hidden.weight, r.decoder.pixels.weight))),
    "L1 on an activation": (
        f"{AUTO}minimize mse(x_hat, x) + 1e-3 * mean(abs(Encoder.h))",
        "weighted_mean_abs", lambda r: 1e-3 * r.encoder.hidden(r.batch[0]).sigmoid().abs().mean()),
    "KL sparsity": (
        f"{AUTO}minimize mse(x_hat, x) + 1e-3 * kl_sparsity(Encoder.h, rho=rho)",
        "weighted_kl_sparsity", lambda r: 1e-3 * sparsity(r)),
    "KL sparsity by hand": (
        (f"{AUTO}m = mean(Encoder.h, axis=batch)\nminimize mse(x_hat, x)"
        " + 1e-3 * sum(rho * log(rho / m) + (1 - rho) * log((1 - rho) / (1 - m)))"),
        "weighted_sum", lambda r: 1e-3 * sparsity(r)),
    "weighted KL": (
        f"{DRAW}minimize bce(x_hat, x, reduction=sum) + beta * kl(q, normal(0, 1))",
        "weighted_kl", lambda r: 4 * closed_kl(r)),
    "KL by hand": (
        (f"{DRAW}minimize bce(x_hat, x, reduction=sum)"
        " + beta * -0.5 * sum(1 + logvar - mu^2 - exp(logvar))"),
        "weighted_sum", lambda r: 4 * closed_kl(r)),
    "sampled KL": (
        f"{DRAW}minimize bce(x_hat, x, reduction=sum) + (log_prob(q, z) - log_prob(normal(0, 1), z))",
        "term2", sampled_kl),
    "sampled KL, two terms": (
        f"{DRAW}minimize bce(x_hat, x, reduction=sum) + log_prob(q, z) - log_prob(normal(0, 1), z)",
        "log_prob_q+minus_log_prob", sampled_kl),
    "Gaussian likelihood": (
        f"{AUTO}minimize -log_prob(normal(x_hat, std=0.15), x)", "minus_log_prob", normal_nll),
    "Gaussian likelihood as a loss": (
        f"{AUTO}minimize gaussian_nll(x_hat, x, 0.0225, full=true, reduction=sum)",
        "gaussian_nll", normal_nll),
    "hinge, real": (
        f"{GAN}minimize hinge(r, 1) + hinge(f, -1)", "hinge_r", lambda r: F.relu(1 - critic(r)[0]).mean()),
    "hinge, fake": (
        f"{GAN}minimize hinge(r, 1) + hinge(f, -1)",
        "hinge_f", lambda r: F.relu(1 + critic(r)[1]).mean()),
    "Wasserstein": (
        f"{GAN}minimize mean(f) - mean(r)",
        "mean_f+minus_mean_r", lambda r: critic(r)[1].mean() - critic(r)[0].mean()),
    "a number beside a similarity": (
        f"{AUTO}minimize 1 - mean(cosine_similarity(x_hat, x))",
        "constant+minus_mean_cosine_similarity",
        lambda r: 1 - F.cosine_similarity(r.decoder(r.encoder(r.batch[0])[0]), r.batch[0]).mean()),
    "a parameter added": (f"{AUTO}minimize mse(x_hat, x) + beta", "beta", lambda _: torch.tensor(4.0)),
    "feature matching": (
        f"{GAN}minimize mse(mean(f.features, axis=batch), mean(r.features, axis=batch))",
        "mse", matching),
    "inner stages of two calls": (
        f"{GAN}minimize l1(f.features, r.features)", "l1", perceptual),
    "margin": (
        "d = distance(Embed(a), Embed(b))\nminimize contrastive(d, same, margin=2)",
        "contrastive", margin),
    "margin by hand": (
        ("d = distance(Embed(a), Embed(b))\n"
        "minimize mean(same * d^2 / 2 + (1 - same) * max(0, 2 - d)^2 / 2)"),
        "mean", margin),
    "a weight for each item": (
        f"{AUTO}minimize mean((label != 0) * mse(x_hat, x))",
        "mean_mse", lambda r: (r.batch[1].ne(0) * (r.decoder(r.encoder(r.batch[0])[0]) - r.batch[0])
                           .pow(2).mean(1)).mean()),
}  # fmt: skip


@pytest.mark.parametrize(("body", "name", "formula"), TERMS.values(), ids=TERMS)
def test_a_term_equals_its_formula(
    body: str, name: str, formula: Callable[[Run], Tensor], tmp_path: Path
) -> None:
    data = PAIRS if "Embed" in body else "digits(flat=true) as x, label"
    run = built(body, tmp_path, data)
    assert set(name.split("+")) <= set(run.terms), list(run.terms)
    value = sum(run.terms[n] for n in name.split("+"))
    expected = formula(run)
    assert torch.allclose(value, torch.as_tensor(expected), rtol=1e-4, atol=1e-6), (value, expected)
    sum(run.terms.values()).backward()  # type: ignore[union-attr]
    gradients = [p.grad for p in run.parameters() if p.grad is not None]
    assert gradients
    assert all(g.isfinite().all() for g in gradients)


def test_a_loss_does_not_take_the_name_of_what_it_compares() -> None:
    text = """specc 1

## Says what it is.
encoder F {
    in x: sequence[N, 64]
    x -> linear(16)
}
## Another one.
network G {
    in x: vector[64]
    x -> linear(64)
}
train T {
    data episodes(digits(flat=true), ways=2, shots=2) as x, label, query, answer
    e = F(x)
    minimize 2 * mean(triplet(e[0], e[1], e[2], margin=0.5))
    optimizer adam(lr=1e-3)
}
"""
    program = compile_text(text).program
    assert program is not None
    files = package(program)
    assert "part = e[:, 0]" in files["train.py"]
    assert "part = F." not in files["train.py"]
    assert '"weighted_mean_triplet"' in files["train.py"]
    head = files["model.py"].partition("from __future__")[0]
    assert "Says what it is." not in head  # it is said of one network
    assert files["model.py"].count("Says what it is.") == 1


def test_values_without_a_name_are_called_what_they_are() -> None:
    text = """specc 1

network Net {
    in x: vector[64]
    x -> linear(10)
}
train T {
    data digits(flat=true) as x, label
    logits = Net(x)
    minimize cross_entropy(logits, label, weight=[1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    optimizer adam()
    metric accuracy(softmax(logits), label)
}
"""
    program = compile_text(text).program
    assert program is not None
    train = package(program)["train.py"]
    assert "cross_entropy = F.cross_entropy(" in train
    assert "softmax, label = outputs" in train
    assert "logits = F." not in train


@pytest.mark.parametrize("text", ["0", "-1", "2.5", "many"])
def test_a_run_counts_in_whole_numbers_from_1(text: str) -> None:
    program = compile_text(PLAIN).program
    assert program is not None
    tree = ast.parse(package(program)["trainer.py"])
    [count] = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "count"]
    names: dict[str, Any] = {"argparse": argparse}
    exec(compile(ast.Module([count], []), "trainer.py", "exec"), names)
    assert names["count"]("12") == 12
    with pytest.raises(argparse.ArgumentTypeError, match=f"{text} is no whole number from 1"):
        names["count"](text)


PLAIN = """specc 1

network Net {
    in x: vector[64]
    x -> linear(10)
}
train T {
    data digits(flat=true) as x, label
    minimize cross_entropy(Net(x), label)
    optimizer adam()
}
"""

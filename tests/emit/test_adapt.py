"""`adapt`: weights of their own for each item, and the gradient through the inner steps."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.func import functional_call
from torch.nn import functional

from specc.emit.package import package
from specc.pipeline import compile_text

SPEC = """specc 1

network Net {{
    in x: sequence[10, 1]
    x -> linear(8) -> tanh -> linear(1)
}}
train Meta {{
    data sinusoids(shots=10, examples=50) as x, y, query, answer
    Fast = adapt(Net, minimize={inner}, {settings})
    minimize mse(Fast(query), answer)
    optimizer adam(lr=1e-3)
    batch 5
}}
"""


def built(folder: Path, settings: str, inner: str = "mse(Net(x), y)") -> Any:
    compiled = compile_text(SPEC.format(settings=settings, inner=inner))
    assert [d.message for d in compiled.diagnostics] == []
    assert compiled.program is not None
    for name, text in package(compiled.program).items():
        folder.joinpath(name).write_text(text, encoding="utf-8")
    for name in ("data", "model", "trainer", "train"):
        sys.modules.pop(name, None)
    sys.path.insert(0, str(folder))
    try:
        found = importlib.util.spec_from_file_location("train", folder / "train.py")
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        made, batch = module.Meta, module.load()["train"].rows(0, 5).fields()
    finally:
        sys.path.remove(str(folder))
        for name in ("data", "model", "trainer", "train"):
            sys.modules.pop(name, None)
    torch.manual_seed(0)
    return made(), batch


def by_hand(net: Any, batch: Any, lr: float, steps: int, first_order: bool) -> torch.Tensor:
    losses = []
    for x, y, query, answer in zip(*batch, strict=True):
        weights = dict(net.named_parameters())
        for _ in range(steps):
            loss = functional.mse_loss(functional_call(net, weights, (x[None],)), y[None])
            slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=not first_order)
            weights = {n: w - lr * s for (n, w), s in zip(weights.items(), slopes, strict=True)}
        losses.append(functional.mse_loss(functional_call(net, weights, (query,)), answer))
    return torch.stack(losses).mean()


@pytest.mark.parametrize(("steps", "first_order"), [(1, False), (3, False), (2, True)])
def test_it_is_descent_by_hand_with_its_gradient(
    tmp_path: Path, steps: int, first_order: bool
) -> None:
    order = ", first_order=true" if first_order else ""
    model, batch = built(tmp_path, f"lr=0.1, steps={steps}{order}")
    [ours] = model(*batch).values()
    theirs = by_hand(model.net, batch, 0.1, steps, first_order)
    torch.testing.assert_close(ours, theirs)
    weights = list(model.net.parameters())
    for a, b in zip(
        torch.autograd.grad(ours, weights), torch.autograd.grad(theirs, weights), strict=True
    ):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("adapt(Net, lr=0.1)", "E202"),
        ("adapt(x, minimize=mse(Net(x), y))", "E203"),
        ("adapt(Net, minimize=mse(Net(x), y), lr=0)", "E204"),
        ("adapt(Net, minimize=mse(Net(x), y), rate=0.1)", "E202"),
        ("adapt(Net, minimize=mse(x, y))", "E510"),
        ("adapt(Net, minimize=square(Net(x) - y))", "E508"),
    ],
)
def test_what_cannot_be_adapted_is_refused(text: str, code: str) -> None:
    whole = SPEC.format(settings="lr=0.1", inner="mse(Net(x), y)")
    changed = whole.replace("adapt(Net, minimize=mse(Net(x), y), lr=0.1)", text)
    assert {d.code for d in compile_text(changed).diagnostics if d.code.startswith("E")} == {code}

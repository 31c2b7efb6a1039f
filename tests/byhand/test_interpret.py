"""Every layer worked by hand gives torch's numbers and torch's gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch

from specc.byhand.array import Array
from specc.byhand.gradient import gradients
from specc.byhand.interpret import ByHandError, Interpreter
from specc.byhand.scalar import add, given, multiply
from specc.layers import recurrent as r
from specc.layers import registry
from specc.layers import softmax as s
from specc.layers.base import Layer, Operand
from specc.layers.distribution import FAMILIES
from specc.layers.divergence import KL, LogProb
from specc.types import Distribution, Tensor
from tests.layers import test_activation, test_everything, test_losses, test_margin
from tests.layers.contract import build, evaluated, sequence, tensor, values_of

RANDOM = {
    "alpha_dropout",
    "feature_alpha_dropout",
    "gaussian_noise",
    "dropout",
    "channel_dropout",
    "rrelu",
}
NOT_BY_HAND = {"weight_norm", "spectral_norm", "masked"}
X = tensor(4)
NORMAL = FAMILIES["normal"].bind({"mean": X, "logvar": X})
OTHER = FAMILIES["normal"].bind({"mean": X, "std": X.with_range(0.1, 2.0)})
COINS = FAMILIES["bernoulli"].bind({"logits": X})
CHANCES = FAMILIES["bernoulli"].bind({"probs": X.with_range(0.0, 1.0)})
CLASSES = FAMILIES["categorical"].bind({"logits": X})
DISTRIBUTIONS: list[tuple[Layer, tuple[Operand, ...]]] = [
    (KL(), (NORMAL, FAMILIES["normal"].bind({}))),
    (KL(), (NORMAL, OTHER)),
    (KL(), (COINS, CHANCES)),
    (KL(), (CLASSES, CLASSES)),
    (LogProb(), (NORMAL, X)),
    (LogProb(), (CLASSES, Tensor((), (), "int", 4))),
]
ACTIVATIONS: list[tuple[Layer, tuple[Operand, ...]]] = [
    *((layer, (x,)) for layer, _ in test_activation.POINTWISE for x in (tensor(7), tensor(4, 2, 3))),
    *((layer, (x,)) for layer in (s.Softmax(), s.LogSoftmax(), s.Softmin(), s.GLU(), s.Maxout(pieces=2))
      for x in (tensor(8), sequence(3, 4))),
]  # fmt: skip
RECURRENT: list[tuple[Layer, tuple[Operand, ...]]] = [
    *((cls(units=3, **more), (sequence(4, 2),)) for cls in (r.RNN, r.LSTM, r.GRU) for more in (
        {}, {"keep": "last"}, {"reverse": True}, {"bidirectional": True}, {"bias": False},
        {"layers": 2, "keep": "last"}, {"bidirectional": True, "keep": "last", "layers": 2})),
    (r.LSTM(units=4, projection=2), (sequence(3, 2),)),
    (r.RNN(units=3, nonlinearity="relu"), (sequence(3, 2),)),
]  # fmt: skip
CASES = [
    (layer, operands)
    for layer, operands in (
        *test_everything.CASES, *test_losses.CASES, *test_margin.CASES, *ACTIVATIONS, *RECURRENT,
        *DISTRIBUTIONS,
    )
    if layer.word not in RANDOM | NOT_BY_HAND and not getattr(layer, "antialias", False)
]  # fmt: skip


def as_hand(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return Array(tuple(value.shape), tuple(given(float(v)) for v in value.detach().flatten()))
    return value


def hand_operands(operands: tuple[Operand | None, ...], values: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for index, operand in enumerate(operands):
        if isinstance(operand, Distribution):
            found.append({n: as_hand(values[f"x{index}_{n}"]) for n, _ in operand.parts})
        else:
            found.append(as_hand(values.get(f"x{index}")))
    return found


def arrays(operands: list[Any]) -> list[Array]:
    flat = [v for o in operands for v in (o.values() if isinstance(o, dict) else [o])]
    return [v for v in flat if isinstance(v, Array)]


def doubled(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.double().requires_grad_()
    return value


@pytest.mark.parametrize(("layer", "operands"), CASES, ids=lambda v: getattr(v, "word", ""))
def test_by_hand_is_torch(layer: Layer, operands: tuple[Operand | None, ...]) -> None:
    torch.manual_seed(0)
    inference = layer.infer(*operands)
    module = build(inference)
    values = {k: doubled(v) for k, v in values_of(operands).items()}
    if module is not None:
        module = module.double()
        for parameter in module.parameters():
            torch.nn.init.uniform_(parameter, -1, 1)
    # Read first: an embedding with max_norm shortens its rows in the forward pass.
    weights = {n: as_hand(p) for n, p in (module.named_parameters() if module else ())}
    want = evaluated(inference.forward, module, values)
    hand = hand_operands(operands, values)
    if module is not None and getattr(module, "dropout", 0):
        module.eval()
        want = evaluated(inference.forward, module, values)
    have = Interpreter(hand, inference.module, weights)(inference.forward)
    assert have.sizes == tuple(want.shape)
    close(have, want)
    if want.requires_grad:
        compare_gradients(have, want, hand, weights, values, module)


def close(have: Array, want: torch.Tensor) -> None:
    found = torch.tensor([float(v) for v in have.values], dtype=torch.float64)
    torch.testing.assert_close(
        found, want.detach().double().flatten(), rtol=1e-6, atol=1e-6, equal_nan=True
    )


def compare_gradients(
    have: Array, want: torch.Tensor, hand: list[Any], weights: Mapping[str, Array],
    values: Mapping[str, Any], module: torch.nn.Module | None,
) -> None:  # fmt: skip
    shares = torch.rand(want.shape, dtype=torch.float64)
    (want * shares).sum().backward()
    root = add(
        *(multiply(x, given(float(s))) for x, s in zip(have.items, shares.flatten(), strict=True))
    )
    slopes = gradients(root)
    tensors = [v for v in values.values() if isinstance(v, torch.Tensor)]
    pairs = [*zip(arrays(hand), tensors, strict=True)]
    pairs += [(weights[n], p) for n, p in (module.named_parameters() if module else ())]
    for array, leaf in pairs:
        if leaf.grad is not None:
            found = [float(slopes.get(x, 0)) for x in array.items]
            torch.testing.assert_close(
                torch.tensor(found, dtype=torch.float64),
                leaf.grad.to_dense().flatten(),
                rtol=1e-6,
                atol=1e-6,
                equal_nan=True,
            )


def test_a_random_layer_says_so() -> None:
    layer = registry.get("gaussian_noise")
    assert layer is not None
    inference = layer(std=1.0).infer(X)  # type: ignore[call-arg]
    with pytest.raises(ByHandError, match="random"):
        Interpreter([as_hand(torch.ones(1, 4))], None, {})(inference.forward)


def test_infinities_are_numbers_like_others() -> None:
    exp = registry.get("exp")
    assert exp is not None
    result = Interpreter([as_hand(torch.tensor([[1e4]]))])(exp().infer(tensor(1)).forward)
    assert result.values == (math.inf,)

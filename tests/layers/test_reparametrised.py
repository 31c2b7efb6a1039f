from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.layers.base import Layer, LayerError
from specc.layers.conv import Conv, ConvTranspose
from specc.layers.dense import Bilinear, Linear
from specc.layers.rectifier import ReLU
from specc.layers.reparametrised import Masked, SpectralNorm, WeightNorm
from tests.layers.contract import Run, check, printed, tensor

MAPS = {1: tensor(4, 9), 2: tensor(4, 6, 5), 3: tensor(4, 3, 4, 2)}
DIM = st.sampled_from([None, 0, 1])


@given(rank=st.integers(1, 3), dim=DIM, bias=st.booleans(), transposed=st.booleans())
@settings(max_examples=25, deadline=None)
def test_any_convolution(rank: int, dim: int | None, bias: bool, transposed: bool) -> None:
    kind = ConvTranspose if transposed else Conv
    layer = kind(channels=6, kernel=2, bias=bias)
    check(WeightNorm(layer=layer, dim=dim), MAPS[rank])
    check(SpectralNorm(layer=layer, dim=dim, n_power_iterations=2), MAPS[rank])


def test_the_count_has_a_length_for_each_output() -> None:
    made = WeightNorm(layer=Conv(channels=64, kernel=3)).infer(tensor(3, 8, 8))
    assert made.count is not None
    assert made.count.working() == "(3·3·3 + 1)·64 + 64 = 1,856"
    assert made.output.sizes == (64, 6, 6)
    assert printed(made.module) == "nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 64, 3))"
    names = [p.name for p in made.parameters]
    assert names == [
        "bias",
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
    ]


def test_spectral_norm_learns_no_more() -> None:
    layer = SpectralNorm(layer=Linear(features=3), eps=1e-6)
    made = check(layer, tensor(5)).inference
    assert made.count is not None
    assert made.count.working() == "(5 + 1)·3 = 18"
    assert printed(made.module) == (
        "nn.utils.parametrizations.spectral_norm(nn.Linear(5, 3), eps=1e-06)"
    )


def weight(run: Run) -> torch.Tensor:
    assert isinstance(run.module, (nn.Linear, nn.Conv2d))
    return run.module.weight.detach()


def test_what_the_weight_becomes() -> None:
    run = check(WeightNorm(layer=Linear(features=3)), tensor(5))
    assert run.module is not None
    lengths = run.module.get_parameter("parametrizations.weight.original0").detach()
    torch.testing.assert_close(weight(run).norm(dim=1, keepdim=True), lengths)
    run = check(SpectralNorm(layer=Linear(features=3), n_power_iterations=50), tensor(5))
    largest = torch.linalg.matrix_norm(weight(run), 2)
    torch.testing.assert_close(largest, torch.tensor(1.0), atol=1e-3, rtol=0)


@pytest.mark.parametrize("layer", [ReLU(), Bilinear(features=3)])
def test_a_layer_with_one_operand_and_a_weight(layer: Layer) -> None:
    with pytest.raises(LayerError, match=f"{layer.word} is none") as found:
        WeightNorm(layer=layer).infer(tensor(5))
    assert (found.value.code, found.value.argument) == ("E203", "layer")


def test_an_axis_that_the_weight_has_not() -> None:
    with pytest.raises(LayerError, match="the weight has 2 axes, there is no 4"):
        WeightNorm(layer=Linear(features=3), dim=4).infer(tensor(5))


def test_what_the_layer_inside_refuses() -> None:
    with pytest.raises(LayerError, match="a 7×7 kernel does not fit"):
        WeightNorm(layer=Conv(channels=3, kernel=7)).infer(tensor(4, 6, 5))


KEEP = ((1, 0, 0, 1, 1), (0, 0, 1, 1, 0), (1, 1, 1, 0, 0))


def test_a_mask_holds_weights_at_zero() -> None:
    run = check(Masked(layer=Linear(features=3), keep=KEEP), tensor(5))
    assert torch.equal(weight(run) != 0, torch.tensor(KEEP) != 0)
    assert run.inference.count is not None
    assert run.inference.count.value == 18
    assert run.inference.conventions["textbook"].count.value == 8 + 3


def test_a_mask_of_a_kernel_is_for_all_channels() -> None:
    layer = Conv(channels=6, kernel=3, bias=False)
    run = check(Masked(layer=layer, keep=((1, 1, 1), (1, 0, 0), (0, 0, 0))), tensor(4, 8, 8))
    assert run.inference.conventions["textbook"].count.value == 4 * 4 * 6


def test_what_is_masked_is_not_learnt() -> None:
    run = check(Masked(layer=Linear(features=3), keep=KEEP), tensor(5))
    assert run.module is not None
    run.module(torch.rand(7, 5)).sum().backward()
    (original,) = (p for n, p in run.module.named_parameters() if n.endswith("original"))
    assert original.grad is not None
    assert torch.equal(original.grad != 0, torch.tensor(KEEP) != 0)


@pytest.mark.parametrize(
    "keep", [((1, 0), (1,)), ((1, 0),), (1, 0, 1), (((1, 0, 0, 1, 1),) * 3,) * 2]
)
def test_a_mask_that_does_not_fit(keep: object) -> None:
    with pytest.raises(LayerError, match="the weight is 3×5, the mask"):
        Masked.model_validate({"layer": Linear(features=3), "keep": keep}).infer(tensor(5))

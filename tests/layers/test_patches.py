"""Windows side by side: PyTorch's values, and what does not fit."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from specc.layers.base import Layer, LayerError
from specc.layers.patches import ChannelShuffle, Fold, Unfold
from specc.types import Tensor
from tests.layers.contract import check, tensor


@given(
    sizes=st.tuples(st.integers(4, 9), st.integers(4, 9)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
)
@settings(max_examples=30, deadline=None)
def test_fold_undoes_unfold_up_to_how_often_a_place_is_seen(
    sizes: tuple[int, int], kernel: tuple[int, int], stride: int, padding: int
) -> None:
    options = {"kernel": kernel, "stride": stride, "padding": padding}
    there = check(Unfold.model_validate(options), tensor(2, *sizes))
    back = check(Fold.model_validate({**options, "size": sizes}), there.inference.output)
    assert back.inference.output.sizes == (2, *sizes)
    torch.testing.assert_close(
        there.output, nn.Unfold(kernel, padding=padding, stride=stride)(there.values["x0"])
    )
    torch.testing.assert_close(
        back.output, nn.Fold(sizes, kernel, padding=padding, stride=stride)(back.values["x0"])
    )


def test_channels_are_shuffled_as_in_pytorch() -> None:
    run = check(ChannelShuffle(groups=3), tensor(6, 4, 4))
    torch.testing.assert_close(run.output, nn.ChannelShuffle(3)(run.values["x0"]))


def test_the_working_of_unfold() -> None:
    made = Unfold(kernel=2, stride=2).infer(tensor(3, 8, 6))
    channels, length = made.sizes
    assert channels.formula.working().endswith("3·2·2 = 12")
    assert length.formula.value == 12


@pytest.mark.parametrize(
    ("layer", "operand", "code"),
    [
        (ChannelShuffle(groups=4), tensor(6, 4, 4), "E303"),
        (Unfold(kernel=5), tensor(2, 4, 4), "E301"),
        (Unfold(kernel=2), tensor(5), "E301"),
        (Fold(size=4, kernel=2), Tensor((8, 8), ("channels", "length")), "E302"),
        (Fold(size=4, kernel=2), Tensor((6, 9), ("channels", "length")), "E303"),
        (Fold(size=4, kernel=2), tensor(2, 4, 4), "E301"),
    ],
)
def test_what_does_not_fit(layer: Layer, operand: Tensor, code: str) -> None:
    with pytest.raises(LayerError) as found:
        layer.infer(operand)
    assert found.value.code == code

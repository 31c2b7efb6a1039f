from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.layers import softmax as s
from specc.layers.base import Layer, LayerError
from tests.layers.contract import check, sequence, tensor


@pytest.mark.parametrize(
    "layer", [s.Softmax(), s.LogSoftmax(), s.Softmin(), s.GLU(), s.Maxout(pieces=2)]
)
def test_along_an_axis(layer: Layer) -> None:
    for x in (tensor(8), tensor(4, 6, 5), sequence(5, 6)):
        check(layer, x)


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3), pieces=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_maxout_divides_every_axis_it_is_given(sizes: list[int], pieces: int) -> None:
    for axis in range(len(sizes)):
        grown = [n * pieces if i == axis else n for i, n in enumerate(sizes)]
        run = check(s.Maxout(pieces=pieces, axis=axis), tensor(*grown))
        assert run.inference.output.sizes == tuple(sizes)


def test_softmax_sums_to_one_over_the_channels_of_an_image() -> None:
    run = check(s.Softmax(), tensor(4, 6, 5))
    torch.testing.assert_close(run.output.sum(1), torch.ones(3, 6, 5))


def test_refusals() -> None:
    with pytest.raises(LayerError, match="glu: 7 features do not divide into halves") as found:
        s.GLU().infer(tensor(7))
    assert (found.value.code, found.value.text) == ("E303", "7/2 = 3.5")
    with pytest.raises(LayerError, match="softmax works along an axis") as found:
        s.Softmax().infer(tensor())
    assert found.value.helps == ("one probability is sigmoid",)
    with pytest.raises(LayerError, match="the value has no axis time"):
        s.Softmax(axis="time").infer(tensor(7))

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from specc.layers.base import Layer, LayerError
from specc.layers.norm import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)
from specc.sizes import Constraint, symbol
from specc.types import Interval
from tests.layers.contract import check, printed, sequence, tensor

SMALL = settings(max_examples=30, deadline=None)
MAPS = [tensor(4, 9), tensor(4, 6, 5), tensor(4, 3, 4, 2)]


@pytest.mark.parametrize("x", [tensor(5), *MAPS], ids=str)
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.3, None])
def test_batch_norm(x: Any, affine: bool, tracked: bool, momentum: float | None) -> None:
    layer = BatchNorm(affine=affine, track_running_stats=tracked, momentum=momentum, eps=1e-3)
    check(layer, x)


def test_batch_norm_writes_what_frameworks_choose_differently() -> None:
    made = BatchNorm().infer(tensor(6, 8, 8))
    assert printed(made.module) == "nn.BatchNorm2d(6)"
    assert printed(BatchNorm(affine=False).infer(tensor(6)).module) == (
        "nn.BatchNorm1d(6, affine=False)"
    )


def test_keras_counts_moving_averages() -> None:
    made = BatchNorm().infer(tensor(6, 8, 8))
    assert made.count is not None
    assert made.count.working() == "2·6 = 12"
    assert made.conventions["keras"].count.working() == "4·6 = 24"
    assert "non-trainable" in made.conventions["keras"].why
    buffers = [p.name for p in made.parameters if p.kind == "buffer"]
    assert buffers == ["running_mean", "running_var", "num_batches_tracked"]
    bare = BatchNorm(affine=False).infer(tensor(6, 8, 8))
    assert bare.count is None
    assert bare.conventions["keras"].count.working() == "2·6 = 12"


def test_batch_norm_of_a_sequence_would_take_times_for_channels() -> None:
    with pytest.raises(LayerError, match="takes channels before positions") as found:
        BatchNorm().infer(sequence(5, 4))
    assert found.value.helps == ("layer_norm, or -> permute([features, time]) first",)


@pytest.mark.parametrize("x", MAPS, ids=str)
def test_batch_norm_normalises_each_channel(x: Any) -> None:
    run = check(BatchNorm(affine=False), x)
    assert run.module is not None
    run.module.train()
    result = run.module(run.values["x0"]).transpose(0, 1).flatten(1)
    torch.testing.assert_close(result.mean(1), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(result.var(1, correction=0), torch.ones(4), atol=1e-2, rtol=0)


@pytest.mark.parametrize("x", MAPS, ids=str)
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("tracked", [True, False])
def test_instance_norm(x: Any, affine: bool, tracked: bool) -> None:
    check(InstanceNorm(affine=affine, track_running_stats=tracked, momentum=0.2), x)


def test_instance_norm_needs_several_positions() -> None:
    for x in (tensor(4), tensor(4, 1, 1)):
        with pytest.raises(LayerError, match="instance_norm needs"):
            InstanceNorm().infer(x)
    free = InstanceNorm().infer(tensor(4, symbol("H"), 1))
    assert free.constraints == (Constraint("ge", symbol("H"), 2),)


@given(groups=st.integers(1, 4), per_group=st.integers(1, 3), affine=st.booleans())
@SMALL
def test_group_norm(groups: int, per_group: int, affine: bool) -> None:
    for sizes in ((2,), (3, 2), (2, 2, 2)):
        check(GroupNorm(groups=groups, affine=affine), tensor(groups * per_group, *sizes))


def test_groups_divide_the_channels() -> None:
    with pytest.raises(LayerError, match="6 channels do not divide into 4 groups") as found:
        GroupNorm(groups=4).infer(tensor(6, 5, 5))
    assert (found.value.code, found.value.text) == ("E303", "6/4 = 1.5")


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    affine=st.booleans(),
    bias=st.booleans(),
)
@SMALL
def test_norms_of_the_last_axes(sizes: list[int], affine: bool, bias: bool) -> None:
    for axes in range(1, len(sizes) + 1):
        layers: list[Layer] = [
            LayerNorm(axes=axes, affine=affine, bias=bias),
            RMSNorm(axes=axes, affine=affine),
        ]
        for layer in layers:
            check(layer, tensor(*sizes))


def test_norms_of_the_last_axes_write_their_shape() -> None:
    assert printed(LayerNorm().infer(sequence(5, 8)).module) == "nn.LayerNorm(8)"
    assert printed(LayerNorm(axes=2).infer(sequence(5, 8)).module) == ("nn.LayerNorm((5, 8))")
    made = LayerNorm().infer(sequence(5, 8))
    assert made.count is not None
    assert made.count.working() == "2·8 = 16"
    assert printed(RMSNorm().infer(sequence(5, 8)).module) == "nn.RMSNorm(8)"
    assert printed(RMSNorm(eps=1e-6).infer(sequence(5, 8)).module) == "nn.RMSNorm(8, eps=1e-06)"


def test_norms_of_the_last_axis_of_a_map_say_so() -> None:
    assert LayerNorm().infer(tensor(4, 6, 5)).notes == (
        "works on the last axes (width); axes=3 takes the whole item",
    )
    assert not LayerNorm(axes=3).infer(tensor(4, 6, 5)).notes
    assert not LayerNorm().infer(sequence(5, 4)).notes
    with pytest.raises(LayerError, match="layer_norm over 3 axes needs as many"):
        LayerNorm(axes=3).infer(sequence(5, 4))


@given(size=st.integers(1, 7), channels=st.integers(1, 5), k=st.sampled_from([0.5, 1.0, 2.0]))
@SMALL
def test_local_response_norm(size: int, channels: int, k: float) -> None:
    for sizes in ((5,), (3, 4), (2, 3, 2)):
        x = tensor(channels, *sizes).with_range(1.0, 2.0)
        run = check(LocalResponseNorm(size=size, alpha=0.1, k=k), x)
        known = Interval(0.0, 2.0) if k >= 1 else Interval()
        assert run.inference.output.range == known


def test_ranges_of_hyperparameters() -> None:
    for wrong in ({"eps": 0.0}, {"momentum": 1.5}, {"momentum": -0.1}):
        with pytest.raises(ValidationError):
            BatchNorm.model_validate(wrong)
    assert BatchNorm.model_validate({"momentum": "none"}).momentum is None
    assert RMSNorm.model_validate({"eps": "none"}).eps is None


def test_refusals_of_ranks() -> None:
    with pytest.raises(LayerError, match="batch_norm needs features to normalise"):
        BatchNorm().infer(tensor())
    with pytest.raises(LayerError, match="local_response_norm takes channels and positions"):
        LocalResponseNorm(size=3).infer(tensor(5))

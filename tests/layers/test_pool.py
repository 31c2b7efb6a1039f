from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from specc.layers.base import Layer, LayerError, Window
from specc.layers.dense import Linear
from specc.layers.pool import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    LpPool,
    MaxPool,
    Unpool,
)
from specc.sizes import Constraint, symbol
from specc.types import Interval, Tensor
from tests.layers.contract import check, evaluated, printed, tensor, values_of

SMALL = settings(max_examples=40, deadline=None)
RANK = st.integers(1, 3)


@given(data=st.data(), rank=RANK, up=st.booleans())
@SMALL
def test_windows_are_torchs_or_refused(data: st.DataObject, rank: int, up: bool) -> None:
    """Sizes, ⌈ ⌉ included, and refusals are those of torch."""
    kernel, stride, sizes = (
        tuple(data.draw(st.lists(st.integers(1, 4), min_size=rank, max_size=rank)))
        for _ in range(3)
    )
    padding = tuple(data.draw(st.integers(0, k // 2)) for k in kernel)
    dilation = data.draw(st.integers(1, 2))
    options: dict[str, Any] = {"kernel": kernel, "stride": stride, "ceil_mode": up}
    layers: list[Layer] = [
        MaxPool(**options, padding=padding, dilation=dilation),
        AvgPool(**options, padding=padding, count_include_pad=data.draw(st.booleans())),
        LpPool(**options, p=2.0),
    ]
    for layer in layers:
        try:
            layer.infer(tensor(2, *sizes))
        except LayerError:
            refused_by_torch(layer, sizes)
        else:
            check(layer, tensor(2, *sizes))


def refused_by_torch(layer: Layer, sizes: tuple[int, ...]) -> None:
    """The call that a large map gets, on a map that is too small."""
    code = layer.infer(tensor(2, *(20,) * len(sizes))).forward
    with pytest.raises(RuntimeError):
        evaluated(code, None, {"x0": torch.randn(3, 2, *sizes)})


def test_the_working_of_a_pool() -> None:
    made = MaxPool(kernel=3, stride=2, padding=1).infer(tensor(64, 112, 112))
    assert made.sizes[0].formula.working() == "⌊(112 + 2·1 − 3)/2⌋ + 1 = 56"
    assert printed(made.forward) == "F.max_pool2d(x0, 3, stride=2, padding=1)"
    assert made.windows[0] == Window("height", 3, 2, 1, 1)
    assert made.count is None
    up = AvgPool(kernel=2, ceil_mode=True).infer(tensor(4, 5, 5))
    assert up.sizes[0].formula.working() == "⌈(5 + 2·0 − 2)/2⌉ + 1 = 3"


def test_a_free_size_gives_a_formula_and_a_condition() -> None:
    made = AvgPool(kernel=2).infer(tensor(4, symbol("H"), 6))
    assert made.sizes[0].formula.working() == "⌊(H + 2·0 − 2)/2⌋ + 1 = ⌊H/2⌋"
    assert [c.kind for c in made.constraints] == ["ge"]


def test_a_stride_of_none_is_the_kernels() -> None:
    layer = MaxPool.model_validate({"kernel": (2, 3), "stride": "none"})
    assert check(layer, tensor(4, 9, 9)).inference.output.sizes == (4, 4, 3)


def test_ranges_are_kept_where_nothing_is_added() -> None:
    x = tensor(2, 6, 6).with_range(1.0, 2.0)
    for layer in (MaxPool(kernel=3, padding=1), AvgPool(kernel=2), AdaptiveAvgPool(size=2)):
        assert check(layer, x).inference.output.range == Interval(1.0, 2.0)
    padded = check(AvgPool(kernel=3, padding=1), x)
    assert padded.inference.output.range == Interval(0.0, 2.0)
    spared = check(AvgPool(kernel=3, padding=1, count_include_pad=False), x)
    assert spared.inference.output.range == Interval(1.0, 2.0)
    summed = check(AvgPool(kernel=2, divisor_override=1), x)
    assert summed.inference.output.range == Interval()


def test_windows_that_do_not_fit() -> None:
    with pytest.raises(LayerError) as found:
        MaxPool(kernel=5).infer(tensor(2, 4, 9))
    problem = found.value
    assert problem.message == "a 5×5 window does not fit a 4×9 feature map"
    assert (problem.text, problem.helps) == (
        "⌊(4 + 2·0 − 5)/5⌋ + 1 = 0",
        ("a window of at most 4, or 4x9, fits",),
    )


def test_margins_are_at_most_half_a_window() -> None:
    with pytest.raises(LayerError) as found:
        AvgPool(kernel=3, padding=2).infer(tensor(2, 8, 8))
    assert (found.value.code, found.value.text) == ("E204", "2·2 > 3")
    assert found.value.helps == ("padding=1 is the largest",)
    with pytest.raises(LayerError, match="more than half of the kernel 3"):
        MaxPool(kernel=3, padding=2, dilation=2).infer(tensor(2, 8, 8))
    with pytest.raises(ValidationError, match="greater than 0"):
        LpPool(kernel=2, p=0.0)
    with pytest.raises(LayerError, match="divisor_override takes 2 or 3 spatial axes"):
        AvgPool(kernel=2, divisor_override=3).infer(tensor(2, 8))


# ------------------------------------------------------------ indices, unpool


@given(
    size=st.integers(2, 7),
    kernel=st.integers(1, 3),
    rank=RANK,
    adaptive=st.booleans(),
)
@SMALL
def test_unpool_puts_maxima_back(size: int, kernel: int, rank: int, adaptive: bool) -> None:
    """Where windows do not overlap, pooling the unpooled map again changes nothing."""
    kernel = min(kernel, size)
    layer = AdaptiveMaxPool(size=size // kernel) if adaptive else MaxPool(kernel=kernel)
    x = tensor(2, size, *(3,) * (rank - 1)).with_range(1.0, 2.0)
    try:
        run = check(layer, x)
    except LayerError:
        return
    indices = dict(run.inference.outputs)["indices"]
    assert indices.pooled_from == x.sizes[1:]
    values, found = evaluated(run.inference.with_sides, None, run.values)
    back = Unpool().infer(run.inference.output, indices)
    result = evaluated(back.forward, None, {"x0": values, "x1": found})
    assert back.output.sizes == x.sizes
    assert back.output.range == Interval(0.0, 2.0)
    kept = result != 0
    torch.testing.assert_close(result[kept], run.values["x0"][kept])
    assert kept.sum() == found.flatten(2).sort(2).values.diff(dim=2).ne(0).sum() + 3 * 2


def test_indices_are_made_when_asked_for() -> None:
    made = MaxPool(kernel=2).infer(tensor(2, 6, 6))
    assert printed(made.forward) == "F.max_pool2d(x0, 2)"
    assert printed(made.with_sides) == "F.max_pool2d(x0, 2, return_indices=True)"


def test_unpool_needs_the_indices_of_its_map() -> None:
    with pytest.raises(LayerError, match="needs the indices of a max pooling"):
        Unpool().infer(tensor(2, 3, 3), Tensor((2, 3, 3), ("channels", "height", "width"), "int"))
    indices = dict(MaxPool(kernel=2).infer(tensor(2, 6, 6)).outputs)["indices"]
    with pytest.raises(LayerError, match="unpool puts 4×3×3 where 2×3×3 was pooled") as found:
        Unpool().infer(tensor(4, 3, 3), indices)
    assert found.value.code == "E302"
    with pytest.raises(LayerError, match="unpool puts 2×9 where 2×3×3 was pooled"):
        Unpool().infer(tensor(2, 9), indices)


# ------------------------------------------------------- adaptive and global


@given(data=st.data(), rank=RANK, largest=st.booleans())
@SMALL
def test_adaptive_gives_the_size_asked_for(data: st.DataObject, rank: int, largest: bool) -> None:
    number = st.lists(st.integers(1, 6), min_size=rank, max_size=rank)
    sizes, wanted = data.draw(number), tuple(data.draw(number))
    layer = AdaptiveMaxPool(size=wanted) if largest else AdaptiveAvgPool(size=wanted)
    run = check(layer, tensor(3, *sizes))
    assert run.inference.output.sizes == (3, *wanted)


def test_an_axis_of_none_stays() -> None:
    layer = AdaptiveAvgPool.model_validate({"size": ("none", 2)})
    run = check(layer, tensor(3, 7, 6), symbolic=False)
    assert run.inference.output.sizes == (3, 7, 2)
    assert printed(run.inference.forward) == "F.adaptive_avg_pool2d(x0, (None, 2))"
    with pytest.raises(LayerError, match="size has 2 numbers for 1 spatial axes"):
        layer.infer(tensor(3, 7))


def test_adaptive_windows_are_of_one_size_or_of_several() -> None:
    even = AdaptiveAvgPool(size=2).infer(tensor(3, 8, 6))
    assert even.windows == (Window("height", 4, 4), Window("width", 3, 3))
    uneven, width = AdaptiveAvgPool(size=2).infer(tensor(3, 7, 6)).windows
    assert (uneven.spans, width.spans) == (((0, 3), (3, 6)), ())
    assert AdaptiveAvgPool(size=2).infer(tensor(3, symbol("n"), 6)).sees == "all"


@pytest.mark.parametrize("layer", [GlobalAvgPool, GlobalMaxPool])
@pytest.mark.parametrize("sizes", [(5, 7), (5, 7, 6), (5, 3, 4, 2)])
def test_global_pooling_gives_features(
    layer: type[GlobalAvgPool] | type[GlobalMaxPool], sizes: tuple[int, ...]
) -> None:
    run = check(layer(), tensor(*sizes))
    assert run.inference.output.axes == ("features",)
    check(Linear(features=10), run.inference.output)
    x = run.values["x0"].flatten(2)
    wanted = x.mean(2) if layer is GlobalAvgPool else x.max(2).values
    torch.testing.assert_close(run.output, wanted)
    kept = check(layer(keepdims=True), tensor(*sizes))
    assert kept.inference.output.sizes == (5, *(1,) * (len(sizes) - 1))


def test_global_pooling_takes_maps() -> None:
    with pytest.raises(LayerError, match="global_avg_pool takes channels and 1 or 2 or 3 spatial"):
        GlobalAvgPool().infer(tensor(5))


def test_unpool_of_free_sizes_states_what_must_agree() -> None:
    indices = dict(MaxPool(kernel=2).infer(tensor(2, symbol("H"), 6)).outputs)["indices"]
    made = Unpool().infer(tensor(2, 4, 3), indices)
    assert made.output.sizes == (2, symbol("H"), 6)
    assert Constraint("eq", 4, indices.sizes[1]) in made.constraints
    assert values_of((tensor(2, 4, 3),))["x0"].shape == (3, 2, 4, 3)

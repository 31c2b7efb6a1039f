from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from specc.layers.base import LayerError
from specc.layers.resample import PixelShuffle, PixelUnshuffle, Upsample
from specc.receptive import Field, window_field
from specc.sizes import Constraint, symbol
from specc.types import Interval
from tests.layers.contract import Run, check, evaluated, printed, tensor

SMALL = settings(max_examples=40, deadline=None)
MODES = {
    1: ("nearest", "nearest_exact", "linear", "area"),
    2: ("nearest", "nearest_exact", "bilinear", "bicubic", "area"),
    3: ("nearest", "nearest_exact", "trilinear", "area"),
}
EVERY = [(rank, mode) for rank, modes in MODES.items() for mode in modes]
SMOOTH = ("linear", "bilinear", "bicubic", "trilinear")


@given(data=st.data(), case=st.sampled_from(EVERY))
@SMALL
def test_upsample_to_a_size_or_by_a_factor(data: st.DataObject, case: tuple[int, str]) -> None:
    rank, mode = case
    sizes, numbers = (
        data.draw(st.lists(st.integers(1, 5), min_size=rank, max_size=rank)) for _ in range(2)
    )
    aligned = mode in SMOOTH and data.draw(st.booleans())
    x = tensor(2, *sizes).with_range(0.0, 1.0)
    options = {"mode": mode, "align_corners": aligned}
    scaled = check(Upsample.model_validate({"scale": tuple(numbers), **options}), x)
    assert scaled.inference.output.sizes[1:] == tuple(
        n * s for n, s in zip(sizes, numbers, strict=True)
    )
    sized = check(Upsample.model_validate({"size": tuple(numbers), **options}), x)
    assert sized.inference.output.sizes[1:] == tuple(numbers)


@given(
    size=st.integers(1, 40),
    scale=st.sampled_from([0.25, 0.3, 0.5, 0.7, 1.1, 1.5, 2.5, 4 / 3, 3.7]),
    recomputed=st.booleans(),
)
@SMALL
def test_broken_factors_are_rounded_down_as_torch_does(
    size: int, scale: float, recomputed: bool
) -> None:
    layer = Upsample(scale=scale, recompute_scale_factor=recomputed)
    if math.floor(size * scale) == 0:
        with pytest.raises(LayerError, match="upsample leaves nothing of the length"):
            layer.infer(tensor(2, size))
        return
    run = check(layer, tensor(2, size), symbolic=scale in (0.25, 0.5, 1.5, 2.5))
    assert run.inference.output.sizes == (2, math.floor(size * scale))


def test_a_factor_that_rounding_decides() -> None:
    with pytest.raises(LayerError, match="depends on how the factor is rounded") as found:
        Upsample(scale=0.29).infer(tensor(2, 100))
    assert found.value.helps == ("size=… says what is meant",)
    made = Upsample(scale=1.5).infer(tensor(2, symbol("n")))
    assert made.sizes[0].formula.working() == "⌊n·3/2⌋ = ⌊n/2⌋ + n"


def test_what_is_written() -> None:
    x = tensor(3, 8, 8)
    assert printed(Upsample().infer(x).forward) == "F.interpolate(x0, scale_factor=2)"
    layer = Upsample(size=(12, 9), mode="bilinear", align_corners=True, antialias=True)
    assert printed(layer.infer(x).forward) == (
        'F.interpolate(x0, size=(12, 9), mode="bilinear", align_corners=True, antialias=True)'
    )
    exact = Upsample(scale=(2, 3), mode="nearest_exact")
    assert printed(exact.infer(x).forward) == (
        'F.interpolate(x0, scale_factor=(2, 3), mode="nearest-exact")'
    )
    assert exact.infer(x).sizes[1].formula.working() == "8·3 = 24"
    check(layer, x)


def test_ranges() -> None:
    x = tensor(3, 8, 8).with_range(0.0, 1.0)
    assert Upsample(mode="bilinear").infer(x).output.range == Interval(0.0, 1.0)
    assert Upsample(mode="bicubic").infer(x).output.range == Interval()


def seen(run: Run, position: int) -> list[int]:
    """The input positions that an output position in one dimension really depends on."""
    x = run.values["x0"].clone().requires_grad_(True)
    result = evaluated(run.inference.forward, None, {"x0": x})
    (gradient,) = torch.autograd.grad(result[0, 0, position], x)
    return [int(i) for i in gradient[0, 0].nonzero().flatten()]


@given(scale=st.integers(1, 5), mode=st.sampled_from(["nearest", "nearest_exact", "linear"]))
@SMALL
def test_what_a_position_sees(scale: int, mode: str) -> None:
    """The field of the inferred window is what the gradient says, away from the borders."""
    run = check(Upsample.model_validate({"scale": scale, "mode": mode}), tensor(1, 12))
    field = window_field(run.inference.windows[0])
    assert isinstance(field, Field)
    for position in range(4 * scale, 8 * scale):
        at = seen(run, position)
        assert field.low(position) <= min(at)
        assert max(at) <= field.high(position)
    widest = max(len(seen(run, p)) for p in range(4 * scale, 8 * scale))
    assert field.size == widest or scale == 1


def test_what_has_no_known_windows_sees_everything() -> None:
    for layer in (Upsample(size=9), Upsample(mode="linear", align_corners=True)):
        assert layer.infer(tensor(1, symbol("n"))).sees == "all"
        assert layer.infer(tensor(1, 12)).sees == "window"
    assert Upsample(scale=1.5).infer(tensor(1, symbol("n"))).windows[0].spans == ((0, 0),) * 2 + (
        (1, 1),
    )


@pytest.mark.parametrize(
    ("layer", "code", "message"),
    [
        (Upsample(mode="linear"), "E301", "linear takes 1 spatial axes, here are 2"),
        (Upsample(scale=2, size=9), "E202", "takes scale or size, not both"),
        (Upsample(align_corners=True), "E204", "nearest has no corners to align"),
        (Upsample(antialias=True), "E204", "antialias takes bilinear or bicubic"),
        (Upsample(size=9, recompute_scale_factor=True), "E204", "no factor to recompute"),
        (Upsample(scale=(2, 2, 2)), "E203", "scale has 3 numbers for 2 spatial axes"),
        (Upsample(scale=0.1), "E301", "upsample leaves nothing of the height"),
    ],
)
def test_refusals(layer: Upsample, code: str, message: str) -> None:
    with pytest.raises(LayerError, match=message) as found:
        layer.infer(tensor(3, 8, 8))
    assert found.value.code == code


def test_ranges_of_hyperparameters() -> None:
    for wrong in ({"scale": 0}, {"scale": -1.5}, {"size": 0}, {"mode": "cubic"}):
        with pytest.raises(ValidationError):
            Upsample.model_validate(wrong)
    assert Upsample.model_validate({"scale": 2.0}).scale == 2
    assert Upsample.model_validate({"scale": "none", "size": "none"}) == Upsample()


# ------------------------------------------------------------------ shuffling


@given(
    factor=st.integers(1, 4),
    channels=st.integers(1, 3),
    height=st.integers(1, 3),
    width=st.integers(1, 3),
)
@SMALL
def test_shuffling_there_and_back(factor: int, channels: int, height: int, width: int) -> None:
    run = check(PixelShuffle(factor=factor), tensor(channels * factor**2, height, width))
    assert run.inference.output.sizes == (channels, factor * height, factor * width)
    back = check(PixelUnshuffle(factor=factor), run.inference.output)
    assert back.inference.output.sizes == (channels * factor**2, height, width)
    restored = evaluated(back.inference.forward, None, {"x0": run.output})
    torch.testing.assert_close(restored, run.values["x0"])


def test_shuffles_divide() -> None:
    with pytest.raises(LayerError, match="pixel_shuffle: 6 channels do not divide by 4") as found:
        PixelShuffle(factor=2).infer(tensor(6, 4, 4))
    assert (found.value.code, found.value.text) == ("E303", "6/4 = 1.5")
    assert found.value.helps == ("the next that divides is 8",)
    with pytest.raises(LayerError, match="pixel_unshuffle: a width of 7 does not divide by 2"):
        PixelUnshuffle(factor=2).infer(tensor(3, 8, 7))
    free = PixelUnshuffle(factor=2).infer(tensor(3, symbol("H"), 8))
    assert free.constraints == (Constraint("divides", 2, symbol("H")),)
    with pytest.raises(LayerError, match="takes channels and 2 spatial axes"):
        PixelShuffle(factor=2).infer(tensor(8, 4))

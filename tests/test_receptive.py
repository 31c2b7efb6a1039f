"""Receptive fields against what is read, and in closed form."""

from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own habit
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specc.layers.base import LayerError, Window
from specc.layers.conv import Conv, ConvTranspose
from specc.layers.pool import AdaptiveAvgPool
from specc.layers.resample import Upsample
from specc.receptive import (
    EVERYTHING,
    POINT,
    Field,
    compose,
    power,
    render_seen,
    union,
    window_field,
)
from specc.sizes import substitute, symbol
from tests.layers.contract import build, evaluated, tensor


def down(kernel, stride=1, dilation=1, before=0):
    return Window("length", kernel, stride, dilation, before)


def up(kernel, by, before=0, dilation=1):
    return Window("length", kernel, 1, dilation, before, up=by)


WINDOWS = st.one_of(
    st.builds(
        down, st.integers(1, 5), st.integers(1, 3), st.integers(1, 2), before=st.integers(0, 2)
    ),
    # A kernel shorter than the stride would leave positions that see nothing.
    st.builds(up, st.integers(3, 5), st.integers(2, 3), before=st.integers(0, 1)),
)


def chain(windows):
    field = POINT
    for window in windows:
        field = compose(window_field(window), field)
    return field


def run(window, x):
    """The layer of the window, with positive weights, so that nothing cancels."""
    weight = torch.ones(1, 1, window.kernel, dtype=torch.double)
    if window.up == 1:
        return F.conv1d(x, weight, None, window.stride, window.before, window.dilation)
    return F.conv_transpose1d(x, weight, None, window.up, window.before, dilation=window.dilation)


def supports(windows, length):
    """First and last input position that is read, for every output position."""
    y = torch.eye(length, dtype=torch.double)[:, None]  # an item for each input position
    for window in windows:
        y = run(window, y)
    for position in range(y.shape[-1]):
        seen = y[:, 0, position].nonzero()
        yield position, (int(seen[0]), int(seen[-1])) if len(seen) else None


@settings(max_examples=60, deadline=None)
@given(st.lists(WINDOWS, min_size=1, max_size=4))
def test_a_field_is_what_is_read(windows):
    length = 61
    size = length
    for w in windows:
        size = (
            (size - 1) * w.up - 2 * w.before + w.kernel
            if w.up > 1
            else (size + 2 * w.before - w.dilation * (w.kernel - 1) - 1) // w.stride + 1
        )
        assume(1 <= size <= 700)
    field = chain(windows)
    margin = 25  # away from the borders, where padding and cut-off ends hide a part
    for position, seen in supports(windows, length):
        low, high = field.low(position), field.high(position)
        if margin <= low and high < length - margin:
            assert seen == (low, high)


def test_alexnet_and_vgg_fields_are_the_published_ones():
    """VGG-16's last pooling sees 212 pixels at a jump of 32; AlexNet's sees 195."""
    vgg = [w for n in (2, 2, 3, 3, 3) for w in [*[down(3, before=1)] * n, down(2, 2)]]
    field = chain(vgg)
    assert (field.size, field.jump) == (212, 32)
    alex = [down(11, 4, before=2), down(3, 2), down(5, before=2), down(3, 2)]
    alex += [*[down(3, before=1)] * 3, down(3, 2)]
    assert (chain(alex).size, chain(alex).jump) == (195, 32)


def test_upsampling_has_a_fractional_jump():
    field = chain([up(2, 2)])
    assert field.jump == Fraction(1, 2)
    assert field.size == 1
    assert chain([up(3, 2)]).size == 2
    assert chain([down(2, 2), up(2, 2)]).jump == 1


def test_a_skip_sees_the_hull_of_its_branches():
    branch = chain([down(3, before=1), down(5, before=2)])
    joined = union([POINT, branch])
    assert (joined.size, joined.start) == (7, -3)
    assert union([branch, EVERYTHING]) is EVERYTHING


@given(WINDOWS, st.integers(1, 4))
def test_rounds_are_a_power(window, times):
    assert power(window_field(window), times) == chain([window] * times)


def test_symbolic_sizes_give_formulas():
    k, n = symbol("k"), symbol("n")
    field = chain([down(k), down(3, 2), down(k)])
    assert str(field.size) == "3·k"
    rounds = power(chain([down(3, before=1), down(3, before=1)]), n)
    assert str(rounds.size) == "4·n + 1"
    assert substitute(rounds.size, {"n": 5}) == power(Field((-2,), (2,)), 5).size


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, ""),
        ({("x", "height"): Field((0,), (4,)), ("x", "width"): POINT}, "5×1"),
        ({("x", "height"): EVERYTHING, ("x", "width"): EVERYTHING}, "all"),
        ({("a", "time"): POINT, ("b", "time"): EVERYTHING}, "a 1, b all"),
    ],
)
def test_fields_as_text(fields, text):
    assert render_seen(fields) == text


LENGTH = 61
SIGNAL = tensor(1, LENGTH)
SCALES = st.sampled_from([2, 3, 1.5, 0.75, 1.25, 2.5, 0.4])
MODES = st.sampled_from(["nearest", "nearest_exact", "linear", "area"])
LAYERS = st.one_of(
    st.builds(
        lambda k, s, d, p: Conv(channels=1, kernel=k, stride=s, dilation=d, padding=p, bias=False),
        st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2),
    ),
    st.builds(
        lambda k, s, d, p: ConvTranspose(
            channels=1, kernel=k, stride=s, dilation=d, padding=p, bias=False
        ),
        st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2),
    ),
    st.builds(lambda n: AdaptiveAvgPool(size=n), st.integers(5, 80)),
    st.builds(lambda s, m: Upsample(scale=s, mode=m), SCALES, MODES),
    st.builds(lambda n: Upsample(size=n, mode="linear", align_corners=True), st.integers(20, 90)),
    st.builds(lambda n: Upsample(size=n, mode="linear"), st.integers(20, 90)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYERS, min_size=1, max_size=3))
def test_layers_see_what_their_code_reads(layers):
    """Ends of the support, but for the inside of a dilated kernel that meets only some phases."""
    field, kind = POINT, SIGNAL
    y = torch.eye(LENGTH, dtype=torch.double)[:, None]  # an item for each input position
    for layer in layers:
        try:
            inference = layer.infer(kind)
        except LayerError:
            assume(False)
        (window,) = inference.windows
        field, kind = compose(window_field(window), field), inference.output
        assume(1 <= kind.sizes[1] <= 400)
        y = _run(inference, y)
    assume(field is not EVERYTHING)  # too many phases to be told apart
    holes = sum(w > 1 for layer in layers[1:] for w in [getattr(layer, "dilation", 1)])
    for position in range(y.shape[-1]):
        low, high = field.low(position), field.high(position)
        if not (low >= 20 and high < LENGTH - 20):
            continue
        seen = (y[:, 0, position].abs() > 1e-12).nonzero().flatten().tolist()
        if holes:
            assert all(low <= s <= high for s in seen)
        else:
            assert (seen[0], seen[-1]) == (low, high) if seen else high < low


def _run(inference, x):
    module = build(inference)
    if module is not None:
        module = module.double()
        for weight in module.parameters():
            torch.nn.init.ones_(weight)
    return evaluated(inference.forward, module, {"x0": x})


@pytest.mark.parametrize(
    ("layer", "size", "jump"),
    [
        (AdaptiveAvgPool(size=12), 6, Fraction(61, 12)),
        (AdaptiveAvgPool(size=1), 61, 61),
        (Upsample(scale=1.5, mode="linear"), 2, Fraction(2, 3)),
        (Upsample(size=30, mode="nearest"), 1, Fraction(61, 30)),
        (ConvTranspose(channels=1, kernel=3, stride=2, dilation=2), 3, Fraction(1, 2)),
    ],
)
def test_windows_of_several_sizes_show_the_widest(layer, size, jump):
    (window,) = layer.infer(SIGNAL).windows
    field = window_field(window)
    assert (field.size, field.jump) == (size, jump)


def test_a_transposed_convolution_at_stride_1_pads_what_it_does_not_cut():
    (window,) = ConvTranspose(channels=1, kernel=4, padding=1).infer(SIGNAL).windows
    assert window_field(window) == Field((-2,), (1,), 1)

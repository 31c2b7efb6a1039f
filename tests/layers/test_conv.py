from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that everyone knows
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from specc.layers.base import LayerError, Window
from specc.layers.conv import Conv, ConvTranspose
from specc.sizes import Constraint, evaluate, symbol
from tests.layers.contract import build, check, evaluated, printed, sequence, tensor, tokens

SMALL = settings(max_examples=40, deadline=None)
AXES = st.integers(1, 3)


# ------------------------------------------------------------------- forwards


@given(data=st.data(), rank=AXES, groups=st.integers(1, 2), bias=st.booleans())
@SMALL
def test_conv_is_torchs_or_refused(data: st.DataObject, rank: int, groups: int, bias: bool) -> None:
    """It fits exactly where torch runs it."""
    number = st.integers(1, 4 if rank < 3 else 3)
    kernel, stride, dilation, sizes = (
        tuple(data.draw(st.lists(number, min_size=rank, max_size=rank))) for _ in range(4)
    )
    padding = tuple(data.draw(st.lists(st.integers(0, 2), min_size=rank, max_size=rank)))
    layer = Conv(
        channels=2 * groups,
        kernel=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=bias,
    )
    x = tensor(2 * groups, *sizes)
    rows = list(zip(sizes, kernel, padding, dilation, strict=True))
    if all(n + 2 * p >= d * (k - 1) + 1 for n, k, p, d in rows):
        check(layer, x)
        return
    with pytest.raises(LayerError, match="does not fit") as found:
        layer.infer(x)
    assert found.value.code == "E301"


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [1, "same"])
def test_what_is_padded(mode: str, padding: int | str) -> None:
    for stride in (1, 2):
        for sizes in ((8,), (8, 7), (4, 5, 6)):
            layer = Conv(channels=2, kernel=3, stride=stride, padding=padding, padding_mode=mode)
            check(layer, tensor(2, *sizes))


def test_margins_of_reflections_must_lie_in_the_map() -> None:
    layer = Conv(channels=2, kernel=7, padding=3, padding_mode="reflect")
    with pytest.raises(LayerError, match="reflect padding of 3 needs a larger height"):
        layer.infer(tensor(2, 3, 9))
    free = layer.infer(tensor(2, symbol("H"), 9))
    assert Constraint("ge", symbol("H") - 4, 0) in free.constraints


def test_the_working_of_a_textbook() -> None:
    made = Conv(channels=6, kernel=5).infer(tensor(1, 32, 32))
    assert made.count is not None
    assert made.macs is not None
    assert made.count.symbols() == "(k_h·k_w·c_in + 1)·c_out"
    assert made.count.working() == "(5·5·1 + 1)·6 = 156"
    assert made.macs.working() == "5·5·1·6·28·28 = 117,600"
    assert [r.axis for r in made.sizes] == ["height", "width"]
    assert made.sizes[0].formula.working() == "⌊(32 + 2·0 − 5)/1⌋ + 1 = 28"
    assert printed(made.module) == "nn.Conv2d(1, 6, 5)"
    assert made.windows == (Window("height", 5), Window("width", 5))


def test_a_constructor_says_only_what_differs() -> None:
    layer = Conv(channels=8, kernel=(3, 5), stride=2, padding=(1, 2), groups=4, bias=False)
    assert printed(layer.infer(tensor(4, 9, 9)).module) == (
        "nn.Conv2d(4, 8, (3, 5), stride=2, padding=(1, 2), groups=4, bias=False)"
    )


def test_free_sizes_give_formulas_and_conditions() -> None:
    height, width = symbol("H"), symbol("W")
    made = Conv(channels=6, kernel=5, stride=2, padding=1).infer(tensor(3, height, width))
    for n in (3, 10, 11):
        assert evaluate(made.output.sizes[1], {"H": n}) == (n + 2 - 5) // 2 + 1
    assert made.sizes[0].formula.working() == ("⌊(H + 2·1 − 5)/2⌋ + 1 = ⌊(H + 1)/2⌋ − 1")
    assert len(made.constraints) == 2


# ----------------------------------------------------------------------- same


def tensorflow_same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """The rule as TensorFlow documents it, by the remainder of the size."""
    reach = (kernel - 1) * dilation + 1
    rest = size % stride
    total = max(reach - (stride if rest == 0 else rest), 0)
    return total // 2, total - total // 2


@given(
    size=st.integers(1, 9),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    dilation=st.integers(1, 2),
    rank=AXES,
)
@SMALL
def test_same_is_tensorflows(size: int, kernel: int, stride: int, dilation: int, rank: int) -> None:
    layer = Conv(channels=2, kernel=kernel, stride=stride, dilation=dilation, padding="same")
    run = check(layer, tensor(1, size, *(5,) * (rank - 1)))
    assert run.inference.output.sizes[1] == math.ceil(size / stride)
    assert run.module is not None
    margins = [
        end
        for n in reversed((size, *(5,) * (rank - 1)))
        for end in tensorflow_same(n, kernel, stride, dilation)
    ]
    padded = F.pad(run.values["x0"], margins)
    convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    weight, bias = run.module.get_parameter("weight"), run.module.get_parameter("bias")
    wanted = convolve(padded, weight, bias, stride=stride, dilation=dilation)
    torch.testing.assert_close(run.output, wanted)


def test_same_is_uneven_at_stride_two_on_even_sizes() -> None:
    made = Conv(channels=8, kernel=3, stride=2, padding="same").infer(tensor(3, 32, 32))
    assert printed(made.forward) == "module(F.pad(x0, (0, 1, 0, 1)))"
    assert printed(made.module) == "nn.Conv2d(3, 8, 3, stride=2)"
    assert made.output.sizes == (8, 16, 16)
    assert made.notes[0].startswith("padding=same pads (0, 1) along height, as TensorFlow does")
    assert made.windows[0].before == 0


def test_same_is_torchs_own_where_it_can_be() -> None:
    even = Conv(channels=8, kernel=4, padding="same").infer(tensor(3, 32, 32))
    assert printed(even.module) == 'nn.Conv2d(3, 8, 4, padding="same")'
    odd = Conv(channels=8, kernel=3, stride=2, padding="same").infer(tensor(3, 31, 31))
    assert printed(odd.module) == "nn.Conv2d(3, 8, 3, stride=2, padding=1)"
    assert not odd.notes


@given(size=st.integers(1, 9), kernel=st.integers(1, 5), stride=st.integers(2, 3))
@SMALL
def test_same_of_a_free_size_pads_when_it_runs(size: int, kernel: int, stride: int) -> None:
    free = Conv(channels=2, kernel=kernel, stride=stride, padding="same", bias=False)
    made = free.infer(tensor(1, symbol("H"), 5))
    run = check(free, tensor(1, size, 5))
    module = build(made)
    assert module is not None
    assert run.module is not None
    module.load_state_dict(run.module.state_dict())
    torch.testing.assert_close(evaluated(made.forward, module, run.values), run.output)


@given(
    size=st.integers(1, 7),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 4),
    rank=AXES,
)
@SMALL
def test_transposed_same_is_the_gradient_of_same(
    size: int, kernel: int, stride: int, rank: int
) -> None:
    """TensorFlow's definition: the gradient of SAME's convolution on a map of size·stride."""
    layer = ConvTranspose(channels=2, kernel=kernel, stride=stride, padding="same", bias=False)
    sizes = (size, *(3,) * (rank - 1))
    run = check(layer, tensor(3, *sizes))
    assert run.inference.output.sizes == (2, *(n * stride for n in sizes))
    assert run.module is not None
    weight = run.module.get_parameter("weight").detach()
    large = torch.zeros(3, 2, *(n * stride for n in sizes), requires_grad=True)
    margins = [
        end for n in reversed(sizes) for end in tensorflow_same(n * stride, kernel, stride, 1)
    ]
    convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    forwards = convolve(F.pad(large, margins), weight, stride=stride)
    (wanted,) = torch.autograd.grad(forwards, large, run.values["x0"])
    torch.testing.assert_close(run.output.detach(), wanted, rtol=1e-4, atol=1e-5)


def test_transposed_same_cuts_the_last_position_where_the_ends_differ() -> None:
    made = ConvTranspose(channels=8, kernel=3, stride=2, padding="same").infer(tensor(4, 7, 7))
    assert printed(made.module) == "nn.ConvTranspose2d(4, 8, 3, stride=2)"
    assert printed(made.forward) == "module(x0)[..., :-1, :-1]"
    even = ConvTranspose(channels=8, kernel=4, stride=2, padding="same").infer(tensor(4, 7, 7))
    assert printed(even.module) == "nn.ConvTranspose2d(4, 8, 4, stride=2, padding=1)"
    assert printed(even.forward) == "module(x0)"


# ------------------------------------------------------------------ transposed


@given(data=st.data(), rank=AXES, groups=st.integers(1, 2), bias=st.booleans())
@SMALL
def test_transposed_is_torchs_or_refused(
    data: st.DataObject, rank: int, groups: int, bias: bool
) -> None:
    kernel, stride, dilation, sizes = (
        tuple(data.draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank)))
        for _ in range(4)
    )
    padding = tuple(data.draw(st.lists(st.integers(0, 2), min_size=rank, max_size=rank)))
    extra = tuple(
        data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    )
    layer = ConvTranspose(
        channels=2 * groups,
        kernel=kernel,
        stride=stride,
        padding=padding,
        output_padding=extra,
        groups=groups,
        bias=bias,
        dilation=dilation,
    )
    x = tensor(2 * groups, *sizes)
    rows = zip(sizes, kernel, stride, padding, dilation, extra, strict=True)
    if all((n - 1) * s - 2 * p + d * (k - 1) + 1 + e >= 1 for n, k, s, p, d, e in rows):
        check(layer, x)
        return
    with pytest.raises(LayerError, match="conv_transpose leaves nothing of the"):
        layer.infer(x)


def test_the_working_of_a_transposed_convolution() -> None:
    layer = ConvTranspose(channels=1, kernel=4, stride=2, padding=1)
    made = layer.infer(tensor(32, 13, 13))
    assert made.sizes[0].formula.working() == "(13−1)·2 − 2·1 + 4 = 26"
    assert made.count is not None
    assert made.macs is not None
    assert made.count.working() == "(4·4·32 + 1)·1 = 513"
    assert made.macs.working() == "4·4·32·1·13·13 = 86,528"
    assert [p.sizes for p in made.parameters] == [(32, 1, 4, 4), (1,)]


def test_output_padding_is_less_than_a_step() -> None:
    layer = ConvTranspose(channels=1, kernel=3, stride=2, output_padding=2)
    with pytest.raises(LayerError) as found:
        layer.infer(tensor(3, 7, 7))
    assert (found.value.code, found.value.text) == ("E204", "2 ≥ 2")
    both = ConvTranspose(channels=1, kernel=3, stride=2, padding="same", output_padding=1)
    with pytest.raises(LayerError, match="padding=same settles the output size"):
        both.infer(tensor(3, 7, 7))


# -------------------------------------------------------------------- refusals


def refusal(layer: Conv | ConvTranspose, *sizes: int) -> LayerError:
    with pytest.raises(LayerError) as found:
        layer.infer(tensor(*sizes))
    return found.value


def test_a_kernel_that_does_not_fit_says_what_would() -> None:
    problem = refusal(Conv(channels=120, kernel=5), 16, 4, 4)
    assert problem.code == "E301"
    assert problem.message == "a 5×5 kernel does not fit a 4×4 feature map"
    assert problem.text == "⌊(4 + 2·0 − 5)/1⌋ + 1 = 0"
    assert problem.helps == ("a kernel of at most 4 fits", "padding=1 makes it fit")


def test_a_kernel_that_fits_fits_every_axis() -> None:
    problem = refusal(Conv(channels=3, kernel=9), 1, 8, 3)
    assert problem.helps[0] == "a kernel of at most 3, or 8x3, fits"


@given(size=st.integers(1, 6), kernel=st.integers(1, 9), dilation=st.integers(1, 3))
@SMALL
def test_the_help_fits(size: int, kernel: int, dilation: int) -> None:
    layer = Conv(channels=2, kernel=kernel, dilation=dilation)
    if dilation * (kernel - 1) + 1 <= size:
        return
    smaller, margin = (
        int("".join(c for c in text if c.isdigit())) for text in refusal(layer, 2, size, size).helps
    )
    check(Conv(channels=2, kernel=smaller, dilation=dilation), tensor(2, size, size))
    refusal(Conv(channels=2, kernel=smaller + 1, dilation=dilation), 2, size, size)
    check(Conv(channels=2, kernel=kernel, dilation=dilation, padding=margin), tensor(2, size, size))


def test_messages_name_dilation_and_length() -> None:
    dilated = refusal(Conv(channels=2, kernel=3, dilation=2), 3, 4, 4)
    assert dilated.message == "a 3×3 kernel with dilation 2 (5×5) does not fit a 4×4 feature map"
    assert refusal(Conv(channels=2, kernel=11), 3, 10).message == (
        "a kernel of 11 does not fit a length of 10"
    )


@pytest.mark.parametrize("layer", [Conv, ConvTranspose])
def test_groups_divide_channels(layer: type[Conv] | type[ConvTranspose]) -> None:
    problem = refusal(layer(channels=6, kernel=1, groups=4), 6, 5, 5)
    assert (problem.code, problem.argument) == ("E303", "groups")
    assert problem.message == "6 input channels do not divide into 4 groups"
    assert (problem.text, problem.helps) == ("6/4 = 1.5", ("groups=3 or groups=6",))
    assert refusal(layer(channels=7, kernel=1, groups=3), 6, 5, 5).message == (
        "7 output channels do not divide into 3 groups"
    )
    assert refusal(layer(channels=7, kernel=1, groups=3), 7, 5, 5).text == "7/3 = 2.33…"
    free = layer(channels=6, kernel=1, groups=3).infer(tensor(symbol("c"), 5, 5))
    assert Constraint("divides", 3, symbol("c")) in free.constraints


def test_wrong_ranks_and_values() -> None:
    with pytest.raises(LayerError, match="here that one holds the features") as found:
        Conv(channels=2, kernel=3).infer(sequence(8, 4))
    assert "permute([features, time])" in found.value.helps[0]
    assert "reshape" in refusal(Conv(channels=2, kernel=3), 784).helps[0]
    with pytest.raises(LayerError, match="conv takes real numbers, not class ids"):
        Conv(channels=2, kernel=3).infer(tokens(8, 20))
    wrong = refusal(Conv(channels=2, kernel=(3, 3, 3)), 2, 8, 8)
    assert (wrong.code, wrong.message) == ("E203", "kernel has 3 numbers for 2 spatial axes")


def test_ranges_of_hyperparameters() -> None:
    for wrong, message in (
        ({"channels": 0}, "must be at least 1"),
        ({"stride": 0}, "must be at least 1"),
        ({"padding": -1}, "must be at least 0"),
        ({"kernel": (3, 0)}, "must be at least 1"),
        ({"padding": "full"}, "same or valid"),
        ({"kernel": 2.5}, "whole number"),
    ):
        with pytest.raises(ValidationError, match=message):
            Conv.model_validate({"channels": 2, "kernel": 3, **wrong})

"""The conventions in which a figure may be given: for each, the numbers on both sides and the reason."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from specc.count import count
from specc.count.conventions import Comparison, compare
from specc.layers.conventions import APART
from specc.pipeline import compile_text
from specc.program import Program
from specc.sizes import Size


def program(layer: str, kind: str = "image[8, 9, 9]", before: str = "") -> Program:
    text = f"specc 1\n\n{before}network N {{\n    in x: {kind}\n    x -> {layer} as L\n}}\n"
    found = compile_text(text).program
    assert found is not None, text
    return found


def compared(layer: str, kind: str = "image[8, 9, 9]") -> Comparison:
    (found,) = compare(program(layer, kind))
    return found


def totals(layer: str, kind: str = "image[8, 9, 9]") -> tuple[Size, ...]:
    """The parameters as PyTorch, Keras and the textbook count them."""
    return compared(layer, kind).total.params


def output(layer: str, kind: str = "image[8, 9, 9]") -> tuple[Size, ...]:
    return tuple(count(program(layer, kind)).network("N").outputs[0][1].sizes)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("layer", "kind", "numbers"),
    [
        ("rnn(20)", "sequence[5, 10]", (640, 620, 620)),
        ("lstm(20)", "sequence[5, 10]", (2_560, 2_480, 2_480)),
        ("gru(20)", "sequence[5, 10]", (1_920, 1_920, 1_860)),
        ("batch_norm", "image[8, 9, 9]", (16, 32, 16)),
        ("attention(heads=2)", "sequence[5, 16]", (1_088, 1_088, 1_024)),
        ("attention(heads=2, bias=false)", "sequence[5, 16]", (1_024, 1_024, 1_024)),
        ("masked(linear(2), keep=[[1, 0, 1], [0, 0, 1]])", "vector[3]", (8, 8, 5)),
        ("weight_norm(linear(2))", "vector[3]", (10, 10, 10)),
        ("spectral_norm(linear(2))", "vector[3]", (8, 10, 8)),
        ("prelu", "image[8, 9, 9]", (1, 648, 1)),
        ("prelu(8)", "image[8, 9, 9]", (8, 648, 8)),
        ("conv(8, 3x3, groups=8)", "image[8, 9, 9]", (80, 80, 80)),
        ("conv(8, 3x3, groups=2)", "image[8, 9, 9]", (296, 296, 296)),
        ("embedding(16)", "tokens[5, vocab=100]", (1_600, 1_600, 1_600)),
    ],
)
def test_parameters(layer: str, kind: str, numbers: tuple[int, ...]) -> None:
    found = compared(layer, kind)
    assert found.total.params == numbers
    row = found.rows[0]
    assert row.parts == (len(set(numbers)) > 1)
    assert bool(row.why) == row.parts
    for formula, number in zip(row.workings, numbers, strict=True):
        assert formula is not None
        assert formula.value == number


def test_moving_averages_are_not_trained_in_any_convention() -> None:
    assert compared("batch_norm").total.trainable == (16, 16, 16)


def test_what_is_never_learnt_is_not_called_trainable() -> None:
    found = program("batch_norm(affine=false)", "vector[12]")
    row = count(found, "keras").network("N").rows[0]
    assert (row.params, row.non_trainable, row.trainable) == (24, 24, False)


@pytest.mark.parametrize(
    ("word", "numbers"), [("peephole_lstm", 2_540), ("full_peephole_lstm", 3_680)]
)
def test_peepholes(word: str, numbers: int) -> None:
    assert totals(f"scan({word}(20))", "sequence[5, 10]") == (numbers,) * 3


def test_same_padding_at_stride_two_has_the_size_and_not_the_values_of_one_on_both_sides() -> None:
    kind = "image[1, 10, 10]"
    same = output("conv(4, 3x3, stride=2, padding=same)", kind)
    both = output("conv(4, 3x3, stride=2, padding=1)", kind)
    assert same == both == (4, 5, 5)
    x = torch.arange(100.0).reshape(1, 1, 10, 10)
    conv = nn.Conv2d(1, 4, 3, stride=2)
    end, around = (conv(nn.functional.pad(x, p)) for p in ((0, 1, 0, 1), (1, 1, 1, 1)))
    assert end.shape == around.shape
    assert not torch.allclose(end, around)
    assert any("(0, 1)" in a.text for a in APART["conv"])


def test_pooling_cuts_or_keeps_an_odd_rest() -> None:
    assert output("max_pool(2x2)") == (8, 4, 4)
    assert output("max_pool(2x2, ceil_mode=true)") == (8, 5, 5)


def test_two_sizes_of_a_transposed_convolution_are_legal() -> None:
    first = output("conv_transpose(4, 3x3, stride=2, padding=1)")
    other = output("conv_transpose(4, 3x3, stride=2, padding=1, output_padding=1)")
    assert (first, other) == ((4, 17, 17), (4, 18, 18))
    assert all((n + 2 - 3) // 2 + 1 == 9 for n in (17, 18))


SHARED = """specc 1

network N {
    in a: vector[8]
    in b: vector[8]
    let f = linear(8)
    out y = f(a) + f(b)
}

network Frozen {
    in x: vector[8]
    x -> linear(8) as lower -> linear(8) as upper
}

train T {
    data digits(flat=true) as x, y
    minimize mse(Frozen(x[0:8]), x[0:8])
    update Frozen.upper with adam()
}
"""


def test_what_is_shared_counts_once_and_is_marked_at_each_use() -> None:
    found = compile_text(SHARED).program
    assert found is not None
    report = count(found).network("N")
    assert report.totals.params == 72
    assert report.totals.macs == 128
    assert [r.note for r in report.rows if r.macs == 64] == ["", "shares f"]


def test_what_is_frozen_counts_and_is_not_trainable() -> None:
    found = compile_text(SHARED).program
    assert found is not None
    totals_ = count(found).network("Frozen").totals
    assert (totals_.params, totals_.trainable, totals_.non_trainable) == (144, 72, 72)


def test_buffers_are_no_parameters() -> None:
    report = count(program("batch_norm")).network("N")
    assert (report.totals.params, report.totals.buffers) == (16, 17)


@pytest.mark.parametrize(
    ("layer", "kind", "macs", "biases"),
    [
        ("conv(4, 3x3)", "image[8, 9, 9]", 9 * 8 * 4 * 49, 4 * 49),
        ("conv_transpose(4, 2x2, stride=2)", "image[8, 9, 9]", 4 * 8 * 4 * 81, 4 * 18 * 18),
        ("linear(3)", "sequence[5, 10]", 150, 15),
        ("lstm(20)", "sequence[5, 10]", 5 * 80 * 30, 5 * 160),
        ("attention(heads=2)", "sequence[5, 16]", 5 * 4 * 256 + 2 * 25 * 16, 5 * 64),
        ("linear(3)", "graph[nodes=7, edges=9, node=10]", 7 * 30, 7 * 3),
        ("conv(4, 3x3, bias=false)", "image[8, 9, 9]", 9 * 8 * 4 * 49, 0),
    ],
)
def test_work(layer: str, kind: str, macs: int, biases: int) -> None:
    """MACs, FLOPs as twice as many, and what the additions of biases would add."""
    found = compared(layer, kind)
    assert (found.macs, found.flops, found.bias_additions) == (macs, 2 * macs, biases)


def test_memory_is_four_bytes_a_weight_whatever_the_unit_is_called() -> None:
    found = compared("linear(1_000)", "vector[999]")
    assert found.bytes() == 4_000_000


CALLING = """specc 1

network Siam {
    in a: image[1, 12, 12]
    in b: image[1, 12, 12]
    out d = abs(Tower(a) - Tower(b)) -> linear(1)
}

network Tower {
    in x: image[1, 12, 12]
    x -> conv(4, 3x3) as c -> batch_norm as n -> relu -> flatten -> linear(6) as f
}
"""


def test_additions_of_biases_are_those_of_called_networks_too_and_not_those_of_norms() -> None:
    found = compile_text(CALLING).program
    assert found is not None
    siam = next(c for c in compare(found) if c.network == "Siam")
    assert siam.bias_additions == 2 * (4 * 10 * 10 + 6) + 1
    assert siam.rows[0].why == (
        "keras counts the moving mean and variance too, as non-trainable parameters",
    )


def test_the_work_of_norms_is_told_apart() -> None:
    found = compile_text(CALLING).program
    assert found is not None
    norms, convs, units = 400, 9 * 4 * 100, 400 * 6
    whole = 2 * (norms + convs + units) + 6
    report = count(found).network("Siam")
    assert report.totals.macs == whole
    assert report.notes[1] == f"800 of the MACs are those of norms; {whole - 800:,} without them"


def test_memory_holds_frozen_weights_too() -> None:
    found = compile_text(SHARED).program
    assert found is not None
    frozen = next(c for c in compare(found) if c.network == "Frozen")
    assert frozen.bytes() == 4 * 144

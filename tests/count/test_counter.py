"""Counts of whole programs: rows add up, weights count once, repetitions multiply."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.count import CountReport, NetworkCount, count
from specc.layers.base import Convention
from specc.pipeline import compile_file, compile_text
from specc.sizes import Size, symbol

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.spec"))


def counted(text: str, convention: Convention = "pytorch") -> CountReport:
    compiled = compile_text(f"specc 1\n\n{text}")
    assert compiled.program is not None, list(compiled.diagnostics)
    return count(compiled.program, convention)


def rows(network: NetworkCount) -> dict[str, Size]:
    return {row.label: row.params for row in network.rows}


def added(network: NetworkCount, figure: str) -> Size:
    total: Size = 0
    for row in network.rows:
        total = total + getattr(row, figure)
    return total


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_rows_add_up_to_the_totals(path: Path) -> None:
    program = compile_file(str(path)).program
    assert program is not None
    for network in count(program).networks:
        assert added(network, "params") == network.totals.params
        assert added(network, "macs") == network.totals.macs
        assert added(network, "buffers") == network.totals.buffers
        for row in network.rows:
            if row.formula is not None:
                assert row.working.endswith(f"{row.counted.working()}")
                assert row.counted.value == row.params


def test_a_repetition_is_one_row_for_each_layer() -> None:
    (network,) = counted(
        "block layer(width) {\n    in x\n    out y = x + (x -> linear(width, bias=false))\n}\n"
        "network N {\n    in x: vector[8]\n    x -> repeat 1_000 { layer(8) }\n}\n"
    ).networks
    assert rows(network) == {"layers.*.linear1 ×1,000": 64_000, "layers.*.add1 ×1,000": 0}
    assert network.rows[0].working == "1,000·8·8 = 64,000"


def test_a_shared_block_owns_its_weights_once_and_works_twice() -> None:
    (network,) = counted(
        "block f(width) {\n    x -> linear(width)\n}\n"
        "network N {\n    in x: vector[8]\n    let g = f(8)\n    out y = g(g(x))\n}\n"
    ).networks
    assert (network.totals.params, network.totals.macs) == (72, 128)
    assert any("shares" in row.note for row in network.rows)


def test_two_uses_of_a_block_have_weights_of_their_own() -> None:
    (network,) = counted(
        "block f(width) {\n    x -> linear(width)\n}\n"
        "network N {\n    in x: vector[8]\n    x -> f(8) -> f(8)\n}\n"
    ).networks
    assert rows(network) == {"f1.linear1": 72, "f2.linear1": 72}


def test_a_tied_weight_belongs_to_its_owner() -> None:
    report = counted(
        "encoder E {\n    in x: vector[8]\n    x -> linear(3) as code\n}\n"
        "decoder D {\n    in h: vector[3]\n"
        "    h -> linear(8, weight=transpose(E.code.weight)) as back\n}\n"
    )
    assert [n.totals.params for n in report.networks] == [27, 8]
    assert report.totals.params == 35
    assert report.network("D").rows[0].note == "weight is E.code.weight transposed"


def test_bare_weights_and_buffers() -> None:
    (network,) = counted(
        "network N {\n    in x: vector[8]\n    weight w[8]\n    buffer b[8] = 1\n    out y = x * w + b\n}\n"
    ).networks
    assert (network.totals.params, network.totals.buffers) == (8, 8)


def test_symbols_stay_in_counts() -> None:
    n = symbol("n")
    report = counted(
        "param n\n\nnetwork N {\n    in x: vector[n]\n    x -> linear(10) -> linear(1)\n}\n"
    )
    assert report.totals.params == 10 * n + 21


def test_keras_counts_moving_averages() -> None:
    text = (
        "network N {\n    in x: image[1, 8, 8]\n"
        "    x -> conv(4, 3x3) as C1 -> batch_norm as N1 -> relu\n}\n"
    )
    ours, theirs = counted(text), counted(text, "keras")
    assert (ours.totals.params, ours.totals.non_trainable) == (48, 0)
    assert (theirs.totals.params, theirs.totals.non_trainable) == (56, 8)
    (difference,) = ours.differences
    assert difference.text.startswith("keras counts 8 more in N1 of N: ")


def test_receptive_fields_through_blocks_and_repetitions() -> None:
    (network,) = counted(
        "block unit(c) {\n    x -> conv(c, 3x3, padding=1) -> relu\n}\n"
        "network N {\n    in x: image[1, 64, 64]\n"
        "    x -> unit(4) -> max_pool(2x2) -> repeat 3 { unit(4) } -> conv(1, 1x1) as head\n}\n"
    ).networks
    assert network.rows[-1].receptive_field == "16×16"


def seen(text: str) -> dict[str, str]:
    (network,) = counted(text).networks
    return {row.path: row.receptive_field for row in network.rows}


def test_receptive_fields_of_a_value_whose_axes_have_no_names() -> None:
    """A class token before the patches, as in ViT: its axes are those of a bare weight."""
    found = seen(
        "network N {\n    in x: image[1, 8, 8]\n    weight cls[1, 8] = 0\n"
        "    p = x -> conv(8, 2x2, stride=2) -> flatten(1) -> transpose\n"
        "    h = concat(cls, p, axis=0) -> layer_norm as norm -> linear(8) as map\n"
        "    h -> repeat 2 { attention(heads=2) } -> select(axis=0, index=0) as first\n}\n"
    )
    assert (found["norm"], found["map"]) == ("2×2", "2×2")
    assert (found["repeat1.*.attention1"], found["first"]) == ("all", "all")


def test_a_weight_that_multiplies_the_features_mixes_no_positions() -> None:
    head = "network N {\n    in x: sequence[10, 4]\n"
    by_weight = seen(f"{head}    weight w[4, 4]\n    out y = matmul(x, w)\n}}\n")
    assert by_weight["matmul1"] == "1"
    among = seen(f"{head}    out y = matmul(x, transpose(x))\n}}\n")
    assert among["matmul1"] == "all"


def test_what_a_scan_over_maps_sees() -> None:
    found = seen(
        "cell roll(c) {\n    in x\n    state h[c, 8, 8]\n"
        "    next h = tanh(conv(c, 3x3, padding=1)(concat(h, x, axis=0)))\n    out next h\n}\n"
        "network N {\n    in x: tensor[5, 1, 8, 8]\n"
        "    x -> scan(roll(4), keep=last) as last -> flatten -> linear(10) as head\n}\n"
    )
    assert (found["last"], found["head"]) == ("all×11×11", "all")


def test_names_by_order_of_words_that_end_in_a_digit() -> None:
    stages = " -> ".join(["relu"] * 62 + ["relu6"] * 2)
    (network,) = counted(f"network N {{\n    in x: vector[4]\n    x -> {stages}\n}}\n").networks
    names = [row.path for row in network.rows]
    assert len(set(names)) == 64
    assert (names[60], *names[62:]) == ("relu61", "relu6_1", "relu6_2")


def test_a_difference_says_in_how_many_layers_it_is() -> None:
    text = (
        "specc 1\n\nblock part(c) {\n    x -> conv(c, 1x1) -> batch_norm\n}\n\n"
        "network Net {\n    in x: image[4, 8, 8]\n    x -> part(4) -> repeat 3 { part(4) }\n}\n"
    )
    program = compile_text(text).program
    assert program is not None
    [difference] = [d for d in count(program).differences if d.convention == "keras"]
    assert difference.text.startswith("keras counts 32 more in 4 batch_norm layers")


CELLS = """specc 1
cell conv_lstm(channels) {
    in x
    state h[channels, 16, 16]
    gate f = sigmoid(conv(channels, 3x3, padding=1)(concat(h, x)))
    g = tanh(conv(channels, 5x5, padding=2)(x))
    next h = f * g
    out next h
}
network Frames {
    in x: tensor[6, 1, 16, 16]
    x -> scan(conv_lstm(4), keep=last) as S -> conv(1, 3x3) as C
}
network Endless {
    in x: tensor[T, 1, 16, 16]
    x -> scan(conv_lstm(4), keep=last) as S
}
network Words {
    in x: sequence[T, 5]
    x -> scan(rnn_cell(4)) as S
}
network Unnamed {
    in x: tensor[2, 16, 16]
    x -> conv(4, 3x3, padding=1) -> conv(4, 3x3) as C
}
"""


def test_receptive_fields_in_cells_grow_with_the_steps() -> None:
    program = compile_text(CELLS).program
    assert program is not None
    report = count(program)
    seen = {(n.name, r.path): r.receptive_field for n in report.networks for r in n.rows}
    assert seen["Frames", "S.conv2"] == "all×5×5"  # of one frame, which may be any
    assert seen["Frames", "S.conv1"] == "all×15×15"  # 5 + 4·2 before the last step, and 2
    assert seen["Frames", "S"] == "all×15×15"
    assert seen["Frames", "C"] == "all×17×17"
    assert seen["Endless", "S"] == "all"
    assert seen["Words", "S.linear1"] == "all"
    assert seen["Unnamed", "C"] == "5×5"


def test_conditions_on_free_sizes_settle_roundings() -> None:
    text = """specc 1
network U {
    in x: image[1, H, W]
    e = x -> conv(2, 3x3, padding=1)
    d = e -> max_pool(2x2) -> conv(4, 3x3, padding=1)
    out y = concat(d -> conv_transpose(2, 2x2, stride=2), e)
}
"""
    program = compile_text(text).program
    assert program is not None
    network = count(program).networks[0]
    assert [str(kind) for _, kind in network.outputs] == ["4×H×W"]
    assert str(network.totals.macs) == "44·H·W"

"""A wrong figure is explained by the slip that gives it."""

from __future__ import annotations

import pytest

from specc.claims.outcome import Value, same
from specc.claims.slips import Finding, diagnose
from specc.exam.asked import Desk
from specc.exam.result import Question
from specc.layers.base import Convention
from specc.pipeline import compile_text

LENET = """specc 1

network LeNet {
    in x: image[1, 32, 32]
    x -> conv(6, 5x5, padding=2) as C1 -> tanh
      -> avg_pool(2x2) as S2
      -> conv(16, 5x5, stride=2) as C3 -> tanh
      -> conv(32, 3x3, groups=4, bias=false) as G4
      -> flatten
      -> linear(84) as F6 -> tanh
      -> linear(10) as F7
}

answers "exam" {
    %s
}
"""


def note(claim: str) -> str:
    (diagnostic,) = compile_text(LENET % claim).diagnostics
    assert diagnostic.code == "E602"
    return " | ".join(diagnostic.notes)


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("C1.params = 150", "150 = 5·5·1·6: the 6 biases are missing"),
        ("C1.params = 6", "only the biases are counted"),
        ("C1.params = 151", "there are 6 biases, not one for all"),
        ("C1.params = 26", "that is one filter; there are 6"),
        ("F7.params = 85", "that is one unit; there are 10"),
        ("C3.params = 416", "each filter spans all 6 input channels, not one"),
        ("G4.params = 4_608", "with groups=4 a filter sees only its own group"),
        ("G4.params = 1_184", "it has no biases: bias=false"),
        ("S2.params = 4", "avg_pool learns nothing: its window has no weights"),
        ("S2.params = 24", "avg_pool learns nothing"),
        ("S2.params = 12", "avg_pool has no coefficients and no biases here"),
        ("F6.params = 2_772", "not 32, the channels of G4"),
        ("C1.params = 153_600", "those are multiplications; all positions share the weights"),
        ("C1.output = [6, 28, 28]", "padding=2 is forgotten"),
        ("C1.output = [6, 30, 30]", "padding=2 is added at both ends"),
        ("C1.output = [32, 32, 6]", "the axes are channels, height, width, in this order"),
        ("S2.output = [6, 31, 31]", "a window moves"),
        ("C3.output = [16, 12, 12]", "the stride is forgotten"),
        ("C3.output = [16, 7, 7]", "the division is rounded down, not up"),
        ("C3.output = [16, 5, 5]", "the + 1 at the end is missing"),
        ("C3.output = [6, 6, 6]", "it gives 16 channels, whatever comes in"),
        ("C1.macs = 307_200", "a multiplication with its addition counts as one"),
        (
            "C1.macs = 150",
            "that counts each weight once, but it is used at 32·32 = 1,024 positions",
        ),
        ("C3.receptive_field = 5", "that is what it sees of its own input"),
        ("C3.receptive_field = 10", "the strides on the way are forgotten"),
    ],
)
def test_slips_of_a_layer(claim: str, expected: str) -> None:
    assert expected in note(claim)


def test_slips_of_a_sum() -> None:
    whole = 156 + 2_416 + 1_152 + (512 + 1) * 84 + 850
    assert "the 116 biases are missing" in note(f"LeNet.params = {whole - 116}")
    assert "C3 is missing: (5·5·6 + 1)·16 = 2,416" in note(f"LeNet.params = {whole - 2_416}")
    assert "F7 is counted twice" in note(f"LeNet.params = {whole + 850}")


def test_no_slip_no_guess() -> None:
    assert note("C1.params = 157") == ""


def test_a_sum_without_slip_shows_its_parts() -> None:
    assert note("LeNet.params = 1").startswith("F6 43,092 (90.4 %)   C3 2,416 (5.1 %)   G4 1,152")


TIED = """specc 1

encoder Encoder {
    in x: vector[64]
    x -> linear(32) as code
}

decoder Decoder {
    in h: vector[32]
    h -> linear(64, weight=transpose(Encoder.code.weight)) as out_
}

answers "tied" {
    Decoder.params = %d
}
"""


def test_tied_weights_count_once() -> None:
    assert not list(compile_text(TIED % 64).diagnostics)
    (diagnostic,) = compile_text(TIED % 2_112).diagnostics
    assert "2,048 tied weights are counted twice" in diagnostic.notes[0]


REPEATED = """specc 1

network Deep {
    in x: vector[8]
    x -> repeat 3 { linear(8) -> batch_norm -> relu }
}

answers "deep" %s {
    Deep.params = %d
}
"""


def test_rounds_have_weights_of_their_own() -> None:
    assert not list(compile_text(REPEATED % ("", 264)).diagnostics)
    (diagnostic,) = compile_text(REPEATED % ("", 88)).diagnostics
    assert "each round of a repetition has weights of its own" in diagnostic.notes[0]


def test_another_convention_is_named() -> None:
    assert not list(compile_text(REPEATED % ("(convention=keras)", 312)).diagnostics)
    (diagnostic,) = compile_text(REPEATED % ("", 312)).diagnostics
    assert "moving averages" in diagnostic.notes[0] or "keras" in diagnostic.notes[0]


MANY = """specc 1

network Net {
    in x: image[3, 33, 33]
    x -> conv(12, 7x7, stride=2, padding=3) as C1 -> batch_norm as N1 -> relu
      -> conv(24, 3x3, groups=4, padding=1, bias=false) as G1 -> relu -> max_pool(8x8) as P2
      -> flatten as FL -> linear(50) as F1 -> relu -> linear(7) as F2
}
network Up {
    in z: image[8, 4, 4]
    z -> conv_transpose(5, 4x4, stride=2, padding=1) as T1
}
network Seq {
    in t: sequence[15, 18]
    t -> lstm(10) as LS -> gru(9, bidirectional=true) as GR -> rnn(11, layers=2) as RN
}
network Tr {
    in s: sequence[14, 24]
    s -> attention(heads=4) as A -> layer_norm as LN -> linear(96) as M1
}
encoder Enc {
    in x: vector[50]
    x -> linear(13) as code
}
network Tied {
    in x: vector[50]
    h = Enc(x)
    h -> linear(50, weight=transpose(Enc.code.weight)) as dec
}
network Tower {
    in x: image[1, 14, 14]
    x -> conv(5, 3x3) as c1 -> relu -> max_pool(2x2) -> flatten -> linear(9) as f1
}
network Siam {
    in a: image[1, 14, 14]
    in b: image[1, 14, 14]
    out s = abs(Tower(a) - Tower(b)) -> linear(1) as last
}
network Deep {
    in s: sequence[20, 16]
    s -> repeat 3 { attention(heads=2) as att -> layer_norm as ln -> linear(16) as up } as trunk
}
network Vol {
    in x: volume[2, 10, 12, 14]
    x -> conv(6, 3x3x3) as V1 -> group_norm(3) as GN
}
network Text {
    in t: tokens[15, vocab=200]
    t -> embedding(18) as E -> learned_positions(15) as PO
}
network Sig {
    in x: signal[4, 100]
    x -> conv(16, 9, dilation=2) as S1
}
network Wn {
    in x: vector[9]
    x -> weight_norm(linear(6)) as WN
}
network Pool {
    in x: image[2, 33, 33]
    x -> max_pool(3x3, stride=2) as P1
}
"""
_DESK: list[Desk] = []


def found(question: str, value: Value, convention: Convention = "pytorch") -> tuple[Finding, ...]:
    if not _DESK:
        program = compile_text(MANY).program
        assert program is not None
        _DESK.append(Desk(program))
    one = _DESK[0].ask(Question(question, convention=convention))
    return diagnose(one.tables, one.subject, one.word, lambda other: same(value, other))


def told(question: str, value: Value, convention: Convention = "pytorch") -> str:
    return " | ".join(f.sentence for f in found(question, value, convention))


_NET = (49 * 3 + 1) * 12 + 24 + 27 * 24 + (24 * 4 + 1) * 50 + 51 * 7
_TR = 4 * 24 * 25 + 48 + 25 * 96
_TOWER = 50 + (5 * 36 + 1) * 9
_TOWER_MACS = 9 * 5 * 144 + 180 * 9


@pytest.mark.parametrize(
    ("question", "value", "reason"),
    [
        # Offsets of norms are no biases of a layer, unless somebody forgets them too.
        ("Tr.params", _TR - 4 * 24 - 96, "the 192 biases are missing"),
        ("Tr.params", _TR - 4 * 24 - 96 - 24, "the 216 biases are missing, 24 of them offsets of norms"),
        ("Net.params", _NET - 12 - 50 - 7, "the 69 biases are missing"),
        ("N1.params", 12, "each channel has a scale and an offset"),
        # Inside of networks that are called.
        ("Siam.params", _TOWER + 10 - 15, "the 15 biases are missing"),
        ("Siam.params", _TOWER + 10 - 5, "Tower1.c1: the 5 biases are missing"),
        ("Siam.macs", _TOWER_MACS + 9, "Tower2 is called again"),
        ("Siam.macs", 2 * (2 * _TOWER_MACS + 9), "FLOPs are given for MACs"),
        ("Siam.Tower2.params", _TOWER, "shared weights are counted twice"),
        ("Siam.params", 2 * _TOWER + 10, "shared weights are counted twice"),
        ("Tied.params", 51 * 13 + 50 - 63, "the 63 biases are missing"),
        ("Tied.params", 51 * 13, "dec is missing"),
        # Sums of work.
        ("Net.macs", 49 * 3 * 12 * 289 + 27 * 24 * 289 + 96 * 50 + 350, "N1 is missing: 12·17·17"),
        ("Net.flops", 2 * (49 * 3 * 12 * 289 + 3_468 + 27 * 24 * 289 + 350), "F1 is missing: 96·50"),
        # The numbers of a reason are those of the layer.
        ("T1.macs", 4 * 4 * 8 * 5, "it is used at 4·4 = 16 positions"),
        ("F1.memory", 4 * 96 * 50, "the 50 biases are missing"),
        ("F2.params", 51 * 7 - 7, "the 7 biases are missing"),
        ("last.params", 9, "the bias is missing"),
        ("V1.output", (6, 8, 10), "one axis is left out: width, 12"),
        ("C1.output", (12, 17), "one axis is left out: height, 17"),
        ("C1.output", (17, 17), "there are 12 channels of that size"),
        ("LS.output", (10,), "one axis is left out: time, 15"),
        ("FL.output", (24,), "every position of every channel is kept"),
        # Repetitions.
        ("trunk.att.params", 3 * 3 * 16 * 17, "(out_proj) is forgotten"),
        ("trunk.att.params", 3 * 4 * 16 * 16, "the 192 biases are missing"),
        ("trunk.up.macs", 20 * 16 * 16, "that is one copy; there are 3"),
        ("trunk.ln.params", 32, "that is one copy; there are 3"),
        ("trunk.ln.params", 48, "each channel has a scale and an offset"),
        # Recurrent work.
        ("GR.macs", 15 * 3 * 19 * 9, "the other direction"),
        ("RN.macs", 15 * 29 * 11, "there are 2 layers of cells"),
        ("RN.params", 2 * (18 + 11 + 2) * 11, "the second layer of cells reads the states"),
        ("RN.macs", 15 * (29 + 22) * 11 + 15 * 44, "adding the biases multiplies nothing"),
        # One kind of layer.
        ("V1.params", (9 * 2 + 1) * 6, "three axes"),
        ("S1.params", (81 * 4 + 1) * 16, "one axis, along the signal"),
        ("S1.params", (17 * 4 + 1) * 16, "the holes have no weights"),
        ("WN.params", 60, "the learnt length g"),
        ("E.params", 200 * 18 * 15, "all 15 steps read the same table"),
        ("PO.params", 0, "the table of positions is learnt"),
        ("GN.params", 0, "affine=true"),
        ("P1.output", (2, 11, 11), "the stride is given; it is not the window's size"),
    ],
)  # fmt: skip
def test_the_reason_is_the_slip(question: str, value: Value, reason: str) -> None:
    assert reason in told(question, value)


@pytest.mark.parametrize(
    ("question", "value", "never"),
    [
        ("trunk.att.params", 4 * 16 * 17, "pytorch counts so"),
        ("Deep.params", 4 * 16 * 17 + 32 + 272, "another convention"),
        ("V1.output", (6, 8, 10), "12 channels"),
        ("LS.output", (10,), "15 channels"),
        ("Siam.Tower2.params", 50, "learns nothing"),
        ("trunk.ln.params", 32, "a scale and an offset"),
        ("trunk.ln.trainable", 32, "pytorch counts so"),
    ],
)
def test_no_reason_that_does_not_hold(question: str, value: Value, never: str) -> None:
    assert never not in told(question, value)


TWO = """specc 1
network Net {
    in x: sequence[5, 10]
    x -> lstm(20) as L -> linear(4) as H
}
answers "Q" {
    Net.biases = 80
    L.biases = 80
}
"""


def test_a_convention_is_that_of_parts_and_of_the_whole_beside_a_slip() -> None:
    whole, one = (str(d.notes) for d in compile_text(TWO).diagnostics)
    assert "keras counts so: (convention=keras), and in H: the layer is missing" in whole
    assert "80 = 4·20: keras counts so: (convention=keras)" in one


def test_the_other_conventions_are_named_and_never_the_own() -> None:
    assert "pytorch counts so" in told("LS.params", 4 * 30 * 10, "keras")
    assert "textbook counts so" in told("trunk.att.params", 3 * 4 * 256)
    assert "pytorch counts so" not in told("trunk.att.params", 4 * 16 * 17, "keras")


@pytest.mark.parametrize(
    ("question", "value"),
    [("T1.params", 1_280), ("T1.params", 360), ("F2.params", 290), ("A.params", 4_800),
     ("Seq.params", 4_400), ("Seq.params", 5_555), ("Net.params", 9_999)],
)  # fmt: skip
def test_a_number_that_nobody_comes_to_is_not_explained(question: str, value: int) -> None:
    assert found(question, value) == ()


def test_of_several_slips_some_are_told_and_the_rest_counted() -> None:
    layers = " -> ".join(f"linear(4, bias=false) as L{i}" for i in range(7))
    head = f"specc 1\n\nnetwork N {{\n    in x: vector[4]\n    x -> {layers}\n}}\n"
    (diagnostic,) = compile_text(head + 'answers "Q" {\n    N.params = 96\n}\n').diagnostics
    assert diagnostic.notes[0] == "96: L0 is missing: 4·4 = 16"
    assert diagnostic.notes[-1] == "or by 4 other slips"

"""A wrong figure is explained by the slip that gives it."""

from __future__ import annotations

import pytest

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

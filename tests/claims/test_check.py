"""Claims and promises against the count: what holds, what does not, and what they may be about."""

from __future__ import annotations

from specc.claims import dynamic_expects, outcomes
from specc.pipeline import compile_text
from specc.report.render import full

NET = """specc 1

param width = 16

block unit(channels) {
    x -> conv(channels, 3x3, padding=1) as map -> relu
}

network Net {
    in x: image[1, 8, 8]
    h = x -> conv(4, 3x3, padding=1) -> relu
    out y = h -> unit(width) -> unit(width) -> flatten -> linear(10) as logits
}

%s
"""


def found(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text(NET % text).diagnostics]


def answers(*claims: str) -> list[tuple[str, str]]:
    return found('answers "a" {\n    ' + "\n    ".join(claims) + "\n}")


def test_right_claims_say_nothing() -> None:
    assert (
        answers(
            "logits.params = 16 * 8 * 8 * 10 + 10",
            "Net.logits.output = 10",
            "logits.weight = [10, 1024]",
            "logits.features = 10",
            "unit1.map.params = (3*3*4 + 1) * width",
            "unit2.map.output = [width, 8, 8]",
            "Net.params = 40 + 592 + 2_320 + 10_250",
            "file.params = 13_202",
            "Net.trainable = Net.params",
            "Net.non_trainable = 0",
            "unit2.map.receptive_field = 7",
            "logits.macs = 10_240",
        )
        == []
    )


def test_names_that_are_not_there() -> None:
    assert answers("logit.params = 1") == [("E402", "logit")]
    assert answers("Net.logit.params = 1") == [("E401", "logit")]
    assert answers("logits.parms = 1") == [("E603", "parms")]
    assert answers("logits.params = widht") == [("E402", "widht")]


def test_a_stage_of_two_networks_must_be_told_apart() -> None:
    other = "network Other {\n    in x: vector[4]\n    x -> linear(2) as logits\n}\n"
    (diagnostic,) = compile_text(NET % (other + 'answers "a" { logits.params = 10 }')).diagnostics
    assert (diagnostic.code, diagnostic.helps) == ("E401", ("Net.logits",))
    assert found(other + 'answers "a" { Other.logits.params = 10 }') == []


def test_a_figure_that_a_subject_lacks_is_not_offered() -> None:
    text = """specc 1

encoder E {
    in x: vector[8]
    out mu = x -> linear(2)
    out logvar = x -> linear(2)
}

answers "a" { E.compression_ratio = 4 }
"""
    (diagnostic,) = compile_text(text).diagnostics
    outputs, figures = diagnostic.notes
    assert outputs == "E has 2 outputs: mu, logvar"
    assert "compression_ratio" not in figures


def test_a_claim_about_an_unnamed_stage_is_warned_about() -> None:
    assert answers("conv1.params = 40") == [("W605", "conv1")]
    assert answers("unit1.map.params = 592") == []
    assert answers("unit1.params = 592") == [("W605", "unit1")]


def test_a_block_that_the_author_named_is_not_warned_about() -> None:
    """A block has no row of its own in the table, and yet a name."""
    claims = 'answers "a" { U1.params = 592  loop.unit1.params = 4640 }'
    loop = "repeat 2 { unit(width) -> unit(width) } as loop -> unit"
    body = NET.replace("unit(width) -> unit", f"unit(width) as U1 -> {loop}")
    assert [d.span.text for d in compile_text(body % claims).diagnostics] == ["loop.unit1"]


HOPS = """specc 1

network GCN {
    in g: graph[node=34]
    h = g -> self_loops -> gcn(16) as G1 -> relu
    h -> gcn(2) as G2
}

answers "a" { G1.receptive_field = %d  G2.receptive_field = %d }
"""


def test_a_receptive_field_on_a_graph_is_told_in_hops() -> None:
    assert not list(compile_text(HOPS % (1, 2)).diagnostics)
    wrong = compile_text(HOPS % (2, 3)).diagnostics
    said = ["G1.receptive_field is 1, not 2", "G2.receptive_field is 2, not 3"]
    assert [d.message for d in wrong] == said
    assert "(2−1)" not in full(wrong)


def test_options_of_answers() -> None:
    assert found('answers "a" (convention=kears) { logits.params = 10_250 }') == [("E204", "kears")]
    assert found('answers "a" (conv=keras) { logits.params = 10_250 }') == [("E202", "conv")]
    assert found('answers "a" (tolerance=0.01, marks=3) { logits.params = 10_300 }') == []


def test_promises() -> None:
    assert found("expect Net.params == 13_202") == []
    assert found("expect Net.params <= 14_000 and Net.macs > 100") == []
    assert found("expect Net.params <= 13_000") == [("E601", "13_000")]
    assert found("expect Net.params < 1 and Net.params > 20_000") == [
        ("E601", "1"),
        ("E601", "20_000"),
    ]
    assert found("expect Net.output == [10]") == []
    assert found("expect max(width, 3) == 16") == []


def test_a_broken_promise_shows_the_parts_and_a_way_out() -> None:
    diagnostics = compile_text(NET % "expect Net.params <= 12_000", "net.spec").diagnostics
    assert full(diagnostics) == (
        "net.spec:15:22: error[E601]: Net has 13,202 parameters, 1,202 more than promised\n"
        "15 | expect Net.params <= 12_000\n"
        "   |                      ^^^^^^\n"
        "   = logits 10,250 (77.6 %)   unit2.map 2,320 (17.6 %)   unit1.map 592   conv1 40"
    )


def test_a_sum_in_a_promise_is_spelled_out() -> None:
    (diagnostic,) = compile_text(NET % "expect logits.params + 5 == 3").diagnostics
    assert diagnostic.message == "logits.params + 5 is 10,255, not 3"
    assert diagnostic.notes == ("logits.params + 5 = 10,250 + 5 = 10,255",)


TRAINED = """specc 1

network Net {
    in x: vector[64]
    x -> linear(64) as h
}

train Net {
    data digits(flat=true) as x, label
    minimize mse(Net(x), x)
    optimizer adam(lr=1e-3)
    epochs 1
}

expect test.mse <= 0.15 * test.mse(mean_image)
expect Net.params == 4_160
"""


def test_promises_about_training_are_left_to_training() -> None:
    compiled = compile_text(TRAINED)
    assert not list(compiled.diagnostics)
    assert compiled.program is not None
    (dynamic,) = dynamic_expects(compiled.program)
    assert dynamic.condition.span.text == "test.mse <= 0.15 * test.mse(mean_image)"


def test_wrong_claims_leave_the_program_whole() -> None:
    compiled = compile_text(
        NET % 'answers "a" (marks=4) { logits.params = 3\n Net.params = 13_202 }'
    )
    assert compiled.program is not None
    (sheet,) = outcomes(compiled.program)
    assert (sheet.right, sheet.marks, len(sheet.outcomes)) == (1, 4.0, 2)
    assert sheet.outcomes[0].working == "(1,024 + 1)·10 = 10,250"


def test_free_sizes_in_claims() -> None:
    text = (
        "specc 1\n\nparam n\n\nnetwork R {\n    in x: vector[n]\n"
        "    x -> linear(10) as h -> linear(1) as o\n}\n"
        'answers "a" {\n    h.params = 10*n + 10\n    R.params = %s\n}\n'
    )
    assert not list(compile_text(text % "10*n + 21").diagnostics)
    (diagnostic,) = compile_text(text % "10*n").diagnostics
    assert diagnostic.message == "R.params is 10·n + 21, not 10·n"


def test_a_broken_promise_shows_its_figures() -> None:
    net = "specc 1\nnetwork N {\n    in x: vector[8]\n    x -> linear(4)\n}\n"

    def said(promise: str) -> tuple[str, tuple[str, ...]]:
        [one] = compile_text(f"{net}expect {promise}\n").diagnostics
        return one.message, one.notes

    assert said("N.params == 0 or N.params > 99") == (
        "this promise does not hold",
        ("N.params is 36",),
    )
    assert said("N.params != 36")[0] == "N has 36 parameters, and it should be another number"
    assert "5.142857142857143, not 5.142857" in said("N.params / 7 == 5.142857")[0]


def test_a_figure_is_claimed_once() -> None:
    text = (
        "specc 1\nnetwork N {\n    in x: vector[8]\n    x -> linear(4)\n}\n"
        'answers "Q" {\n    N.params = 36\n    N.params = 36\n}\n'
    )
    [one] = compile_text(text).diagnostics
    assert (one.code, one.message) == ("E403", "N.params is claimed twice")

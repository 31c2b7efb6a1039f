"""No fault hides another: what stands behind an error, in a branch not taken, in no round is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.pipeline import compile_text


def found(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text("specc 1\n" + text).diagnostics]


def in_net(body: str, type: str = "vector[8]") -> list[tuple[str, str]]:
    return found(f"param c = false\nnetwork Net {{\n    in x: {type}\n    {body}\n}}\n")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "a = x -> linaer(3)\n    out y = (where(a, nope, b_)) if not c else x",
            ["linaer", "nope", "b_"],
        ),
        ("a = x -> linaer(3)\n    out y = matmul(a, x, foo=c)", ["linaer", "foo"]),
        ("a = x -> linaer(3)\n    out y = mse(a, x, reduction=foo) + c", ["linaer", "foo"]),
        ("x -> linaer(3) -> repeat 3 { lineer(8) -> relu(bar=c) }", ["linaer", "lineer", "bar"]),
        ("x -> repeat fo { lineer(8) -> relu(bar=c) }", ["fo", "lineer", "bar"]),
        ("x -> for n in nope { lineer(n) -> relu(bar=c) }", ["nope", "lineer", "bar"]),
        ("x -> repeat 0 { lineer(8) } -> linear(4, bias=c)", ["lineer"]),
        ("x -> for n in [] { lineer(n) } -> linear(4, bias=c)", ["lineer"]),
        ("out y = (x -> linaer(4)) if c else x", ["linaer"]),
        ("h = foo if c else x\n    out y = h -> linear(4, bias=c and nope)", ["foo", "nope"]),
        ("x -> linear(foo if c else 3)", ["foo"]),
        ('a = x -> linaer(3, bias=c)\n    out y = a ^ "2" + a["0"]', ["linaer", '"2"', 'a["0"]']),
        ("a = x -> linaer(3, bias=c)\n    out y = mean(a, axis=tiem)", ["linaer", "tiem"]),
        ("out y = foo if c else bar", ["foo", "bar"]),
        ("x -> (linear(3) if c else linaer(4)) -> (rleu if c else tanh)", ["linaer", "rleu"]),
        ("out y = (relu if c else tahn)(x)", ["tahn"]),
        ("x -> unsqueeze(0) -> conv(4, 3, padding=smae if c else same)", ["smae"]),
        ("x -> linaer(3) -> scan(lstm(3, foo=1), keep=al, bar=x, bias=c)", None),
    ],
)
def test_the_other_faults_are_seen_too(body: str, expected: list[str] | None) -> None:
    said = [text for _, text in in_net(body)]
    if expected is None:
        assert {"linaer", "foo", "al"} <= set(said)
    else:
        assert said == expected


@pytest.mark.parametrize(
    "body",
    [
        "x -> conv(4, 3x3, padding=same if c else valid)",
        "x -> conv(4, 3x3, padding=same if c else 0)",
        "x -> conv(4, 99x99 if c else 3x3)",
        "h = (x -> repeat 0 { conv(4, 99x99) as A -> relu }) if c else x\n    out y = h -> relu",
        "h = (x[0, 99, 3].width + 1) if c else 3\n    out y = x -> conv(h, 3x3)",
    ],
)
def test_no_size_of_a_branch_not_taken_is_judged(body: str) -> None:
    assert in_net(body, "image[1, 8, 8]") == []


def test_a_file_that_is_missing_excuses_the_words_it_may_have() -> None:
    text = 'use "foo.spec"\nnetwork N {\n    in x: vector[8]\n    x -> res(4) -> linaer(2)\n}\n'
    assert found(text) == [("E407", '"foo.spec"'), ("E201", "linaer")]


def test_a_used_file_that_is_no_text_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "bin.spec").write_bytes(b"specc 1\n\xff\xfe")
    (diagnostic,) = compile_text(
        'specc 1\nuse "bin.spec"\n', str(tmp_path / "main.spec")
    ).diagnostics
    assert diagnostic.message == f"{tmp_path / 'bin.spec'} is not UTF-8 text (line 2)"


def test_a_poisoned_argument_is_not_missed() -> None:
    assert in_net("x -> linear(nope, bias=c)") == [("E402", "nope")]
    assert in_net("x -> reshape(nope, bias=c)") == [("E402", "nope"), ("E202", "bias")]


TRAIN = """
network N {
    in x: vector[64]
    x -> linear(10)
}
train T {
    data digits(flat=true) as x, label
    %s
    optimizer adam(lr=1e-3)
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("logits = N(x)\n    minimize cross_entropy(N(x) label)", [("E101", "label")]),
        (
            "p = N(x)\n    p = N(x)\n    minimize cross_entropy(p, label)",
            [("E403", "p = N(x)")],
        ),
        (
            "minimize cross_entropy(N(x), label)" + 2 * "\n    metric accuracy(N(x), label)",
            [("E403", "metric accuracy(N(x), label)")],
        ),
        ("p  N(x)\n    minimize cross_entropy(p, label)", [("E101", "N")]),
        ("minimize cross_entropy(nope, label) + mean(nope)", [("E402", "nope")]),
    ],
)
def test_one_fault_of_a_training_is_one_message(body: str, expected: list[tuple[str, str]]) -> None:
    assert found(TRAIN % body) == expected


def test_a_promise_is_made_once() -> None:
    text = TRAIN % "minimize cross_entropy(N(x), label)"
    assert found(text + "expect N.params == 650\nexpect N.params == 650\n") == [
        ("E403", "expect N.params == 650")
    ]


def test_an_error_in_a_block_names_its_calls() -> None:
    text = """
block B(n) {
    in x
    x -> conv(n, 9x9)
}
network N {
    in x: image[1, 8, 8]
    out y = (x -> B(3)) + (x -> B(3)) + (x -> B(4))
}
"""
    [one] = compile_text("specc 1" + text, "n.spec").diagnostics
    assert one.code == "E301"
    assert [n for n in one.notes if "called" in n] == [
        "in B(3), called at n.spec:8:19 on 1×8×8",
        "in B(3), called at n.spec:8:33 on 1×8×8",
        "in B(4), called at n.spec:8:47 on 1×8×8",
    ]


def test_an_image_with_its_channels_last_is_one_message() -> None:
    [one] = compile_text(
        "specc 1\nnetwork N {\n    in x: image[8, 8, 1]\n    x -> conv(4, 5x5)\n}\n"
    ).diagnostics
    assert one.code == "E301"
    assert one.helps == ("image[1, 8, 8]: sizes are channels, height, width",)


NETS = """
network A {
    in x: vector[8]
    in y: vector[4]
    out z = [x, y]
}
network B {
    in x: vector[8]
    in y: vector[4]
    %s
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("out z = A(y=y, x=x)", []),
        ("out z = x -> A(y=y)", []),
        ("out z = A(x, y=y)", []),
        ("out z = A(yy=y, x=x)", [("E202", "yy")]),
        ("out z = x -> A(x=y)", [("E202", "x")]),
        ("out z = [A(x=x), y]", [("E202", "A(x=x)")]),
    ],
)
def test_operands_go_by_name_too(body: str, expected: list[tuple[str, str]]) -> None:
    assert found(NETS % body) == expected


def test_fold_with_sizes_puts_windows_back() -> None:
    windows = "x -> unfold(2x2, stride=2)"
    assert in_net(f"{windows} -> fold(2x2, stride=2, size=8x8, dilation=1)", "image[3, 8, 8]") == [
        ("W405", "c")
    ]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ("pad(1, mode=reflect, value=3)", "3"),
        ("conv(3, 3x3, padding_mode=reflect)", "reflect"),
        ("instance_norm(momentum=0.2)", "0.2"),
        ("avg_pool(2x2, count_include_pad=false)", "false"),
    ],
)
def test_an_argument_that_is_not_read_is_said(call: str, argument: str) -> None:
    text = f"network N {{\n    in x: image[3, 8, 8]\n    x -> {call}\n}}\n"
    assert found(text) == [("W308", argument)]


def test_a_softmax_of_one_number_is_said() -> None:
    text = "network N {\n    in x: vector[3]\n    x -> linear(1) -> softmax\n}\n"
    assert found(text) == [("W308", "softmax")]


def test_a_range_without_end_is_refused() -> None:
    text = "network N {\n    in x: vector[3]\n    x -> linear(len(range(0, 4, 0)))\n}\n"
    assert found(text) == [("E203", "range(0, 4, 0)")]


def test_a_documentation_of_nothing_is_said() -> None:
    text = "network N {\n    ## inside\n    in x: vector[3]\n    x -> relu\n}\n"
    assert found(text) == [("W405", "## inside")]


def test_only_a_near_word_is_a_fix() -> None:
    text = "specc 1\nnetwork N {\n    in x: vector[3]\n    x -> %s\n}\n"
    [one] = compile_text(text % "adapt(4)").diagnostics
    assert one.fix is None
    assert one.text == ""
    [one] = compile_text(text % "resh[3]").diagnostics
    assert one.fix is None
    assert "reshape" in one.text
    [one] = compile_text(text % "rellu").diagnostics
    assert one.fix is not None


def test_what_the_library_has_needs_no_use() -> None:
    [one] = compile_text('specc 1\nuse "lstm.spec"\n').diagnostics
    assert one.helps == ("lstm: known without use, as all of the standard library is",)


def test_a_tied_weight_that_does_not_fit_is_marked_itself() -> None:
    text = """
encoder E {
    in x: vector[784]
    x -> linear(256) -> relu -> linear(32) as code
}
decoder D {
    in h: vector[32]
    h -> linear(784, weight=transpose(E.code.weight))
}
"""
    [one] = compile_text("specc 1" + text).diagnostics
    assert (one.code, one.span.text) == ("E304", "transpose(E.code.weight)")
    assert one.helps[0].startswith("mirror both layers: -> linear(256, weight=")


def test_before_a_bracket_that_is_not_closed_words_are_read() -> None:
    line = "x -> linear(8, bas=c) -> rellu -> linear(8, bias=c -> relu"
    assert in_net(line) == [("E202", "bas"), ("E201", "rellu"), ("E101", "(")]
    assert in_net("h = x -> linear(8, bias=c -> relu\n    h -> lineer(3)") == [
        ("E101", "("),
        ("E201", "lineer"),
    ]


def test_a_cell_whose_scan_is_refused_is_looked_at() -> None:
    cell = "cell t(n) {\n    in x\n    state h[n]\n    next h = tanh(linear(m)([h, x]))\n    out next h\n}\n"
    net = "network N {\n    in x: sequence[8, 3]\n    x -> scan(t(5), keep=lats)\n}\n"
    assert found(cell + net) == [("E402", "m"), ("E203", "lats")]

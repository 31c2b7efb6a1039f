"""Signs and habits of other languages: one message each, which says how the same is written here."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes

NET = "specc 1\nnetwork Net {{\n    in x: {type}\n    {body}\n}}\n"


def found(body: str, type: str = "vector[3]") -> list[Diagnostic]:
    return list(compile_text(NET.format(body=body, type=type), "t.spec").diagnostics)


@pytest.mark.parametrize(
    ("body", "type", "mended"),
    [
        ("x → linear(3)", "vector[3]", "x -> linear(3)"),
        ("x => linear(3)", "vector[3]", "x -> linear(3)"),
        ("out y = 2 · x − 1", "vector[3]", "out y = 2 * x - 1"),
        ("out y = x ** 2", "vector[3]", "out y = x ^ 2"),
        ("x -> conv(3, 3×3)", "image[1, 8, 8]", "x -> conv(3, 3x3)"),
        ("x -> conv(3, 3X3)", "image[1, 8, 8]", "x -> conv(3, 3x3)"),
        ("x -> conv(3, 3 x 3)", "image[1, 8, 8]", "x -> conv(3, 3x3)"),
        ("x -> conv(3 3x3)", "image[1, 8, 8]", "x -> conv(3, 3x3)"),
        ("x -> conv(3, kernel: 3x3)", "image[1, 8, 8]", "x -> conv(3, kernel=3x3)"),
        ('x -> conv(3, "3x3")', "image[1, 8, 8]", "x -> conv(3, 3x3)"),
        ("x -> linear(3) // a remark", "vector[3]", "x -> linear(3) # a remark"),
        ("x -> linear(3, bias=False)", "vector[3]", "x -> linear(3, bias=false)"),
        ("x -> linear(3, 4)", "vector[3]", "x -> linear(4)"),
    ],
)
def test_a_foreign_sign_is_mended(body: str, type: str, mended: str) -> None:
    said = found(body, type)
    assert len(said) == len({d.span for d in said})
    text = apply_fixes(NET.format(body=body, type=type), [d.fix for d in said if d.fix])
    assert text == NET.format(body=mended, type=type)
    assert compile_text(text, "t.spec").program is not None


@pytest.mark.parametrize(
    ("body", "type", "help"),
    [
        ("x -> conv(6, 5x5 -> relu", "image[1, 8, 8]", "conv(6, 5x5) -> relu"),
        ("x -> linear(3) relu", "vector[3]", "-> relu"),
        ("x -> linear 3", "vector[3]", "linear(3)"),
        ("x -> linear(3) + x -> relu", "vector[3]", "(x -> linear(3)) + …"),
        ("out y = x -> linear(3) * x", "vector[3]", "(x -> linear(3)) * …"),
        (
            "weight W[3, 3]\n    out y = W @ x",
            "vector[3]",
            "matmul(A, B) multiplies matrices; linear(weight=W) multiplies by a weight",
        ),
        ("h = x -> linear(3)\n    return h", "vector[3]", "out y = h"),
        ("z = normal[3]\n    out y = x + z", "vector[3]", "z ~ normal[3]"),
        ("if x > 0 {\n    }", "vector[3]", "for each number: where(c, a, b)"),
    ],
)
def test_a_habit_is_answered_once(body: str, type: str, help: str) -> None:
    [only] = found(body, type)
    assert only.helps[0] == help


@pytest.mark.parametrize(
    ("body", "sign"),
    [("x -> linear(3))", ")"), ("x -> linear(3)]", "]"), ("x -> linear(3)\n}", "}")],
)
def test_one_bracket_too_many_is_one_message(body: str, sign: str) -> None:
    [only] = found(body)
    assert only.message == f'"{sign}" closes nothing'


def test_a_port_without_its_word_is_mended() -> None:
    text = NET.format(body="x -> relu", type="vector[3]").replace("in x", "x")
    [only] = compile_text(text, "t.spec").diagnostics
    assert only.fix is not None
    assert only.fix.text == "in x: vector[3]"


def test_a_setting_of_another_library_is_a_setting() -> None:
    text = (
        NET.format(body="x -> linear(10)", type="vector[64]")
        + "train T {\n    data digits(flat=true) as x, label\n    y = Net(x)\n"
        "    minimize cross_entropy(y, label)\n    optimizer adam(lr=1e-3)\n    shuffle true\n}\n"
    )
    [only] = compile_text(text, "t.spec").diagnostics
    assert only.message == 'there is no setting "shuffle"'
    assert only.helps == ("the rows for training are shuffled in every epoch",)


def codes(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.span.text) for d in compile_text("specc 1\n" + text, "t.spec").diagnostics]


GOOD = "    in x: vector[8]\n    out y = x -> linear(4) as L\n"
BAD = "network N {\n    in x: vector[8]\n    x -> linear(4, bais=false)\n}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foo bar\n", [("E102", "foo")]),
        ("foo Bar {\n    in x: vector[3]\n    x -> linaer(4)\n}\n", [("E102", "foo"), ("E201", "linaer")]),
        ("foo Bar {\n    nothing at all\n}\nnetwork M {\n    in x: vector[3]\n    x -> Bar\n}\n",
         [("E102", "foo")]),
        (f"encoder E:\n{GOOD}", [("E101", ":")]),
        (f"encoder E(n):\n{GOOD}\n\n", [("E101", ":")]),
        (f'network M {{\n{GOOD}}}\nanswers "Q1 {{\n    M.params = 36\n}}\n', [("E101", '"')]),
        ('network M {\n    in x: vector[8]\n    x -> linear("4) -> relu\n}\n', [("E101", '"')]),
        ('use "foo.spec\n', [("E101", '"')]),
        (f'network M {{\n{GOOD}}}\nanswers (8 + 1)·4" {{\n    M.params = 36\n}}\n', [("E101", "(8")]),
        (f'network M {{\n{GOOD}}}\nanswers "Q1 (convention=keras) {{\n    M.params = 36\n}}\n',
         [("E101", '"')]),
    ],
)  # fmt: skip
def test_one_slip_is_one_message_and_hides_no_other(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert codes(text + BAD) == [*expected, ("E202", "bais")]


BODY = "    in x: vector[8]\n    out y = x -> linear(4)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BODY}}}\n", [("E101", "in")]),  # the header is missing
        (f"Small {{\n{BODY}}}\n", [("E102", "Small")]),
        ("network M {\n    in x: vector[8]\n    out y = x -> linear(4) } -> relu\n}\n",
         [("E101", "}")]),
        ("network M {\n    in x: vector[8]\n    x -> { linear(4)\n}\n", [("E101", "{")]),
        ("network M {\n    in x: image[1, 8) , 8]\n    x -> relu\n}\n", [("E101", ")")]),
        ("network M {\n    in x: vector[8]\n    y = relu(\n        x -> linear(4\n    )\n    out y\n}\n",
         [("E101", "(")]),
    ],
)  # fmt: skip
def test_a_brace_or_header_is_one_message(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text + BAD) == [*expected, ("E202", "bais")]


def test_what_stands_behind_the_version_is_one_message() -> None:
    assert codes("network M {\n    in x: vector[8]\n    x -> relu\n}\n") == []
    said = [d.code for d in compile_text(f"specc 1 ->\n{BAD}", "t").diagnostics]
    assert said[:1] == ["E101"]


def test_an_arrow_in_two_pieces_is_put_together() -> None:
    text = "network M {\n    in x: image[1, 8, 8]\n    x -> conv(6, 5x5, stride=2)\n      - > flatten\n}\n"
    [one] = compile_text("specc 1\n" + text).diagnostics
    assert one.text == 'did you mean "->"?'
    assert one.fix is not None
    [edit] = one.fix.edits
    assert (edit.span.text, edit.replacement) == ("- >", "->")


@pytest.mark.parametrize("dash", ["–>", "– >", "— >", "−>"])
def test_a_dash_before_a_point_is_an_arrow(dash: str) -> None:
    text = f"specc 1\nnetwork M {{\n    in x: vector[8]\n    out y = x {dash} relu\n}}\n"
    [one] = compile_text(text).diagnostics
    assert one.fix is not None
    [edit] = one.fix.edits
    assert (edit.span.text, edit.replacement) == (dash, "->")


def test_a_pipe_in_a_sum_is_shown_whole() -> None:
    text = "network M {\n    in x: image[1, 8, 8]\n    y = x -> conv(6, 5x5, stride=2) + x\n    out y\n}\n"
    [one] = compile_text("specc 1\n" + text).diagnostics
    assert one.helps == ("(x -> conv(6, 5x5, stride=2)) + …",)


def test_arguments_without_parentheses_are_told_whole() -> None:
    text = "specc 1\nnetwork M {\n    in x: image[1, 8, 8]\n    x -> conv 8, 3x3, stride=2 -> relu\n}\n"
    [one, *_] = compile_text(text).diagnostics
    assert one.helps == ("conv(8, 3x3, stride=2)",)

"""Losses against the layer before them."""

from __future__ import annotations

import pytest

from specc.pipeline import compile_text
from specc.report.fixes import apply_fixes

SPEC = """specc 1

network Net {{
    in x: vector[64]
    x -> linear({width}){last}
}}

train T {{
    data digits(flat=true{data}) as x, label
    minimize {loss}
    optimizer adam(lr=1e-3)
}}
"""


def codes(loss: str, last: str = "", width: int = 64, data: str = "") -> list[str]:
    text = SPEC.format(loss=loss, last=last, width=width, data=data)
    return [d.code for d in compile_text(text).diagnostics]


@pytest.mark.parametrize(
    ("loss", "last", "width"),
    [
        ("cross_entropy(Net(x), label)", " -> softmax", 10),
        ("cross_entropy(Net(x), label)", " -> log_softmax", 10),
        ("bce_with_logits(Net(x), x)", " -> sigmoid", 64),
        ("nll(Net(x), label)", " -> softmax", 10),
        ("bce(Net(x), x)", "", 64),
        ("bce(Net(x), x)", " -> tanh", 64),
    ],
)
def test_a_loss_that_does_not_take_what_it_gets(loss: str, last: str, width: int) -> None:
    assert codes(loss, last, width) == ["E503"]


@pytest.mark.parametrize(
    ("loss", "last", "width"),
    [
        ("cross_entropy(Net(x), label)", "", 10),
        ("nll(Net(x), label)", " -> log_softmax", 10),
        ("bce_with_logits(Net(x), x)", "", 64),
        ("bce(Net(x), x)", " -> sigmoid", 64),
        ("mse(Net(x), x)", " -> sigmoid", 64),
        ("mse(Net(x), x)", "", 64),
    ],
)
def test_a_sound_pair_is_not_remarked_on(loss: str, last: str, width: int) -> None:
    assert codes(loss, last, width) == []


def test_a_range_that_is_never_reached() -> None:
    assert codes("mse(Net(x), x)", " -> sigmoid", data=", range=[-1, 1]") == ["W504"]
    assert codes("mse(Net(x), x)", " -> tanh", data=", range=[-1, 1]") == []


def test_the_fix_deletes_the_stage_with_its_arrow() -> None:
    text = SPEC.format(loss="cross_entropy(Net(x), label)", last=" -> softmax", width=10, data="")
    [diagnostic] = compile_text(text).diagnostics
    assert diagnostic.fix is not None
    [edit] = diagnostic.fix.edits
    mended = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    assert "x -> linear(10)\n" in mended
    assert compile_text(mended).program is not None


def test_targets_of_a_binary_cross_entropy_are_probabilities() -> None:
    text = """specc 1

network Net {
    in x: vector[64]
    x -> linear(64)
}
train T {
    data digits(flat=true, range=[-1, 1]) as x, label
    minimize bce_with_logits(Net(x), x)
    optimizer adam()
}
"""
    [found] = compile_text(text).diagnostics
    assert (found.code, found.text) == ("W504", "targets go down to −1")
    assert not compile_text(text.replace(", range=[-1, 1]", "")).diagnostics.items


def test_targets_out_of_reach_are_shown_where_the_data_gives_them() -> None:
    text = (
        "specc 1\n\nnetwork Net {\n    in x: vector[64]\n    x -> linear(64) -> sigmoid\n}\ntrain T {\n"
        "    data digits(flat=true, range=[-1, 1]) as x, label\n    minimize mse(Net(x), x)\n"
        "    optimizer adam(lr=1e-3)\n}\n"
    )
    [found] = compile_text(text).diagnostics
    assert (found.code, found.span.text) == ("W504", "mse")
    assert [(label.span.text, label.text) for label in found.labels] == [
        ("sigmoid", "gives 0 … 1"),
        ("range=[-1, 1]", ""),
    ]


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        ("minimize cross_entropy(softmax(y), label)", "minimize cross_entropy(y, label)"),
        (
            "p = softmax(y)\n    minimize cross_entropy(p, label)\n    metric accuracy(p, label)",
            "p = softmax(y)\n    minimize cross_entropy(y, label)\n    metric accuracy(p, label)",
        ),
    ],
)
def test_a_softmax_that_is_called_is_left_out(body: str, mended: str) -> None:
    head = SPEC.partition("    minimize")[0].format(width=10, last="", data="")
    text = f"{head}    y = Net(x)\n    {body}\n    optimizer adam()\n}}\n"
    [one] = compile_text(text).diagnostics
    assert one.fix is not None
    assert apply_fixes(text, [one.fix]) == text.replace(body, mended)


@pytest.mark.parametrize(
    ("loss", "last", "expected"),
    [
        ("bce_with_logits(Net(x), x)", " -> tanh", ["W504"]),
        ("kl_div(Net(x), softmax(x))", " -> softmax", ["E503"]),
        ("kl_div(Net(x), softmax(x))", " -> log_softmax", []),
        ("bce(x, Net(x))", " -> sigmoid", ["E503"]),
        ("bce(Net(x), x)", " -> sigmoid", []),
        ("gaussian_nll(Net(x), x, Net(x))", "", ["W517"]),
        ("gaussian_nll(Net(x), x, Net(x))", " -> softplus", []),
    ],
)
def test_what_a_loss_is_given_can_be_what_it_takes(
    loss: str, last: str, expected: list[str]
) -> None:
    assert codes(loss, last) == expected

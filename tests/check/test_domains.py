"""Losses, functions and distributions of values that lie where they are not defined."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text

SPEC = """specc 1

network Net {{
    in x: vector[64]
    x -> linear(10){last}
}}
encoder Two {{
    in x: vector[64]
    h = x -> linear(10)
    out mu = h -> linear(4)
    out logvar = h -> linear(4)
}}
train T {{
    data digits(flat=true) as x, label
    {body}
    optimizer adam(lr=1e-3)
}}
"""


def found(body: str, last: str = "") -> list[Diagnostic]:
    return [*compile_text(SPEC.format(body=body, last=last)).diagnostics]


@pytest.mark.parametrize(
    "loss", ["nll(Net(x), label)", "kl_div(Net(x), one_hot(label))", "nll(relu(Net(x)), label)"]
)
def test_logits_are_no_log_probabilities(loss: str) -> None:
    [one] = found(f"minimize {loss}")
    assert one.code == "E503"
    assert one.message.startswith(f"{loss.partition('(')[0]} takes log-probabilities")


@pytest.mark.parametrize(
    "loss",
    [
        "nll(log_softmax(Net(x)), label)",
        "kl_div(log_softmax(Net(x)), one_hot(label))",
        "nll(Net(x) - logsumexp(Net(x)), label)",  # what is computed by hand is not known
        "cross_entropy(Net(x), label)",
    ],
)
def test_what_is_right_is_not_remarked_on(loss: str) -> None:
    assert [d.code for d in found(f"minimize {loss}")] == []


def test_logits_without_signs() -> None:
    [one] = found("minimize cross_entropy(Net(x), label)", " -> relu")
    assert one.code == "W504"
    assert one.message == "cross_entropy takes logits of both signs, but Net ends in relu"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("log(y)", "the logarithm of what linear gives, which may lie below 0"),
        ("sqrt(2 * y)", "the square root of what linear gives, which may lie below 0"),
        ("y^0.5", "a broken power of what linear gives, which may lie below 0"),
        ("log1p(y)", "the logarithm of 1 + x of what linear gives, which may lie below −1"),
    ],
)
def test_what_is_no_number_below_0(value: str, says: str) -> None:
    [one] = found(f"y = Net(x)\n    minimize mean({value})")
    assert (one.code, one.message) == ("W517", says)


@pytest.mark.parametrize("value", ["log(softplus(y))", "sqrt(y^2)", "log(exp(y))", "y^2", "y^3"])
def test_what_is_a_number(value: str) -> None:
    assert found(f"y = Net(x)\n    minimize mean({value})") == []


def test_a_deviation_that_may_be_negative() -> None:
    body = "mu, logvar = Two(x)\n    z ~ normal(mu, {})\n    minimize mean(z^2)"
    [one] = found(body.format("logvar"))
    assert (one.code, one.span.text) == ("W517", "normal(mu, logvar)")
    assert "logvar=" in one.helps[0]
    assert found(body.format("logvar=logvar")) == []
    assert found(body.format("softplus(logvar)")) == []


@pytest.mark.parametrize(
    "value", ["mean(argmax(Net(x)) == label)", "mean(round(Net(x)))", "1 - mean(sign(Net(x)))"]
)
def test_what_has_no_gradient_is_not_minimized(value: str) -> None:
    [one] = found(f"minimize {value}")
    assert (one.code, one.text) == ("E510", "its gradient does not reach Net")
    assert one.labels[0].text == "no gradient passes here"


def test_a_gradient_passes_beside_a_rounded_value() -> None:
    assert found("y = Net(x)\n    minimize mse(y + stop(round(y) - y), one_hot(label))") == []

"""What is allowed and probably not meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.pipeline import compile_file, compile_text

ROOT = Path(__file__).parents[2]

SPEC = """specc 1

network Code {{
    in x: image[1, 8, 8]
    h = x -> flatten
    out mu = h -> linear(4)
    out logvar = h -> linear(4)
}}
network Image {{
    in z: vector[4]
    z -> linear(64) -> reshape[1, 8, 8]
}}
train VAE {{
    data digits as x, label
    mu, logvar = Code(x)
    q = normal(mu, logvar=logvar)
    z ~ q
    minimize {objective}
    optimizer {optimizer}
}}
"""
BOUND = "bce_with_logits(Image(z), x, reduction=sum) + kl(q, normal(0, 1))"


def said(objective: str = BOUND, optimizer: str = "adam(lr=1e-3)") -> list[tuple[str, str]]:
    found = compile_text(SPEC.format(objective=objective, optimizer=optimizer)).diagnostics
    return [(d.code, d.message) for d in found]


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        ("adam(lr=1e-3)", None),
        ("adam(lr=0.02)", None),
        ("adam(lr=3e-5)", None),
        ("adadelta(lr=0.1)", None),
        ("sgd(lr=0.5)", None),
        ("adadelta(lr=0.001)", "0.001, 1,000 times smaller than usual"),
        ("adam(lr=1.0)", "1, 1,000 times larger than usual"),
    ],
)
def test_learning_rates_far_from_the_usual(optimizer: str, words: str | None) -> None:
    found = said(optimizer=optimizer)
    assert [code for code, _ in found] == ([] if words is None else ["W513"])
    assert words is None or words in found[0][1]


@pytest.mark.parametrize(
    ("objective", "warned"),
    [
        (BOUND, False),
        ("mse(Image(z), x) + kl(q, normal(0, 1))", True),
        ("mse(Image(z), x) + 0.01 * kl(q, normal(0, 1))", False),
        ("mse(Image(z), x) + kl(q, normal(0, 1), reduction=mean)", False),
        ("mse(Image(z), x)", False),
    ],
)
def test_a_mean_beside_a_sum(objective: str, warned: bool) -> None:
    found = said(objective)
    assert [code for code, _ in found if code != "W405"] == (["W514"] if warned else [])
    if warned:
        assert "KL term weighs 64 times" in next(m for c, m in found if c == "W514")


def test_the_specs_need_no_advice() -> None:
    for path in sorted(ROOT.joinpath("specs").rglob("*.spec")):
        codes = {d.code for d in compile_file(str(path)).diagnostics}
        assert not codes & {"W513", "W514"}, path

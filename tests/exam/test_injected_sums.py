"""Slips injected into the total of a network: in every layer, in some, two at once, and carried on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from specc.claims.outcome import same
from specc.claims.slips import Finding, diagnose
from specc.exam.asked import Asked, Desk
from specc.exam.result import Question
from specc.pipeline import compile_text
from tests.exam.networks import Net, drawn, one_slip, two_slips

SHARE = 0.95
NETS = 12


def asked(spec: str, figure: str = "N.params") -> Asked:
    program = compile_text(spec).program
    assert program is not None, spec
    return Desk(program).ask(Question(figure))


def explained(one: Asked, value: object) -> tuple[Finding, ...]:
    return diagnose(one.tables, one.subject, one.word, lambda other: same(value, other))  # type: ignore[arg-type]


@pytest.mark.parametrize("inject", [one_slip, two_slips])
def test_slips_of_a_total_are_named(
    inject: Callable[[Net], Iterator[tuple[frozenset[str], int]]],
) -> None:
    tried, missed = 0, []
    for seed in range(NETS):
        net = drawn(random.Random(seed))
        question = asked(net.spec)
        assert question.figure.value == net.whole
        simple = {net.whole} | ({v for _, v in one_slip(net)} if inject is two_slips else set())
        for slips, value in inject(net):
            if value in simple:
                continue
            tried += 1
            found = explained(question, value)
            assert all(f.value == value for f in found)
            if slips not in [frozenset(s.name for s in f.slips) for f in found[:4]]:
                missed.append((sorted(slips), value, net.spec))
    assert tried >= 120
    assert len(missed) <= (1 - SHARE) * tried, missed[:5]


def test_a_total_from_nowhere_is_seldom_explained() -> None:
    hits = tried = 0
    for seed in range(10):
        r = random.Random(seed)
        net = drawn(r)
        question = asked(net.spec)
        for _ in range(10):
            tried += 1
            hits += bool(explained(question, int(net.whole * r.uniform(0.3, 1.5))))
    assert hits <= 0.05 * tried


LENET = """specc 1

network N {
    in x: image[1, 28, 28]
    x -> conv(6, 5x5, padding=2) as C1 -> relu -> max_pool(2x2) as S2
      -> conv(16, 5x5, padding=1) as C3 -> relu -> max_pool(2x2) as S4
      -> flatten -> linear(120) as F5 -> relu -> linear(10) as F6
}
"""
FIXED = 156 + 2_416 + 1_210


@pytest.mark.parametrize(
    ("figure", "value", "reason"),
    [
        ("N.params", FIXED + (16 * 5 * 5 + 1) * 120, "without the padding of C1"),
        (
            "N.params",
            FIXED + (16 * 4 * 4 + 1) * 120,
            "in all layers before, the padding is forgotten",
        ),
        ("F5.params", (16 * 4 * 4 + 1) * 120, "in all layers before, the padding is forgotten"),
        ("C3.macs", 25 * 6 * 16 * 10 * 10, "padding=1 is forgotten: ⌊(14 + 2·0 − 5)/1⌋ + 1 = 10"),
        ("C3.output", (16, 25, 25), "S2: the stride is forgotten"),
    ],
)
def test_an_earlier_error_is_carried_on(figure: str, value: object, reason: str) -> None:
    sentences = [f.sentence for f in explained(asked(LENET, figure), value)]
    assert any(reason in s for s in sentences), sentences

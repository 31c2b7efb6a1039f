"""Each slip injected into every layer it applies to, over random sizes: it is named, and nothing wrong is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.claims.outcome import same
from specc.claims.slips import Finding, diagnose
from specc.exam.asked import Asked, Desk
from specc.exam.result import Question
from specc.pipeline import compile_text
from tests.exam.injected_kinds import KINDS
from tests.exam.injections import FAMILIES, Injected, Value

SHARE = 0.95
EVERY = FAMILIES | KINDS


def asked(injected: Injected) -> dict[str, Asked]:
    program = compile_text(injected.spec).program
    assert program is not None, injected.spec
    desk = Desk(program)
    found = {figure: desk.ask(Question(f"L.{figure}")) for figure in injected.right}
    for figure, right in injected.right.items():
        assert found[figure].figure.value == right, (injected.spec, figure)
    return found


def explained(one: Asked, value: Value) -> tuple[Finding, ...]:
    return diagnose(one.tables, one.subject, one.word, lambda other: same(value, other))


def named(found: tuple[Finding, ...]) -> set[str]:
    return {f.slips[0].name for f in found if len(f.slips) == 1}


def drawn(family: str, seed: int) -> Injected | None:
    """A layer; None where the sizes do not fit."""
    injected = EVERY[family](random.Random(seed))
    return injected if compile_text(injected.spec).program is not None else None


@pytest.mark.parametrize("family", EVERY)
def test_a_slip_is_named(family: str) -> None:
    tried, missed = 0, []
    for seed in range(40 if family in FAMILIES else 20):
        injected = drawn(family, seed)
        if injected is None:
            continue
        questions = asked(injected)
        for figure, slip, value in injected.all():
            tried += 1
            if slip not in named(explained(questions[figure], value)):
                missed.append((figure, slip, value, injected.spec))
    assert tried >= (100 if family in FAMILIES else 60)
    assert len(missed) <= (1 - SHARE) * tried, missed[:5]


@pytest.mark.parametrize("family", EVERY)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_slip_is_named_wrongly(family: str, seed: int) -> None:
    """Where the test has a formula of its own for a slip that is named, it gives that figure too."""
    injected = drawn(family, seed)
    if injected is None:
        return
    questions = asked(injected)
    for figure, _, value in injected.all():
        for finding in explained(questions[figure], value):
            assert same(value, finding.value)
            if len(finding.slips) == 1:
                own = injected.wrong[figure].get(finding.slips[0].name)
                assert own is None or value in own or _more_ways(finding), (finding, injected)


def _more_ways(finding: Finding) -> bool:
    """Slips that give more figures than the test knows of: their reasons say which."""
    return finding.slips[0].name in {
        "axes-order", "spatial-size", "pooling-parameters", "flatten-of-wrong-map", "weights-once",
        "scores-forgotten", "kernels-added", "moving-averages", "wrong-positions",
    }  # fmt: skip


@pytest.mark.parametrize("family", EVERY)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.3, 3))
def test_a_number_from_nowhere_is_seldom_explained(family: str, seed: int, share: float) -> None:
    injected = drawn(family, seed)
    right = injected.right.get("macs") if injected is not None else None
    if injected is None or not isinstance(right, int) or right < 10_000:
        return
    one = asked(injected)["macs"]
    numbers = [int(right * share) * 2 + 1 + 2 * i for i in range(20)]
    hits = [n for n in numbers if n != right and explained(one, n)]
    assert len(hits) <= 2


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_two_slips_at_once_are_named(seed: int) -> None:
    """A convolution without its biases and with a flat kernel, or with channels last and no padding."""
    r = random.Random(seed)
    c, f, k = r.randint(6, 30), r.randint(6, 60), r.choice([3, 5, 7])
    n = r.randint(16, 40)
    spec = (
        f"specc 1\n\nnetwork N {{\n    in x: image[{c}, {n}, {n}]\n"
        f"    x -> conv({f}, {k}x{k}, padding={k // 2}) as L\n}}\n"
    )
    injected = Injected(spec, {"params": (k * k * c + 1) * f, "output": (f, n, n)})
    questions = asked(injected)
    found = explained(questions["params"], k * c * f)
    assert {"bias-forgotten", "kernel-not-squared"} in [{s.name for s in x.slips} for x in found]
    if f != n - k + 1:
        found = explained(questions["output"], (n - k + 1, n - k + 1, f))
        assert {"padding-forgotten", "axes-order"} in [{s.name for s in x.slips} for x in found]

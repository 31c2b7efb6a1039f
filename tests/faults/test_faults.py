"""The fault corpus: sound specs spoilt in a dozen ways. Every fault is refused, at its place, and only it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from specc.diagnostics import Diagnostic
from specc.pipeline import compile_text
from tests.faults.mutations import (
    MUTATIONS,
    Fault,
    Mutation,
    faults,
    lost,
    mismatch,
    misspelt_argument,
    stray,
    unknown_layer,
)

ROOT = Path(__file__).parents[2]
SPECS = sorted(ROOT.joinpath("specs").rglob("*.spec"))
TEXTS = [p.read_text(encoding="utf-8") for p in SPECS]
EACH = 40


def diagnosed(text: str) -> list[Diagnostic]:
    return list(compile_text(text, "mutated.spec").diagnostics)


@pytest.fixture(scope="module")
def corpus() -> list[tuple[Fault, list[Diagnostic]]]:
    return [(fault, diagnosed(fault.text)) for fault in faults(TEXTS, EACH)]


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_no_false_alarm(path: Path) -> None:
    assert diagnosed(path.read_text(encoding="utf-8")) == []


def test_every_class_is_there(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    kinds = Counter(fault.kind for fault, _ in corpus)
    assert len(kinds) >= 12
    assert min(kinds.values()) >= EACH // 2


def test_all_are_refused(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    missed = [f.kind for f, found in corpus if not {d.code for d in found} & set(f.codes)]
    assert missed == []


def share(corpus: list[tuple[Fault, list[Diagnostic]]], right: list[bool]) -> float:
    wrong = Counter(f.kind for (f, _), ok in zip(corpus, right, strict=True) if not ok)
    print(dict(wrong))
    return sum(right) / len(right)


def test_the_line_is_right(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    right = [any(d.span.line == f.line for d in found) for f, found in corpus]
    assert share(corpus, right) >= 0.98


def test_the_column_is_right(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    right = [any(d.span.start == f.offset for d in found) for f, found in corpus]
    assert share(corpus, right) >= 0.95


def test_the_right_name_comes_first(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    named = [(f, found) for f, found in corpus if f.name is not None]
    right = [any(f'"{f.name}"' in d.text for d in found) for f, found in named]
    assert share(named, right) >= 0.90


def test_one_fault_is_one_diagnostic(corpus: list[tuple[Fault, list[Diagnostic]]]) -> None:
    right = [len(found) == 1 for _, found in corpus]
    assert share(corpus, right) >= 0.98


PART = """
network N{n} {{
    in x: image[3, 32, 32]
    h = x -> conv(8, 3x3, padding=1) -> relu -> max_pool(2x2)
    out y = h -> flatten -> linear(10, bias=false)
}}
"""
INTO_PARTS: tuple[Mutation, ...] = tuple(
    m for m in MUTATIONS if m.__name__ not in ("orphan", "misspelt_statement", "mismatch")
)


@pytest.mark.parametrize("seed", range(30))
def test_independent_faults_are_as_many_diagnostics(seed: int) -> None:
    rng = random.Random(seed)
    parts, codes = [], []
    for n in range(rng.randrange(2, 7)):
        fault = None
        while fault is None:
            fault = rng.choice(INTO_PARTS)(PART.format(n=n), rng)
        parts.append(fault.text)
        codes.append(fault.codes[0])
    found = diagnosed("specc 1\n" + "".join(parts))
    assert [d.code for d in found] == codes, [(d.code, d.message, d.span.line) for d in found]


@pytest.mark.parametrize("mutation", [lost, stray])
def test_a_sign_lost_or_too_many_is_one_error(mutation: Mutation) -> None:
    rng = random.Random(1)
    spoilt = [f for _ in range(120) if (f := mutation(rng.choice(TEXTS), rng)) is not None]
    errors = [[d for d in diagnosed(f.text) if d.code[0] == "E"] for f in spoilt]
    wrong = [
        (f.line, [d.message for d in e]) for f, e in zip(spoilt, errors, strict=True) if len(e) != 1
    ]
    print(wrong)
    assert len(wrong) <= 0.02 * len(spoilt)


WHOLE = """
network N{n} {{
    in x: image[3, 32, 32]
    h = x -> conv(8, 3x3, padding=1) as C{n} -> relu -> max_pool(2x2)
      -> conv(16, kernel=3x3)
    g = h -> flatten -> linear(10, bias=false)
    out y = g -> linear(4, bias=true)
}}
"""


@pytest.mark.parametrize("seed", range(30))
def test_a_lost_sign_hides_no_other_fault(seed: int) -> None:
    rng = random.Random(seed)
    parts = []
    for n, mutation in enumerate((lost, unknown_layer, misspelt_argument, mismatch)):
        fault = None
        while fault is None:
            fault = mutation(WHOLE.format(n=n), rng)
        parts.append(fault.text)
    found = [d for d in diagnosed("specc 1\n" + "".join(parts)) if d.code[0] == "E"]
    assert [d.code for d in found][1:] == ["E201", "E202", "E302"], [d.message for d in found]

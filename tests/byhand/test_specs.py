"""Every example of the specs that ship can be worked, and its text ends each working in a number."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.byhand.example import work
from specc.byhand.show import as_text
from specc.pipeline import compile_file
from specc.program import ExamplePlan

SPECS = Path(__file__).parents[2] / "specs" / "by_hand"


def plans() -> list[ExamplePlan]:
    found: list[ExamplePlan] = []
    for path in sorted(SPECS.glob("*.spec")):
        program = compile_file(str(path)).program
        assert program is not None
        found += program.examples
    return found


@pytest.mark.parametrize("plan", plans(), ids=lambda p: p.title)
def test_an_example_is_worked(plan: ExamplePlan) -> None:
    text = as_text(work(plan))
    assert "undefined" not in text
    assert " = " in text


def test_adam_moves_by_its_learning_rate_first() -> None:
    plan = next(p for p in plans() if "Adam" in p.title)
    first = work(plan).rounds[0].moved[0]
    assert float(first.after.values[0]) == pytest.approx(1.1)

"""docs/language.md: what `specc explain` is said to print is what it prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Run, specc

__all__ = ["specc"]  # a fixture of the verbs' tests

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def test_a_step_is_explained_as_quoted(specc: Run) -> None:
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    [quoted] = [text for language, text in found if language == "text"]
    spec = next(t for language, t in found if language == "spec" and "step generator" in t)
    Path("gan.spec").write_text(spec, encoding="utf-8")
    assert specc("explain", "gan.spec", "generator").out == quoted

"""What the page on examples quotes is what `specc run` prints for the spec before it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from specc.byhand.example import work
from specc.byhand.show import as_text
from specc.pipeline import compile_text

PAGE = Path(__file__).parents[2] / "docs" / "by-hand.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def quotes() -> list[tuple[str, str]]:
    spec, found = "", []
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "spec":
            spec = text
        elif language == "text":
            found.append((spec, text))
    return found


@pytest.mark.parametrize(("spec", "quoted"), quotes())
def test_a_quote_is_printed(spec: str, quoted: str) -> None:
    program = compile_text(spec).program
    assert program is not None
    printed = "\n".join(as_text(work(plan)) for plan in program.examples) + "\n"
    assert quoted in printed

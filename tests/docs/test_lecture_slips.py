"""docs/lecture-slips.md: every command prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Run, specc

__all__ = ["specc"]  # a fixture of the verbs' tests

PAGE = Path(__file__).parents[2] / "docs" / "lecture-slips.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def test_the_page_prints_what_the_commands_print(specc: Run) -> None:
    spec = ""
    consoles = 0
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language != "console":
            spec = text
            continue
        consoles += 1
        for session in re.split(r"^\$ specc ", text, flags=re.M)[1:]:
            command, _, expected = session.partition("\n")
            words = shlex.split(command)
            if words[1].endswith(".spec"):
                Path(words[1]).write_text(spec, encoding="utf-8")
            ended = specc(*words)
            assert (ended.out + ended.err).strip() == expected.strip(), command
    assert consoles >= 8

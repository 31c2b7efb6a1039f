"""docs/exam-desk.md: its files are read and its commands print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Run, specc

__all__ = ["specc"]  # a fixture of the verbs' tests

PAGE = Path(__file__).parents[2] / "docs" / "exam-desk.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(language: str) -> list[str]:
    return [t for found, t in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if found == language]


def test_the_page_prints_what_the_commands_print(specc: Run) -> None:
    mine, paper = blocks("spec")
    Path("mine.spec").write_text(mine, encoding="utf-8")
    Path("paper.spec").write_text(paper, encoding="utf-8")
    (answers,) = blocks("csv")
    Path("answers.csv").write_text(answers, encoding="utf-8")
    shown = [text.removeprefix("$ specc ").partition("\n") for text in blocks("text")]
    assert len(shown) >= 4
    for command, _, expected in shown:
        ended = specc(*command.split())
        assert (ended.out + ended.err).strip() == expected.strip(), command


def test_the_paper_is_right(specc: Run) -> None:
    Path("paper.spec").write_text(blocks("spec")[1], encoding="utf-8")
    assert specc("check", "paper.spec").status == 0

"""The commands of the page print the lines that it quotes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from specc.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "asking-back.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def session(text: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ specc "), []))
        else:
            found[-1][1].append(line)
    return found


BLOCKS = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
COMMANDS = [pair for language, text in BLOCKS if language == "console" for pair in session(text)]


@pytest.mark.parametrize(("command", "quoted"), COMMANDS)
def test_a_command_prints_what_is_quoted(
    command: str, quoted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = next(text for language, text in BLOCKS if language == "spec")
    tmp_path.joinpath("paper.spec").write_text(spec, encoding="utf-8")
    new = spec.replace("5x5) as C1", "3x3, padding=1) as C1 -> batch_norm")
    tmp_path.joinpath("new.spec").write_text(new, encoding="utf-8")
    result = CliRunner().invoke(app, shlex.split(command), catch_exceptions=False)
    assert "\n".join(quoted) in result.stdout

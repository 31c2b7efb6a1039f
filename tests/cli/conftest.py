"""Running verbs in this process, in an empty folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from specc.cli.app import app

LENET = """specc 1

## LeNet-5.
network LeNet {
    in x: image[1, 32, 32]
    x -> conv(6, 5x5)   as C1 -> tanh
      -> avg_pool(2x2)  as S2
      -> conv(16, 5x5)  as C3 -> tanh
      -> avg_pool(2x2)  as S4
      -> conv(120, 5x5) as C5 -> tanh
      -> flatten
      -> linear(84)     as F6 -> tanh
      -> linear(10)     as logits
}

answers "Past paper, Q3" {
    C1.params = 156
    S2.output = [6, 14, 14]
    F6.params = 10_164
    LeNet.params = 61_706
}
"""


@dataclass(frozen=True)
class Ended:
    """What a verb said and how it ended."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def specc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a verb in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str, stdin: str | None = None) -> Ended:
        result = CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False)
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def lenet(tmp_path: Path) -> Path:
    """A right spec in that folder."""
    path = tmp_path / "lenet.spec"
    path.write_text(LENET, encoding="utf-8")
    return path

"""`check` and `count` start fast: nothing heavy is imported. tests/bench/front.py has the figures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "numpy", "networkx", "jinja2", "lark", "sklearn", "matplotlib", "scipy", "PIL"}


def imported(verb: str, spec: Path) -> set[str]:
    """The top-level modules that a verb imports."""
    command = [sys.executable, "-X", "importtime", "-m", "specc", verb, str(spec)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in ended.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("verb", ["check", "count"])
def test_nothing_heavy_is_imported(verb: str, lenet: Path) -> None:
    found = imported(verb, lenet)
    assert "specc" in found
    assert found & HEAVY == set()


def test_check_needs_no_rich(lenet: Path) -> None:
    assert "rich" not in imported("check", lenet)

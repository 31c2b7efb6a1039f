"""Formatter, linter and type checker, asked about generated code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# What the type checker has read of torch is kept: reading it takes longer than all generated code.
_CACHE = Path(__file__).parents[1] / ".mypy_cache" / "generated"
RULES = "--select=E4,E7,E9,F,I,UP,B"


def formatter_and_linter(folder: Path, *names: str) -> str:
    """What the formatter and the linter have to say of files of a folder (all), empty for nothing."""
    files = names or (".",)
    return _said(folder, "ruff", "format", "--isolated", "--diff", *files) + _said(
        folder, "ruff", "check", "--isolated", RULES, *files
    )


def type_checker(folder: Path, *names: str) -> str:
    """What the strict type checker has to say, empty for nothing."""
    cache = f"--cache-dir={_CACHE}"
    return _said(folder, "mypy", "--strict", "--ignore-missing-imports", cache, *names)


def _said(folder: Path, *line: str) -> str:
    command = [sys.executable, "-m", *line]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr if run.returncode else ""

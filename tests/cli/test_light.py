"""`check` and `count` start fast: nothing heavy is imported, and the process stays small."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "numpy", "networkx", "jinja2", "sklearn", "matplotlib", "scipy", "PIL"}
MOST_SECONDS = 0.30  # of processor time: the wall clock of a busy machine says little
MOST_KIB = 64 * 1024
TRIES = 4


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


MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def measured(verb: str, spec: Path, cache: Path) -> tuple[float, int]:
    """Processor seconds and the largest memory in KiB of one process, its bytecode cached.

    A small process starts it: one that begins as a copy of this process would count its memory too.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    verb_command = [sys.executable, "-m", "specc", verb, str(spec)]
    command = [sys.executable, "-c", MEASURE, *verb_command]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    status, seconds, kib = ended.stdout.split()
    assert status == "0"
    return float(seconds), int(kib)


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs the resource usage of a child")
@pytest.mark.parametrize("verb", ["check", "count"])
def test_time_and_memory(verb: str, lenet: Path, tmp_path: Path) -> None:
    runs = [measured(verb, lenet, tmp_path / "cache") for _ in range(TRIES)]
    assert min(seconds for seconds, _ in runs) < MOST_SECONDS
    assert max(kib for _, kib in runs[1:]) < MOST_KIB

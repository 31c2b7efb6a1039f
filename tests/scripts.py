"""Runs generated scripts as a shell would, from a process that has imported the heavy packages once.

To import torch, scikit-learn and matplotlib takes longer than most of these runs; a server that has done so
forks for each (`multiprocessing` has one). A script still runs whole, as `__main__`, in a process of its own
that can be killed.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
from multiprocessing.forkserver import set_forkserver_preload
from pathlib import Path
from tempfile import TemporaryDirectory

PRELOADED = (
    "pytest", "torch", "torch._dynamo", "torch.nn.functional", "sklearn.datasets", "matplotlib.pyplot",
    "PIL.Image", "rich.progress", "safetensors.torch",
)  # fmt: skip
os.environ["OMP_NUM_THREADS"] = "1"  # the server's: tests run side by side
set_forkserver_preload(list(PRELOADED))
_SERVER = multiprocessing.get_context("forkserver")


class Script:
    """A script that runs; what it says is read when it has ended."""

    def __init__(self, path: Path, *flags: str, cwd: Path | None = None) -> None:
        self._folder = TemporaryDirectory()
        self._said = Path(self._folder.name)
        line = (str(path), *flags)
        self._process = _SERVER.Process(target=_run, args=(line, cwd or Path.cwd(), self._said))
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    @property
    def stdout(self) -> str:
        return self._said.joinpath("stdout").read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        return self._said.joinpath("stderr").read_text(encoding="utf-8")

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, seconds: float = 900) -> Script:
        """The script when it has ended. Raises TimeoutExpired."""
        self._process.join(seconds)
        if self.returncode is None:
            self.kill()
            raise subprocess.TimeoutExpired("script", seconds)
        return self

    def wait_for(self, path: Path) -> None:
        """Wait for a file that the script writes, or for its end."""
        while not path.exists() and self.returncode is None:
            time.sleep(0.02)


def run(path: Path, *flags: str, cwd: Path | None = None) -> Script:
    """Run a script to its end."""
    return Script(path, *flags, cwd=cwd).wait()


def _run(line: tuple[str, ...], cwd: Path, said: Path) -> None:
    os.chdir(cwd)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(said / name, os.O_CREAT | os.O_WRONLY), number)
    sys.argv = list(line)
    sys.path[0] = str(Path(line[0]).resolve().parent)
    runpy.run_path(line[0], run_name="__main__")

"""What trained specs reach: every promise of a spec with its figures over some seeds.

Run it with `python -m tests.bench.bars`; specs and seeds can be named: `… ecg tied --seeds 0 1`.
Each run is a process of its own with one thread; its time is that of the processor.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from specc.emit.package import write
from specc.pipeline import compile_file

ROOT = Path(__file__).parents[2]
PROMISE = re.compile(r"promise (kept|BROKEN)\s+(.+?)\s+\(([^()]*)\)")


@dataclass(frozen=True)
class Run:
    """What one run said: its promises with their figures, and its seconds on the processor."""

    promises: dict[str, str]
    kept: bool
    seconds: float


def spec(stem: str) -> Path:
    """The spec of that name."""
    return next(ROOT.joinpath("specs").rglob(f"{stem}.spec"))


def promised() -> list[str]:
    """The specs that promise something of a trained model."""
    found = ROOT.joinpath("specs").rglob("*.spec")
    return sorted(p.stem for p in found if "expect t" in p.read_text(encoding="utf-8"))


def run(stem: str, seed: int, folder: Path) -> Run:
    """Train once."""
    program = compile_file(str(spec(stem))).program
    assert program is not None
    package = folder / stem
    write(program, package)
    out = folder / f"{stem}_{seed}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(package / "train.py"), "--quiet", "--device", "cpu"]
    done = subprocess.run(
        [*command, "--seed", str(seed), "--out", str(out)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {words: figures for _, words, figures in PROMISE.findall(done.stderr)}
    return Run(said, done.returncode == 0, after.ru_utime - before.ru_utime)


def rows(stem: str, runs: list[Run]) -> Iterable[str]:
    """A line of the table for each promise."""
    seconds = f"{median(r.seconds for r in runs):.0f}"
    for words in runs[0].promises:
        figures = ", ".join(re.split(r" [<>]=? ", r.promises.get(words, "none"))[0] for r in runs)
        yield f"| {stem} | `{words}` | {figures} | {seconds} |"
    if not all(r.kept for r in runs):
        yield f"| {stem} | BROKEN | | |"


def main() -> None:
    """Print the table as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", help="names of specs; by default all that promise")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    given = parser.parse_args()
    print("| spec | promise | reached | CPU s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for stem in given.specs or promised():
            runs = [run(stem, seed, Path(folder)) for seed in given.seeds]
            print("\n".join(rows(stem, runs)), flush=True)


if __name__ == "__main__":
    main()

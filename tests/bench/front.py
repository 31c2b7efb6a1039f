"""How long `specc check` and `specc count` take as whole processes, beside what needs torch or Keras.

Run it with `python -m tests.bench.front` on an idle machine. Each command runs several times; the table
shows the median wall clock, the processor time and the largest memory, and how many times specc's that is.
Then both commands run on every spec of the repository, and the slowest are listed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

RUNS = 5
EACH = 2
SECONDS, MEBIBYTES = 0.30, 64
"""The mark for one spec."""
ROOT = Path(__file__).parents[2]

GPT3 = """specc 1

## GPT-3, 175 billion parameters (Brown et al. 2020).
param width = 12_288

block layer(width) {
    in x
    h = x + (x -> layer_norm -> attention(heads=96, causal=true))
    out y = h + (h -> layer_norm -> linear(4 * width) -> gelu -> linear(width))
}

network GPT3 {
    in ids: tokens[2048, vocab=50_257]
    ids -> embedding(width) as wte -> learned_positions(2048)
        -> repeat 96 { layer(width) } -> layer_norm
        -> linear(50_257, bias=false, weight=wte.weight)
}
"""

TORCHINFO = """
import torch
from torch import nn
from torchinfo import summary
net = nn.Sequential(
    nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
print(summary(net, (1, 1, 32, 32)))
"""

KERAS = """
import keras
from keras import layers
net = keras.Sequential([
    keras.Input((32, 32, 1)), layers.Conv2D(6, 5, activation="tanh"), layers.AveragePooling2D(2),
    layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2),
    layers.Conv2D(120, 5, activation="tanh"), layers.Flatten(), layers.Dense(84, activation="tanh"),
    layers.Dense(10)])
net.summary()
"""


@dataclass(frozen=True)
class Measured:
    """Medians over the runs of one command."""

    title: str
    wall: float
    cpu: float
    mebibytes: float


def chain(layers: int) -> str:
    """A network whose layers are all written out."""
    return "specc 1\nnetwork Chain {\n in x: vector[8]\n x" + "\n -> linear(8)" * layers + "\n}\n"


def repeated(times: int) -> str:
    """A network that says how often a layer comes."""
    return f"specc 1\nnetwork Again {{\n in x: vector[8]\n x -> repeat {times} {{ linear(8) -> relu }}\n}}\n"


def specs(folder: Path) -> Iterator[tuple[str, Path]]:
    """The specs that are measured: two of the repository, and written ones."""
    yield "LeNet-5", ROOT / "specs/cnn/lenet.spec"
    yield "GPT-2", ROOT / "specs/transformers/gpt2.spec"
    written = {"GPT-3, 96 layers": GPT3, "repeat 1,000,000": repeated(1_000_000)}
    written |= {f"{n:,} layers written out": chain(n) for n in (2_500, 5_000, 10_000)}
    for title, text in written.items():
        path = folder / f"{title}.spec"
        path.write_text(text, encoding="utf-8")
        yield title, path


def commands(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """What is measured: specc first, then the others that are installed."""
    for title, path in specs(folder):
        for verb in ("check",) if "written" in title else ("check", "count"):
            yield f"specc {verb}, {title}", [sys.executable, "-m", "specc", verb, str(path)]
    if find_spec("torch"):
        yield "import torch", [sys.executable, "-c", "import torch"]
    if find_spec("torch") and find_spec("torchinfo"):
        yield "torchinfo, LeNet-5", [sys.executable, "-c", TORCHINFO]
    if find_spec("keras"):
        yield "Keras summary, LeNet-5", [sys.executable, "-c", KERAS]


def measure(title: str, command: list[str], environment: Mapping[str, str]) -> Measured:
    """Run a command several times, after once to fill the caches."""
    runs = [_once(command, environment) for _ in range(RUNS + 1)][1:]
    wall, cpu, memory = (median(column) for column in zip(*runs, strict=True))
    return Measured(title, wall, cpu, memory)


def _once(command: list[str], environment: Mapping[str, str]) -> tuple[float, float, float]:
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def line(row: Measured, first: Measured) -> str:
    """Seconds and MiB, and each as a multiple of the first row."""
    return (
        f"{row.title:38} {row.wall:6.2f} s {row.cpu:6.2f} s {row.mebibytes:6.0f} MiB"
        f" {row.wall / first.wall:8.1f} {row.mebibytes / first.mebibytes:9.1f}"
    )


def whole(environment: Mapping[str, str]) -> list[Measured]:
    """`check` and `count` of every spec in the repository, the quicker of two runs, slowest first."""
    rows = []
    for path in sorted((ROOT / "specs").rglob("*.spec")):
        for verb in ("check", "count"):
            command = [sys.executable, "-m", "specc", verb, str(path)]
            best = min(_once(command, environment) for _ in range(EACH))
            rows.append(Measured(f"{verb} {path.relative_to(ROOT / 'specs')}", *best))
    return sorted(rows, key=lambda row: row.wall, reverse=True)


def summary(rows: list[Measured]) -> Iterator[str]:
    """The slowest runs, and how many keep the mark."""
    for row in rows[:10]:
        yield f"{row.title:50} {row.wall:.2f} s {row.cpu:.2f} s {row.mebibytes:3.0f} MiB"
    kept = sum(row.wall <= SECONDS and row.mebibytes <= MEBIBYTES for row in rows)
    yield f"{kept} of {len(rows)} runs within {SECONDS:.2f} s and {MEBIBYTES} MiB"
    middle = median(row.wall for row in rows)
    yield f"median {middle:.2f} s, memory up to {max(r.mebibytes for r in rows):.0f} MiB"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": str(folder / "cache")}
        print(f"{'':38} {'wall':>8} {'cpu':>8} {'memory':>10} {'time ×':>8} {'memory ×':>9}")
        first = None
        for title, command in commands(folder):
            row = measure(title, command, environment)
            first = first or row
            print(line(row, first), flush=True)
        print(f"\nEvery spec, the slowest {'':26} wall    cpu  memory")
        print("\n".join(summary(whole(environment))), flush=True)


if __name__ == "__main__":
    main()

"""A whole package: its files as texts, and writing them to a folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from specc import judges
from specc.emit.brought import helpers
from specc.emit.data import data_files
from specc.emit.environment import render
from specc.emit.model import model_file
from specc.emit.sampling import sample_files
from specc.emit.stages import Modules
from specc.emit.training import train_files
from specc.metrics.samples import OfSamples
from specc.pipeline import compile_text
from specc.program import Program, TrainPlan
from specc.types import Tensor


def package(program: Program) -> dict[str, str]:
    """The files of a package by name; `train.py` and what it needs only where there is a train block."""
    files: dict[str, str] = {}
    for plan in program.trains:
        modules = Modules.of(program, plan)
        files = data_files(plan, modules.data, modules.owner) | files
        files |= judge_files(plan)
    if program.trains:
        files |= train_files(program)
    files |= sample_files(program)
    return {"__init__.py": "", "model.py": model_file(program, files.values())} | files


def judge_files(plan: TrainPlan) -> dict[str, str]:
    """judge.py, and the package of the classifier that it trains, where a metric has a judge."""
    words = {m.metric.judged() for m in plan.metrics if isinstance(m.metric, OfSamples)} - {None}
    files: dict[str, str] = {}
    for word in sorted(filter(None, words)):
        folder = f"judge_{word}"
        judge = compile_text(judges.text(word), f"{word}.spec").program
        assert judge is not None
        [(_, type)] = judge.network("Judge").inputs
        assert isinstance(type, Tensor)
        files["judge.py"] = render(
            "judge.py.j2", folder=folder, shape=type.sizes, frechet=helpers({"frechet"})[0]
        )
        files |= {f"{folder}/{name}": text for name, text in package(judge).items()}
    return files


def write(program: Program, target: Path, *, using: bool = False) -> list[Path]:
    """Write the package into a folder, each file whole or not at all; the paths of the files.

    With `using`, the files of the training stay as they are: a checkpoint may belong to them.

    Raises:
        OSError: the folder cannot be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    written = []
    files = package(program)
    for name, text in files.items():
        if using and name.startswith("train"):
            continue
        target.joinpath(name).parent.mkdir(exist_ok=True)
        _write(target / name, text)
        written.append(target / name)
    return written


def _write(path: Path, text: str) -> None:
    """Through a temporary file beside it, so that a crash leaves the old one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

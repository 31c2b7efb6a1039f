"""A package that specc generates, imported, and its trainer with nothing left but the loop."""

from __future__ import annotations

import sys
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from rich.console import Console

from specc.cli.app import app
from tests.bench.training_loop import timed

MODULES = ("train", "trainer", "model", "data", "pictures", "sample")


def package(spec: Path, folder: Path) -> ModuleType:
    """Build a spec and import its `train`; its modules have plain names, so those are forgotten again."""
    app(["build", str(spec), "--out", str(folder), "--quiet"], standalone_mode=False)
    sys.path.insert(0, str(folder / spec.stem))
    try:
        return import_module("train")
    finally:
        sys.path.pop(0)
        for name in MODULES:
            sys.modules.pop(name, None)


def trainer(module: ModuleType, args: Namespace) -> Any:
    """The trainer of the package on full batches, whose `loop` runs all epochs anew and returns seconds."""

    class Bare(module.Training):  # type: ignore[name-defined, misc]
        def loop(self) -> float:
            self.step = 0
            return timed(lambda: self.run(SimpleNamespace(signal=0)))

        def end_epoch(self, epoch: int) -> bool:
            del epoch
            return False

        def save(self) -> None:
            self.read()

        def finish(self) -> int:
            return 0

    made = Bare(args, Console(quiet=True))
    made.train = made.train.rows(0, len(made.train) // args.batch * args.batch)
    made.batches = len(made.train) // args.batch
    made.total = args.epochs * made.batches
    return made

"""`specc train` and `specc sample`: build a spec, and run what was built in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import FrameType

from msgspec import Struct

from specc.cli import build, kept, results
from specc.cli.options import Common
from specc.cli.outcome import FINE, WRONG, UsageError, complain
from specc.cli.speak import Work, refused
from specc.program import Program

FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP")


class Choices(Struct, frozen=True):
    """What is handed to `train.py`; None leaves it to the spec."""

    epochs: int | None = None
    seed: int | None = None
    device: str | None = None
    threads: int | None = None
    resume: bool = False
    quiet: bool = False
    more: tuple[str, ...] = ()

    def flags(self) -> list[str]:
        """The command line of the script."""
        pairs = ("epochs", "seed", "device", "threads")
        given = [(name, getattr(self, name)) for name in pairs]
        flags = [part for name, v in given if v is not None for part in (f"--{name}", str(v))]
        switches = [f"--{name}" for name in ("resume", "quiet") if getattr(self, name)]
        return [*flags, *switches, *self.more]

    def resumes(self) -> bool:
        """Whether a run goes on."""
        return self.resume or "--resume" in self.more

    def folder(self, name: str = "--out") -> Path | None:
        """The folder of the run, where it is another than that of its package."""
        given = [part for flag in self.more for part in flag.split("=", 1)]
        found = [value for flag, value in pairwise(given) if flag == name]
        return Path(found[-1]) if found else None


def handed_on(arguments: Sequence[str]) -> tuple[str, ...]:
    """What stands behind `--`; a second spec on the line does not.

    Raises:
        UsageError: there is one.
    """
    if arguments and not arguments[0].startswith("-"):
        raise UsageError(f"this takes one spec; what is {arguments[0]}?")
    return tuple(arguments)


def run(common: Common, out: Path, choices: Choices) -> int:
    """Build into `out` and train there; the status is the script's."""
    work = Work(common)
    program = _only(work)
    if program is None:
        return refused(work)
    if not program.trains:
        raise UsageError(f"{program.file.source.path} has no train block")
    _need_torch()
    target = build.folder(program, out)
    if choices.resumes() and build.of_another_spec(program, target):
        return _resume_other(program, target, choices)
    build.refuse_other(program, target, gone=True)

    def start(folder: Path) -> int:
        if not common.quiet:
            complain(f"built {folder}")
        since = time.time()
        status = call(folder / "train.py", choices.flags())
        if common.json:
            print(results.trained(choices.folder() or folder / "run", status, since))
        return status

    if kept.has_run(target) and not choices.resumes() and choices.folder() is None:
        return kept.anew(target, lambda folder: build.write(program, folder), start)
    build.write_over(program, target)
    return start(target)


def _resume_other(program: Program, target: Path, choices: Choices) -> int:
    """Let the script say what is otherwise in the checkpoint, with the package of the run untouched."""
    flags = ["--out", str(target.resolve() / "run"), *choices.flags()]
    status = kept.beside(
        target,
        lambda folder: build.write(program, folder),
        lambda folder: call(folder / "train.py", flags),
    )
    if status == WRONG:
        complain(f"{target} is as it was; a run goes on with the --set that it began with")
    return status


def sample(common: Common, out: Path, choices: Choices) -> int:
    """Run `sample.py` of a run that was trained."""
    work = Work(common)
    program = _only(work)
    if program is None:
        return refused(work)
    if not program.samples and not program.programs:
        raise UsageError(f"{program.file.source.path} has no sample block and no program")
    return use(program, out, choices, json=common.json)


def use(program: Program, out: Path, choices: Choices, *, json: bool = False) -> int:
    """Write `sample.py` anew for a run that was trained, and run it."""
    target = build.folder(program, out)
    if not (target / "train.py").exists():
        raise UsageError(f"there is nothing trained in {target}; run specc train first")
    _need_torch()
    build.refuse_other(program, target)
    from specc.emit.package import write

    write(program, target, using=True)
    since = time.time()
    status = call(target / "sample.py", choices.flags(), aside=json)
    if json:
        where = choices.folder() or choices.folder("--run") or target / "run"
        print(results.drawn(where, status, since))
    return status


def _only(work: Work) -> Program | None:
    programs = list(work.programs())
    if len(programs) > 1:
        raise UsageError(f"this takes one spec, not {len(programs)}")
    return programs[0] if programs else None


def _need_torch() -> None:
    if find_spec("torch") is None:
        raise UsageError("training needs PyTorch: pip install 'specc[train]'")


def call(script: Path, flags: Iterable[str], *, aside: bool = False) -> int:
    """Run a script, hand on the signals that ask it to stop, and give its status as a shell would.

    `aside` keeps stdout free: what the script prints goes to stderr.
    The child has a process group of its own, so that a terminal's Ctrl-C reaches it once: through here.
    """
    handing = _HandingOn()
    before = {
        n: signal.signal(getattr(signal, n), handing) for n in FORWARDED if hasattr(signal, n)
    }
    try:
        with subprocess.Popen(
            [sys.executable, str(script), *flags],
            start_new_session=True,
            stdout=sys.__stderr__ if aside else None,
        ) as child:
            handing.to(child)
            status = child.wait()
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
    return status if status >= FINE else 128 - status


class _HandingOn:
    """A handler that gives signals to a child, also those that came before it was there."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.early: list[int] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.child is None:
            self.early.append(number)
        elif self.child.poll() is None:
            self.child.send_signal(number)

    def to(self, child: subprocess.Popen[bytes]) -> None:
        """Hand on to this child from now on."""
        self.child = child
        for number in self.early:
            child.send_signal(number)

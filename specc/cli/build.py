"""`specc build`: a standalone PyTorch package for each spec."""

from __future__ import annotations

import json
from pathlib import Path

from specc.cli.options import Common
from specc.cli.outcome import WRONG, UsageError, complain
from specc.cli.speak import Work
from specc.program import Program


def run(common: Common, out: Path) -> int:
    """Write the packages of all specs without errors, each to a folder of the spec's name."""
    work = Work(common)
    found = list(work.programs())
    programs = [program for program in found if not _empty(program)]
    folders = [(program, folder(program, out)) for program in programs]
    _refuse_clash(folders)
    written = [write(program, target) for program, target in folders]
    if common.json:
        print(json.dumps({"written": [[f.as_posix() for f in files] for files in written]}))
    elif folders and not common.quiet:
        print("\n".join(target.as_posix() for _, target in folders))
    status = work.end()
    return status if len(programs) == len(found) else max(status, WRONG)


def _empty(program: Program) -> bool:
    """Whether a spec has nothing that becomes code; that is said."""
    parts = (program.networks, program.trains, program.samples, program.examples, program.programs)
    if any(parts):
        return False
    complain(f"{program.file.source.path}: there is nothing to build, for it has no network")
    return True


def folder(program: Program, out: Path) -> Path:
    """Where the package of a program goes: the name of its file, made fit for an import."""
    stem = Path(program.file.source.path).stem.strip("<>") or "spec"
    return out / "".join(c if c.isalnum() or c == "_" else "_" for c in stem)


def write(program: Program, target: Path) -> list[Path]:
    """Write one package; the paths of its files."""
    from specc.emit.package import write as write_package

    return write_package(program, target)


def _refuse_clash(folders: list[tuple[Program, Path]]) -> None:
    taken: dict[str, str] = {}
    for program, target in folders:
        path, key = program.file.source.path, target.as_posix().casefold()
        if key in taken:
            raise UsageError(f"{taken[key]} and {path} would both be built to {target}; rename one")
        taken[key] = path

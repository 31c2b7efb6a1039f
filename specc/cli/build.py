"""`specc build`: a standalone PyTorch package for each spec."""

from __future__ import annotations

import json
from pathlib import Path

from specc.cli import kept
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
    for program, target in folders:
        refuse_other(program, target, gone=True)
    written = [write_over(program, target) for program, target in folders]
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


def write_over(program: Program, target: Path) -> list[Path]:
    """Write a package; a run there that another training has made can not go on, and is set aside."""
    if kept.has_run(target) and of_another_spec(program, target):
        complain(f"{target} had a run of another spec; it is now in {kept.set_aside(target)}")
    return write(program, target)


def of_another_spec(program: Program, target: Path) -> bool:
    """Whether the checkpoint in a package can not go on with this spec."""
    from specc.emit.training import spec_hash

    return kept.of_another_spec(target, spec_hash(program))


def refuse_other(program: Program, target: Path, *, gone: bool = False) -> None:
    """Weights of other sizes are refused before the code that fits them is written over.

    With `gone`, weights of networks that the spec has no more are too.

    Raises:
        UsageError: the networks are not those that were trained.
    """
    from specc.emit.model import model_file

    trained = target / "model.py"
    if not trained.exists() or not kept.has_run(target):
        return
    old, new = trained.read_text(encoding="utf-8"), model_file(program)
    differing = kept.other_networks(old, new) + (kept.gone(old, new) if gone else [])
    if differing:
        raise UsageError(
            f"{target} was trained with other networks: {'; '.join(differing)}; "
            "give the --set that it was trained with, or another --out"
        )


def _refuse_clash(folders: list[tuple[Program, Path]]) -> None:
    taken: dict[str, str] = {}
    for program, target in folders:
        path, key = program.file.source.path, target.as_posix().casefold()
        if key in taken:
            raise UsageError(f"{taken[key]} and {path} would both be built to {target}; rename one")
        taken[key] = path

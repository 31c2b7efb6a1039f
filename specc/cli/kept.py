"""Whether a package that is there still fits the spec, so that no good run is written over."""

from __future__ import annotations

import ast
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from specc.cli.outcome import complain

DIGEST = re.compile(r'^    spec = "([0-9a-f]{16})"$', re.MULTILINE)


def other_networks(old: str, new: str) -> list[str]:
    """Classes of two model.py whose layers differ, each in words: `Encoder (latent=8, now latent=4)`.

    What only one of them has is passed over, and so is what a forward pass does: weights fit or not by
    the constructors.
    """
    before, now = _constructors(old), _constructors(new)
    differing = [n for n in before if n in now and ast.dump(before[n]) != ast.dump(now[n])]
    return [f"{name}{_sizes(before[name], now[name])}" for name in differing]


def gone(old: str, new: str) -> list[str]:
    """Classes that only the old of two model.py has, in words."""
    now = _constructors(new)
    return [f"{name} (there is none now)" for name in _constructors(old) if name not in now]


def _constructors(code: str) -> dict[str, ast.FunctionDef]:
    return {
        made.name: part
        for made in ast.parse(code).body
        if isinstance(made, ast.ClassDef)
        for part in made.body
        if isinstance(part, ast.FunctionDef) and part.name == "__init__"
    }


def _sizes(before: ast.FunctionDef, now: ast.FunctionDef) -> str:
    old, new = _defaults(before), _defaults(now)
    differing = [n for n in old if n in new and old[n] != new[n]]
    then, there = (", ".join(f"{n}={v[n]}" for n in differing) for v in (old, new))
    return f" ({then}, now {there})" if differing else ""


def _defaults(made: ast.FunctionDef) -> Mapping[str, str]:
    names, values = made.args.args, made.args.defaults
    given = names[len(names) - len(values) :]
    return {n.arg: ast.unparse(v) for n, v in zip(given, values, strict=True)}


def of_another_spec(target: Path, digest: str) -> bool:
    """Whether the run in a package has a checkpoint, and its training is that of another spec."""
    texts = [file.read_text(encoding="utf-8") for file in target.glob("train*.py")]
    found = {digest for text in texts for digest in DIGEST.findall(text)}
    return bool(found) and found != {digest} and bool(_checkpoints(target))


def _checkpoints(target: Path) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in target.glob("run/**/checkpoint.pt")}


def has_run(target: Path) -> bool:
    """Whether a package has a run that something would be lost with: a checkpoint or weights."""
    return bool(_checkpoints(target)) or any(target.glob("run/**/model.safetensors"))


def set_aside(target: Path) -> Path:
    """Give the run of a package another name, `run-1`, `run-2` and so on; that name."""
    free = next(p for n in count(1) if not (p := target / f"run-{n}").exists())
    (target / "run").rename(free)
    return free


def anew(target: Path, write: Callable[[Path], object], call: Callable[[Path], int]) -> int:
    """Begin a run anew, with the one before set aside; both it and its package come back where the new one
    ends before it has anything to go on from, in an error or in a page of help.

    The status is that of `call`.
    """
    files = {p: p.read_bytes() for p in target.rglob("*.py") if target / "run" not in p.parents}
    earlier = set_aside(target)
    complain(f"the run before is now in {earlier}")
    try:
        write(target)
        return call(target)
    finally:
        if not has_run(target):
            shutil.rmtree(target / "run", ignore_errors=True)
            earlier.rename(target / "run")
            for path, content in files.items():
                path.write_bytes(content)
            complain(f"{target} is as it was, with its run")


def beside(target: Path, write: Callable[[Path], object], call: Callable[[Path], int]) -> int:
    """Go on with a run from a package in a folder for the moment; it takes its place if the run went on.

    The status is that of `call`.
    """
    before = _checkpoints(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        write(Path(folder))
        status = call(Path(folder))
    if _checkpoints(target) != before:
        write(target)
    return status

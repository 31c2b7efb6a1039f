"""Whether a package that is there still fits the spec, so that no good run is written over."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

DIGEST = re.compile(r'^    spec = "([0-9a-f]{16})"$', re.MULTILINE)


def other_networks(old: str, new: str) -> list[str]:
    """Classes of two model.py whose layers differ, each in words: `Encoder (latent=8, now latent=4)`.

    What only one of them has is passed over, and so is what a forward pass does: weights fit or not by
    the constructors.
    """
    before, now = _constructors(old), _constructors(new)
    differing = [n for n in before if n in now and ast.dump(before[n]) != ast.dump(now[n])]
    return [f"{name}{_sizes(before[name], now[name])}" for name in differing]


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

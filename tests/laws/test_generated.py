"""Laws 3 and 7: the committed packages are what `specc build specs` writes, everywhere the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from specc.emit.package import package
from specc.pipeline import compile_file
from tests import reviewers

ROOT = Path(__file__).parents[2]
SPECS = sorted(ROOT.joinpath("specs").rglob("*.spec"))


@cache
def files_of(path: Path) -> dict[str, str]:
    program = compile_file(str(path)).program
    assert program is not None
    return package(program)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_the_committed_package_is_what_build_writes(path: Path) -> None:
    folder = ROOT / "generated" / path.stem
    paths = folder.rglob("*.py")
    written = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in paths}
    assert written == files_of(path)


def test_nothing_else_is_committed() -> None:
    folders = {p.name for p in ROOT.joinpath("generated").iterdir() if p.is_dir()}
    assert folders == {p.stem for p in SPECS}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_folder_and_hash_seed_give_the_same_bytes(seed: str, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere" / "digits_vae.spec"
    copied.parent.mkdir()
    copied.write_bytes(ROOT.joinpath("specs/autoencoders/digits_vae.spec").read_bytes())
    subprocess.run(
        [sys.executable, "-m", "specc", "build", str(copied), "--out", str(tmp_path / "out")],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    for name, text in files_of(ROOT / "specs/autoencoders/digits_vae.spec").items():
        assert (tmp_path / "out" / "digits_vae" / name).read_text(encoding="utf-8") == text


def test_the_formatter_and_the_linter_have_nothing_to_say(tmp_path: Path) -> None:
    for path in SPECS:
        folder = tmp_path / path.stem
        folder.mkdir()
        for name, text in files_of(path).items():
            folder.joinpath(name).parent.mkdir(exist_ok=True)
            folder.joinpath(name).write_text(text, encoding="utf-8")
        said = reviewers.formatter_and_linter(folder)
        assert not said, f"{path.stem}: {said}"


@pytest.mark.slow
def test_types_are_strict(tmp_path: Path) -> None:
    """One run of the checker for all: in the copy it reads, siblings are imported as parts of a package."""
    for path in SPECS:
        files = files_of(path)
        for name, text in files.items():
            folder, _, stem = name.rpartition("/")
            beside = {n.removesuffix(".py") for n in files if n.rpartition("/")[0] == folder}
            made = tmp_path / path.stem / name
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(_as_parts(text, beside - {stem}), encoding="utf-8")
            made.with_name("__init__.py").touch()
    assert not reviewers.type_checker(tmp_path, ".")


def _as_parts(text: str, beside: set[str]) -> str:
    """The text with `from .model import …` for `from model import …`."""
    names = "|".join(sorted(n.rpartition("/")[2] for n in beside))
    text = re.sub(rf"^( *from )(?=({names}) import )", r"\1.", text, flags=re.MULTILINE)
    return re.sub(rf"^( *)(?=import ({names})$)", r"\1from . ", text, flags=re.MULTILINE)

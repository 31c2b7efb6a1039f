"""The wheel holds all that the verbs need, and works from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this tree, made without a network."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    ended = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a clean install: the wheel's own specc, and the packages it depends on.

    They are taken from this environment, so that nothing is fetched; its editable specc is not seen.
    """
    target = tmp_path_factory.mktemp("target")
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True, capture_output=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(target), sysconfig.get_path("purelib")])}


def specc(installed: dict[str, str], folder: Path, *arguments: str) -> str:
    """Run the installed specc in a folder; -S keeps the editable install's path file from acting."""
    command = [sys.executable, "-S", "-m", "specc", *arguments]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=installed
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_wheel_is_complete(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    assert {"specc/py.typed", "specc/pages/E302.md", "specc/cli/starters/mlp.spec"} <= names
    assert "specc/syntax/specc.lalr" in names
    assert not any(name.startswith(("tests/", "specs/")) for name in names)


@pytest.mark.slow
def test_it_works_from_another_folder(installed: dict[str, str], tmp_path: Path) -> None:
    assert "work/" not in specc(installed, tmp_path, "--version")
    specc(installed, tmp_path, "new", "first", "--template", "vae")
    assert specc(installed, tmp_path, "check") == "1 spec, no mistakes\n"
    assert "conv_transpose" in specc(installed, tmp_path, "count", "first.spec")
    assert specc(installed, tmp_path, "explain", "E302").startswith("# E302")
    specc(installed, tmp_path, "build", "first.spec", "--out", "made")
    assert (tmp_path / "made" / "first" / "model.py").exists()

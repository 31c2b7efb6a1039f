"""Every snippet in the documentation does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from specc.emit.model import model_file
from specc.pipeline import compile_text

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.joinpath("docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (f"{page.name}-{number}", text)
        for page in PAGES
        for number, (found, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
        if found == language
    ]


@pytest.mark.parametrize(("name", "text"), blocks("spec"), ids=lambda v: v if "\n" not in v else "")
def test_a_spec_compiles(name: str, text: str) -> None:
    del name
    compiled = compile_text(text)
    assert compiled.program is not None, [d.message for d in compiled.diagnostics]


def readme(language: str) -> list[str]:
    return [text for name, text in blocks(language) if name.startswith("README")]


def test_the_code_of_the_readme_is_what_the_spec_becomes() -> None:
    program = compile_text(readme("spec")[0], "digits.spec").program
    assert program is not None
    generated = [line for line in model_file(program).splitlines() if line.strip()]
    for line in readme("python")[0].splitlines():
        assert not line.strip() or line in generated


def test_what_matters_stands_before_line_40() -> None:
    head = ROOT.joinpath("README.md").read_text(encoding="utf-8").splitlines()[:40]
    assert "= (3·3·1 + 1)·16 = 160" in "\n".join(head)
    assert len(readme("spec")[0].splitlines()) <= 12


def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    tmp_path.joinpath("digits.spec").write_text(readme("spec")[0], encoding="utf-8")
    changed = readme("spec")[0].replace("conv(16", "conv(32")
    tmp_path.joinpath("other.spec").write_text(changed, encoding="utf-8")
    lines = [x for text in readme("sh") for x in text.splitlines() if x.startswith("specc ")]
    assert len(lines) >= 8
    for line in lines:
        words = line.partition("#")[0].split()[1:]
        run = subprocess.run(
            [sys.executable, "-m", "specc", *words],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"


def test_the_quoted_working_is_what_explain_prints(tmp_path: Path) -> None:
    tmp_path.joinpath("digits.spec").write_text(readme("spec")[0], encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "specc", "explain", "digits.spec", "C1"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    quoted = next(t for t in readme("text") if "specc explain" in t)
    for line in quoted.splitlines()[1:]:
        assert line in run.stdout.splitlines()


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.slow
@pytest.mark.parametrize("text", [t for _, t in blocks("spec") if "\nprogram " in t])
def test_the_programs_of_the_documentation_run(text: str, tmp_path: Path) -> None:
    tmp_path.joinpath("model.spec").write_text(text, encoding="utf-8")
    name = re.findall(r"^program (\w+)", text, re.M)[0]
    for words in (
        ["train", "model.spec", "--quiet", "--epochs", "2"],
        ["run", "model.spec", name],
        ["sample", "model.spec"],
    ):
        run = subprocess.run(
            [sys.executable, "-m", "specc", *words],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr

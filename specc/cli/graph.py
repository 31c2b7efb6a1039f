"""`specc graph`: the architecture as SVG or Mermaid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from specc.cli.files import write
from specc.cli.options import Common
from specc.cli.outcome import UsageError
from specc.cli.speak import CLAIMS, Work
from specc.graph import diagrams
from specc.program import Program

STDOUT = Path("-")
PICTURES = frozenset(
    ".png .jpg .jpeg .gif .webp .bmp .tif .tiff .pdf .ps .eps .dot .mmd .md".split()
)
"""Endings of files that are not written."""


def run(common: Common, svg: Path | None, out: Path, *, mermaid: bool) -> int:
    """Write an SVG for each spec, or print Mermaid."""
    if mermaid and svg is not None:
        raise UsageError("--svg and --mermaid cannot both be asked for")
    if common.json and svg == STDOUT:
        raise UsageError("--svg - prints the picture, and --json nothing but JSON; name a file")
    work = Work(common, passed=CLAIMS)
    _refuse_pictures(svg, out)
    if out.suffix.lower() == ".svg" and not out.is_dir():
        svg = svg or out
    if mermaid:
        _mermaid(common, work)
    else:
        _svg(common, work, svg, out)
    return work.end()


def _refuse_pictures(svg: Path | None, out: Path) -> None:
    """Only SVG and Mermaid are drawn, and a folder is not called `vae.png` on purpose."""
    asked = next((p for p in (svg, out) if p and p.suffix.lower() in PICTURES), None)
    if asked is not None and not asked.is_dir():
        raise UsageError(
            f"no {asked.suffix[1:]} is drawn, but SVG (--svg {asked.with_suffix('.svg')}) "
            "and Mermaid (--mermaid prints it)"
        )


def _mermaid(common: Common, work: Work) -> None:
    from specc.report.mermaid import mermaid as chart

    charts = [(p.file.source.path, chart(diagrams(p))) for p in work.programs()]
    if common.json:
        graphs = [{"file": path, "mermaid": text} for path, text in charts]
        print(json.dumps({"graphs": graphs}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(text for _, text in charts), end="")


def _svg(common: Common, work: Work, svg: Path | None, out: Path) -> None:
    from specc.report.svg import svg as picture

    programs = list(work.programs())
    if svg is not None and len(programs) > 1:
        raise UsageError(f"--svg takes one spec, not {len(programs)}; --out names a folder for all")
    if svg == STDOUT:
        print("".join(picture(diagrams(p)) for p in programs), end="")
        return
    written: list[str] = []
    if svg is None:
        out.mkdir(parents=True, exist_ok=True)
    for program, target in _targets(programs, svg, out):
        write(target, picture(diagrams(program)))
        written.append(target.as_posix())
    if common.json:
        print(json.dumps({"written": written}))
    elif not common.quiet:
        print("\n".join(written))


def _targets(
    programs: list[Program], svg: Path | None, out: Path
) -> Iterator[tuple[Program, Path]]:
    """Every program with its file; two specs of one name would overwrite each other."""
    taken: dict[Path, str] = {}
    for program in programs:
        path = program.file.source.path
        target = svg or out / f"{Path(path).stem}.svg"
        if target in taken:
            raise UsageError(f"{taken[target]} and {path} would both be drawn to {target}")
        taken[target] = path
        yield program, target

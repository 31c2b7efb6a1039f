"""A program of a spec in words: what it takes, reads, shows and promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from specc.actions import exported, pictures
from specc.program import Program, ProgramPlan
from specc.report.colour import PLAIN, Palette
from specc.report.machine import Json
from specc.resolve.order import names_read
from specc.settings import SampleSettings


def lines(program: Program, plan: ProgramPlan, palette: Palette = PLAIN) -> Iterator[str]:
    """The program as a list, a title before each line."""
    yield palette.paint(f"program {plan.name}, line {plan.span.line}", "bold")
    if plan.doc:
        yield f"  {plan.doc}"
    for title, text in _rows(program, plan):
        yield f"  {title:<10} {text}"


def document(program: Program, plan: ProgramPlan) -> dict[str, Json]:
    """The same for other programs: a list for each title."""
    settings = plan.settings
    assert isinstance(settings, SampleSettings)
    return {
        "program": plan.name,
        "line": plan.span.line,
        "doc": plan.doc,
        "arguments": dict(plan.arguments),
        "count": settings.count,
        "seed": settings.seed,
        "networks": list(plan.uses),
        "reads": [r.name for r in plan.reads if _stands(r.name, plan)],
        "shows": [_words(s.span.text).removeprefix("show ") for s in pictures(plan.actions)],
        "figures": list(plan.figures),
        "exports": list(exported(plan.actions)),
        "promises": _promises(program, plan),
    }


def _rows(program: Program, plan: ProgramPlan) -> Iterator[tuple[str, str]]:
    found = document(program, plan)
    arguments = (f"{n} = {v} ({_kind(v)})" for n, v in plan.arguments)
    yield "arguments", ", ".join(arguments) or "none"
    if "~" in plan.span.text:
        yield "draws", f"{found['count']} rows, from seed {found['seed']}"
    for title in ("networks", "reads", "shows", "figures", "exports", "promises"):
        texts = found[title]
        assert isinstance(texts, list)
        if texts:
            yield title, ", ".join(map(str, dict.fromkeys(texts)))
    given = "".join(f" --with {n}={v}" for n, v in plan.arguments[:1])
    yield "run", f"specc run {program.file.source.path} {plan.name}{given}"


def _kind(value: int | float | None) -> str:
    return "a number" if isinstance(value, float) else "a whole number"


def _promises(program: Program, plan: ProgramPlan) -> list[Json]:
    of_it = (e for e in program.expects if any(n.id == plan.name for n in names_read(e.condition)))
    return [_words(e.condition.span.text) for e in of_it]


def _stands(name: str, plan: ProgramPlan) -> bool:
    """Whether a field of the data is written in a program, which knows all fields beside it too."""
    return re.search(rf"\b{re.escape(name)}\b", plan.span.text) is not None


def _words(text: str) -> str:
    return " ".join(text.split())

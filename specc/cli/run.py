"""`specc run`: run a program of a trained spec, or work its examples by hand, every value shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from specc.cli.options import Common
from specc.cli.outcome import WRONG, UsageError
from specc.cli.speak import CLAIMS, Work, as_text
from specc.cli.train import Choices, use
from specc.program import ExamplePlan, Program

EXAMPLE = """\
example "by hand" {
    given x = [1, 2]
    y = softmax(x)
}"""


class Shown(Struct, frozen=True):
    """How examples are shown: `only` those with that in the title, so many `places`, workings in `full`."""

    only: str | None = None
    places: int | None = None
    full: bool = False


def run(common: Common, shown: Shown, out: Path, choices: Choices) -> int:
    """Run the program that stands behind the spec; else work every example, or those of a title."""
    common, name = _named(common)
    work = Work(common, passed=CLAIMS)
    programs = list(work.programs())
    if name is not None and programs and not work.errors:
        found = [p for p in programs if name in {q.name for q in p.programs}]
        if found:
            choices = replace(choices, more=("--program", name, *choices.more))
            return max(use(found[0], out, choices), work.end())
        if not any(name.lower() in e.title.lower() for p in programs for e in p.examples):
            raise UsageError(_unknown(programs, name))
    plans = [plan for program in programs for plan in program.examples]
    only = name if shown.only is None else shown.only
    chosen = [p for p in plans if only is None or only.lower() in p.title.lower()]
    if not chosen and not work.errors:
        raise UsageError(_none(programs, plans, only))
    status = _show(common, chosen, shown)
    return max(status, work.end())


def _named(common: Common) -> tuple[Common, str | None]:
    """`specc run vae.spec walk`: what is no file behind one that is, is a name."""
    *before, last = common.paths
    if len(before) == 1 and not last.exists() and last.suffix != ".spec":
        return replace(common, paths=tuple(before)), str(last)
    return common, None


def _unknown(programs: list[Program], name: str) -> str:
    words = [q.name for p in programs for q in p.programs]
    titles = [f'"{e.title}"' for p in programs for e in p.examples]
    known = ", ".join([*words, *titles])
    return f"no program or example is called {name!r}; " + (
        f"there are {known}" if known else "there is none"
    )


def _none(programs: list[Program], plans: list[ExamplePlan], only: str | None) -> str:
    words = ", ".join(q.name for p in programs for q in p.programs)
    if words and not plans:
        return f"which program? write its name behind the spec: {words}"
    if only is not None and plans:
        titles = ", ".join(f'"{p.title}"' for p in plans)
        return f"no example is called {only!r}; there are {titles}"
    return f"there is no example; write one:\n{EXAMPLE}"


def _show(common: Common, plans: list[ExamplePlan], shown: Shown) -> int:
    from specc.byhand import machine, show
    from specc.byhand.example import work
    from specc.byhand.work import WorkError

    status, documents, texts = 0, [], []
    for plan in plans:
        try:
            worked = work(plan)
        except WorkError as problem:
            print(
                as_text([problem.diagnostic], "full", common.palette(error=True)), file=sys.stderr
            )
            status = WRONG
            continue
        if common.json:
            documents.append(machine.document(worked, shown.places, full=shown.full))
        else:
            texts.append(show.as_text(worked, shown.places, full=shown.full))
    if common.json:
        print(json.dumps({"examples": documents}, ensure_ascii=False, indent=2))
    elif texts:
        print("\n\n".join(texts))
    return status

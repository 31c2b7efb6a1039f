"""`specc run`: work the examples of the specs by hand, every value shown."""

from __future__ import annotations

import json
import sys

from specc.cli.options import Common
from specc.cli.outcome import WRONG, UsageError
from specc.cli.speak import Work, as_text
from specc.program import ExamplePlan

EXAMPLE = """\
example "by hand" {
    given x = [1, 2]
    y = softmax(x)
}"""


def run(common: Common, only: str | None, places: int | None) -> int:
    """Work every example, or those whose title holds a text."""
    work = Work(common, claims=False)
    plans = [plan for program in work.programs() for plan in program.examples]
    chosen = [p for p in plans if only is None or only.lower() in p.title.lower()]
    if not chosen and not work.errors:
        raise UsageError(_none(plans, only))
    status = _show(common, chosen, places)
    return max(status, work.end())


def _none(plans: list[ExamplePlan], only: str | None) -> str:
    if only is not None and plans:
        titles = ", ".join(f'"{p.title}"' for p in plans)
        return f"no example is called {only!r}; there are {titles}"
    return f"there is no example; write one:\n{EXAMPLE}"


def _show(common: Common, plans: list[ExamplePlan], places: int | None) -> int:
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
            documents.append(machine.document(worked, places))
        else:
            texts.append(show.as_text(worked, places))
    if common.json:
        print(json.dumps({"examples": documents}, ensure_ascii=False, indent=2))
    elif texts:
        print("\n\n".join(texts))
    return status

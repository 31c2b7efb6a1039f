"""`specc solve`: which hyperparameters give a figure, within bounds, the smallest first."""

from __future__ import annotations

import json
from pathlib import Path

from specc.claims.figures import FIGURES
from specc.cli.files import one, read
from specc.cli.options import Common
from specc.cli.outcome import FINE, WRONG, UsageError
from specc.cli.speak import CLAIMS, Work
from specc.exam.solve import conditions as asked
from specc.exam.solve.layer import known, layer_question
from specc.exam.solve.mlp import mlps
from specc.exam.solve.ranges import SolveError, Varied, usual
from specc.exam.solve.ranges import read as ranges
from specc.exam.solve.search import Question, solve
from specc.report import solutions
from specc.sizes import Symbolic


def run(
    common: Common, what: str, texts: tuple[str, ...], vary: list[str], on: str | None, most: int
) -> int:
    """Search, and print what was found; 1 where there is no solution."""
    if not texts:
        raise UsageError('nothing is asked; say what must hold: "output == [6, 14, 14]"')
    try:
        varied = ranges(vary)
        if what == "mlp":
            return _mlp(common, texts, varied, most)
        question = _question(common, what, texts, varied, on)
        if question is None:
            return WRONG
        answer = solve(question)
    except SolveError as problem:
        raise UsageError(str(problem)) from None
    if common.json:
        print(json.dumps(solutions.document(answer, most), ensure_ascii=False, indent=2))
    else:
        print("\n".join(solutions.lines(answer, most)))
    return FINE if answer.solutions else WRONG


def _mlp(common: Common, texts: tuple[str, ...], varied: tuple[Varied, ...], most: int) -> int:
    answer = mlps(texts, varied)
    if common.json:
        print(json.dumps(solutions.mlp_document(answer, most), ensure_ascii=False, indent=2))
    else:
        print("\n".join(solutions.mlp_lines(answer, most)))
    return FINE if answer.found else WRONG


def _question(
    common: Common, what: str, texts: tuple[str, ...], varied: tuple[Varied, ...], on: str | None
) -> Question | None:
    if not (Path(what).exists() or what.endswith(".spec") or "/" in what):
        known(what)
        return layer_question(what, _sizes(what, on), texts, varied, common.convention)
    read(one(Path(what)))
    work = Work(Common((Path(what),), common.settings, common.json, common.quiet), passed=CLAIMS)
    programs = list(work.programs())
    if not programs:
        work.end()
        return None
    program = programs[0]
    free = [p.name for p in program.parameters if isinstance(p.value, Symbolic)]
    chosen = varied or tuple(usual(name) for name in free)
    clear = len(program.networks) == 1 and not any(p.name in FIGURES for p in program.parameters)
    only = program.networks[0].name if clear else ""
    conditions = asked.read(texts, only)
    return Question(program.file, conditions, chosen, common.settings, common.convention)


def _sizes(word: str, on: str | None) -> tuple[int, ...]:
    if on is None:
        raise UsageError(f"specc solve {word} needs the sizes of its input: --input 3x32x32")
    parts = on.lower().replace("×", "x").split("x")
    if not all(p.isdigit() and 0 < int(p) < 10**9 for p in parts):
        raise UsageError(f"--input takes sizes such as 3x32x32, not {on!r}")
    return tuple(map(int, parts))

"""`specc grade`: the answers of a class, or those in the spec itself, marked and explained."""

from __future__ import annotations

import json
from pathlib import Path

from msgspec.structs import replace

from specc.cli.files import read, write
from specc.cli.options import Common
from specc.cli.outcome import FINE, WRONG, UsageError, complain
from specc.cli.speak import CLAIMS, Work, refused
from specc.exam import AnswerFile, Graded, decoded, grade, read_answers
from specc.exam.asked import own_answers
from specc.program import Program
from specc.report import marks

SHEETS = frozenset({".xlsx", ".xls", ".ods", ".numbers"})


def run(common: Common, paper: Path, answers: Path | None, out: Path | None, follow: float) -> int:
    """Mark, print or write the marks, and list the lines that could not be used on stderr."""
    if not 0 <= follow <= 1:
        raise UsageError("--follow-through is a share of the marks: 0 to 1")
    # A figure that the paper itself has wrong is told below; a question that asks for nothing stops a class.
    passed = CLAIMS if answers is None else ("E601", "E602")
    work = Work(replace(common, paths=(paper,)), passed)
    programs = list(work.programs())
    if not programs:
        return refused(work)
    file = _own(programs[0]) if answers is None else _file(answers)
    graded = grade(programs[0], file, common.convention, follow)
    _print(common, graded, out)
    for problem in (*graded.problems, *(graded.wrong if answers is not None else ())):
        complain(f"{problem.path or file.path}:{problem.line}: {problem.message}")
    for note in graded.notes:
        complain(f"{note.path or file.path}:{note.line}: note: {note.message}")
    wrong = answers is None and any(m.verdict != "right" for _, m in graded.all_marks())
    return WRONG if graded.problems or wrong else FINE


def _own(program: Program) -> AnswerFile:
    """The claims of the spec, as a script for each block."""
    found = AnswerFile(program.file.source.path)
    for given in own_answers(program):
        found.add("", given.figure, given.text, given.line)
    if not found.given:
        raise UsageError(f"{found.path} has no answers block; name a file of answers")
    return found


def _file(path: Path) -> AnswerFile:
    if path.suffix.lower() in SHEETS:
        raise UsageError(f"{path} is a spreadsheet; save its table as CSV, JSON or YAML")
    source = read(path, decoded)
    return read_answers(source.path, source.text)


def _print(common: Common, graded: Graded, out: Path | None) -> None:
    if out is not None:
        write(out, marks.as_csv(graded))
    if common.json:
        print(json.dumps(marks.document(graded), ensure_ascii=False, indent=2))
    elif not (common.quiet and out is not None):
        shown = "\n".join(marks.lines(graded, common.palette())).rstrip()
        print(shown, end="\n" if shown else "")

"""Marks for people, and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from specc.exam.given import Problem
from specc.exam.grade import slips_of_class
from specc.exam.result import Graded, Mark, Script
from specc.report.colour import PLAIN, Palette
from specc.report.columns import aligned
from specc.report.excerpt import visible
from specc.report.machine import Json

HEADER = (
    "student", "block", "question", "answer", "verdict", "marks", "of", "total", "of all",
    "right answer", "working", "slips", "feedback",
)  # fmt: skip
_SIGNS = {"right": "✓", "follow-through": "→", "wrong": "✗", "unreadable": "?", "missing": "-"}
MOST_COMMON = 10
UNEXPLAINED = "no known slip gives this"


def lines(graded: Graded, palette: Palette = PLAIN) -> Iterator[str]:
    """Every script with what is wrong in it, then the class."""
    for script in graded.scripts:
        yield from _script(graded, script, palette)
        yield ""
    if len(graded.scripts) > 1:
        yield from _class(graded, palette)


def _script(graded: Graded, script: Script, palette: Palette) -> Iterator[str]:
    name = visible(script.student) or "answers"
    yield f"{palette.paint(name, 'bold')}: {_number(script.earned)} of {_number(script.available)}"
    rows = [
        (_SIGNS[m.verdict], graded.label(m.question), m.given, m.expected) for m in script.marks
    ]
    for mark, row in zip(script.marks, aligned([_HEAD, *rows])[1:], strict=True):
        yield f"  {row}"
        yield from (f"      {visible(text)}" for text in _said(mark))


_HEAD = ("", "question", "answer", "right")


def _said(mark: Mark) -> Iterator[str]:
    """What is to be said of an answer besides its mark."""
    yield from mark.notes
    if mark.verdict in {"right", "missing"}:
        return
    yield from mark.reasons[:1]
    yield from (f"or {reason}" for reason in mark.reasons[1:])
    if mark.verdict == "wrong" and not mark.reasons and not mark.notes:
        yield UNEXPLAINED
    if mark.working:
        yield f"right: {mark.working}"


def _class(graded: Graded, palette: Palette) -> Iterator[str]:
    mean = f"mean {_number(graded.mean)} of {_number(graded.scripts[0].available)}"
    yield f"{palette.paint(f'{len(graded.scripts)} scripts', 'bold')}: {mean}"
    rows = [("question", "right", "slips")]
    for question in graded.questions:
        own = [m for _, m in graded.all_marks() if m.question == question]
        right = sum(m.verdict in {"right", "follow-through"} for m in own)
        slips = [f"{s} {n}" for q, s, n in slips_of_class(graded) if q == question]
        rows.append(
            (graded.label(question), f"{right} of {len(own)}", ", ".join(slips[:MOST_COMMON]))
        )
    yield from (f"  {line}" for line in aligned(rows))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def as_csv(graded: Graded) -> str:
    """One row for each student and question. A cell that a spreadsheet would compute is quoted as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for script in graded.scripts:
        for m in script.marks:
            writer.writerow([_safe(cell) for cell in _row(script, m)])
    return text.getvalue()


def _row(script: Script, m: Mark) -> tuple[str, ...]:
    return (
        script.student, m.question.title, m.question.text, m.given, m.verdict, _number(m.earned),
        _number(m.question.marks), _number(script.earned), _number(script.available), m.expected,
        m.working, " ".join(m.slips), _feedback(m),
    )  # fmt: skip


def _feedback(mark: Mark) -> str:
    said = [s for s in _said(mark) if not s.startswith("right: ")]
    return "; ".join(said)


def _safe(cell: str) -> str:
    """A student's text must not become a formula in the teacher's spreadsheet."""
    risky = cell[:1] in {"=", "+", "@", "\t", "\r"} or (cell[:1] == "-" and not _plain(cell))
    return f"'{cell}" if risky else cell


def _plain(cell: str) -> bool:
    """Whether what follows a minus is a number, or nothing."""
    return all(c.isdigit() or c in "., " for c in cell[1:])


def document(graded: Graded) -> dict[str, Json]:
    """The marks as JSON."""
    return {
        "scripts": [
            {
                "student": script.student,
                "earned": script.earned,
                "of": script.available,
                "marks": [_mark(m) for m in script.marks],
            }
            for script in graded.scripts
        ],
        "problems": [_problem(p) for p in graded.problems],
        "notes": [_problem(p) for p in graded.notes],
        "wrong": [_problem(p) for p in graded.wrong],
    }


def _problem(p: Problem) -> Json:
    """What is wrong with a line; `path` is empty for the file of answers."""
    return {"path": p.path, "line": p.line, "message": p.message}


def _mark(m: Mark) -> Json:
    return {
        "question": m.question.text, "block": m.question.title, "answer": m.given,
        "verdict": m.verdict, "earned": m.earned, "of": m.question.marks, "right": m.expected,
        "working": m.working, "slips": [*m.slips], "reasons": [*m.reasons], "notes": [*m.notes],
        "line": m.line,
    }  # fmt: skip

"""Marking: every answer of every student against the figure that the question asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from specc.claims.error import ClaimError
from specc.exam.answers import AnswerFile, Given, Problem
from specc.exam.asked import Asked, Desk, questions, reason
from specc.exam.marker import mark
from specc.exam.result import Graded, Question, Script
from specc.layers.base import Convention
from specc.program import Program


def grade(
    program: Program,
    answers: AnswerFile,
    convention: Convention = "pytorch",
    follow: float = 1.0,
) -> Graded:
    """All scripts, marked.

    The questions are those of the program's `answers` blocks; without any, every figure that the file
    names is worth one mark. `follow` is the share of the marks for a figure that follows rightly from
    an earlier wrong one.
    """
    paper = _Paper(Desk(program), convention, list(answers.problems))
    for question in questions(program, convention):
        paper.put(question, 0)
    fixed = bool(paper.asked)
    sorted_in: dict[str, dict[tuple[str, str, str], Given]] = {s: {} for s in answers.students}
    for given in answers.given:
        key = paper.find(given, fixed=fixed)
        if key is not None:
            sorted_in.setdefault(given.student, {})[key] = given
    scripts = tuple(
        Script(student, tuple(mark(paper.asked.values(), own, follow)))
        for student, own in sorted_in.items()
    )
    asked = tuple(a.question for a in paper.asked.values())
    return Graded(asked, scripts, tuple(sorted(paper.problems, key=lambda p: p.line)))


@dataclass(slots=True)
class _Paper:
    """The questions by what they ask for, and how students write them."""

    desk: Desk
    convention: Convention
    problems: list[Problem]
    asked: dict[tuple[str, str, str], Asked] = field(default_factory=dict)
    _known: dict[str, tuple[str, str, str] | None] = field(default_factory=dict)

    def put(self, question: Question, line: int) -> tuple[str, str, str] | None:
        """Take a question up; None where it asks for nothing."""
        try:
            asked = self.desk.ask(question)
        except ClaimError as error:
            self.problems.append(Problem(line, reason(error)))
            return None
        self.asked.setdefault(asked.key, asked)
        return asked.key

    def find(self, given: Given, *, fixed: bool) -> tuple[str, str, str] | None:
        """The question that an answer is to; an unknown one is a problem, said once."""
        if given.figure not in self._known:
            self._known[given.figure] = self._found(given, fixed=fixed)
        return self._known[given.figure]

    def _found(self, given: Given, *, fixed: bool) -> tuple[str, str, str] | None:
        if not fixed:
            return self.put(Question(given.figure, convention=self.convention), given.line)
        try:
            key = self.desk.ask(Question(given.figure, convention=self.convention)).key
        except ClaimError as error:
            self.problems.append(Problem(given.line, reason(error)))
            return None
        if key not in self.asked:
            self.problems.append(Problem(given.line, f"the paper does not ask for {given.figure}"))
            return None
        return key


def slips_of_class(graded: Graded) -> Iterable[tuple[str, str, int]]:
    """How often each slip was made in each question, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for _, m in graded.all_marks():
        for slip in m.slips:
            place = (m.question.text, slip)
            counts[place] = counts.get(place, 0) + 1
    return sorted(((q, s, n) for (q, s), n in counts.items()), key=lambda row: -row[2])

"""Marking: every answer of every student against the figure that the question asks for."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from specc.claims.error import ClaimError
from specc.exam.answers import AnswerFile, Given, Problem
from specc.exam.asked import Asked, Desk, Key, questions, reason
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
    sorted_in: dict[str, dict[Key, Given]] = {s: {} for s in answers.students}
    for given in answers.given:
        for key in paper.find(given, fixed=fixed):
            sorted_in.setdefault(given.student, {})[key] = given
    scripts = tuple(
        Script(student, tuple(mark(paper.asked.values(), own, follow)))
        for student, own in sorted_in.items()
    )
    asked = tuple(a.question for a in paper.asked.values())
    return Graded(asked, scripts, tuple(sorted(paper.problems, key=lambda p: p.line)))


class _Paper(Struct):
    """The questions by what they ask for, and how students write them."""

    desk: Desk
    convention: Convention
    problems: list[Problem]
    asked: dict[Key, Asked] = field(default_factory=dict)
    _known: dict[str, tuple[Key, ...]] = field(default_factory=dict)

    def put(self, question: Question, line: int) -> tuple[Key, ...]:
        """Take a question up; none where it asks for nothing."""
        try:
            asked = self.desk.ask(question)
        except ClaimError as error:
            self.problems.append(Problem(line, reason(error)))
            return ()
        self.asked.setdefault(asked.key, asked)
        return (asked.key,)

    def find(self, given: Given, *, fixed: bool) -> tuple[Key, ...]:
        """The questions that an answer is to; an unknown one is a problem, said once."""
        if given.figure not in self._known:
            self._known[given.figure] = self._found(given, fixed=fixed)
        return self._known[given.figure]

    def _found(self, given: Given, *, fixed: bool) -> tuple[Key, ...]:
        """Those of one block where the answer names it, as in `Q3: C1.params`; else of all blocks."""
        title, _, figure = (part.strip() for part in given.figure.rpartition(":"))
        line = given.question_line
        if "." not in figure:
            self.problems.append(Problem(line, self._no_figure(figure)))
            return ()
        if not fixed:
            return self.put(Question(figure, title, self.convention), line)
        try:
            wanted = self.desk.ask(Question(figure, convention=self.convention)).key[1:]
        except ClaimError as error:
            self.problems.append(Problem(line, reason(error)))
            return ()
        found = tuple(k for k in self.asked if k[1:] == wanted and title in {"", k[0]})
        if not found:
            self.problems.append(Problem(line, f"the paper does not ask for {given.figure}"))
        return found

    def _no_figure(self, written: str) -> str:
        """Why a bare word asks for nothing, with a question of this paper as an example."""
        example = next((a.question.text for a in self.asked.values()), "C1.params")
        return f'"{written}" is no question; one names a layer and its figure, as {example} does'


def slips_of_class(graded: Graded) -> Iterable[tuple[str, str, int]]:
    """How often each slip was made in each question, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for _, m in graded.all_marks():
        for slip in m.slips:
            place = (m.question.text, slip)
            counts[place] = counts.get(place, 0) + 1
    return sorted(((q, s, n) for (q, s), n in counts.items()), key=lambda row: -row[2])

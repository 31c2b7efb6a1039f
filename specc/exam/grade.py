"""Marking: every answer of every student against the figure that the question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from specc.claims.error import ClaimError
from specc.claims.figures import FIGURES
from specc.exam.asked import Asked, Desk, Key, doubtful, questions, reason
from specc.exam.given import AnswerFile, Given, Problem
from specc.exam.marker import mark
from specc.exam.result import Graded, Question, Script
from specc.exam.spelling import squeezed, words
from specc.layers.base import Convention
from specc.nearest import nearest
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
    nothing, wrong = doubtful(program, convention)
    for problem in nothing:
        paper.problem(problem.line, problem.message, problem.path)
    for question in questions(program, convention):
        paper.put(question)
    fixed = bool(paper.asked)
    sorted_in: dict[str, dict[Key, Given]] = {s: {} for s in answers.students}
    for given in answers.given:
        own = sorted_in.setdefault(given.student, {})
        for key in paper.find(given, fixed=fixed):
            if own.setdefault(key, given) is not given:
                message = (
                    f"a second answer of {given.student} to {own[key].figure}; the first counts"
                )
                paper.problem(given.line, message)
    scripts = tuple(
        Script(student, tuple(mark(paper.asked.values(), own, follow)))
        for student, own in sorted_in.items()
    )
    for script in scripts:
        for m in (m for m in script.marks if m.verdict == "unreadable"):
            whose = f"{script.student}: " if script.student else ""
            said = f'{whose}{m.question.text} "{m.given}" is to be marked by hand: {m.notes[0]}'
            paper.notes.append(Problem(m.line, said))
    asked = tuple(a.question for a in paper.asked.values())
    problems, notes = paper.problems, [*answers.notes, *paper.notes]
    if not any(sorted_in.values()):  # then a column that is no question is one too many
        problems, notes = [*problems, *notes], []
    listed = tuple(sorted(problems, key=lambda p: (p.path, p.line)))
    return Graded(asked, scripts, listed, tuple(wrong), tuple(notes))


NAMED = 2  # slips that may be behind one answer


class _Paper(Struct):
    """The questions by what they ask for, and how students write them."""

    desk: Desk
    convention: Convention
    problems: list[Problem]
    notes: list[Problem] = field(default_factory=list)
    asked: dict[Key, Asked] = field(default_factory=dict)
    _known: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _spellings: dict[str | tuple[str, ...], set[str]] = field(default_factory=dict)

    def put(self, question: Question, line: int = 0) -> tuple[Key, ...]:
        """Take a question up; none where it asks for nothing, which is said of a line."""
        try:
            asked = self.desk.ask(question)
        except ClaimError as error:
            if line:
                self.problem(line, reason(error))
            return ()
        self.asked.setdefault(asked.key, asked)
        return (asked.key,)

    def problem(self, line: int, message: str, path: str = "") -> None:
        """Keep what is wrong with a line, once."""
        if message not in self._said:
            self._said.add(message)
            self.problems.append(Problem(line, message, path))

    def find(self, given: Given, *, fixed: bool) -> tuple[Key, ...]:
        """The questions that an answer is to; an unknown one is a problem, said once."""
        if given.figure not in self._known:
            self._known[given.figure] = self._found(given, fixed=fixed)
        return self._known[given.figure]

    def _found(self, given: Given, *, fixed: bool) -> tuple[Key, ...]:
        """Those of one block where the answer names it, as in `Q3: C1.params`; else of all blocks."""
        title, _, written = (part.strip() for part in given.figure.rpartition(":"))
        line, figure = given.question_line, self._meant(written, fixed=fixed)
        if "." not in figure and title:
            figure = self._meant(given.figure, fixed=fixed)  # C1: output
        if "." not in figure:
            if given.named and not self._near(figure):
                self.notes.append(Problem(line, f'column "{figure}" is no question and not read'))
            else:
                self.problem(line, self._no_figure(figure))
            return ()
        if not fixed:
            return self.put(Question(figure, title, self.convention), line)
        try:
            wanted = self.desk.ask(Question(figure, convention=self.convention)).key[1:]
        except ClaimError as error:
            self.problem(line, reason(error))
            return ()
        block = title if title in {k[0] for k in self.asked} else ""
        found = tuple(k for k in self.asked if k[1:] == wanted and block in {"", k[0]})
        if not found:
            self.problem(line, f"the paper does not ask for {given.figure}")
        return found

    def _meant(self, written: str, *, fixed: bool) -> str:
        """The one question that is written so but for signs, capitals and other words for its figure."""
        if self._asks(written):
            return written
        if not self._spellings:
            for name in self._names() if fixed else self.desk.names(self.convention):
                for spelling in (squeezed(name), words(name)):
                    self._spellings.setdefault(spelling, set()).add(name)
            for asked in self.asked.values() if fixed else ():
                if asked.subject.totals is not None:  # `total parameters`
                    self._spellings.setdefault((asked.word,), set()).add(asked.question.text)
        for spelling in (squeezed(written), words(written)):
            near = self._spellings.get(spelling, set())
            if len(near) == 1:
                return next(iter(near))
        return written

    def _names(self) -> Iterator[str]:
        """What the questions of the paper may be called."""
        for asked in self.asked.values():
            yield from (asked.question.text, ".".join(asked.key[1:]))

    def _asks(self, written: str) -> bool:
        """Whether it is a question as it stands."""
        try:
            self.desk.ask(Question(written, convention=self.convention))
        except ClaimError:
            return False
        return True

    def _near(self, written: str) -> bool:
        """Whether the name of a column may mean a question: `Q1`, `F5 params`, `parms`."""
        words = {part for a in self.asked.values() for part in a.question.text.split(".")}
        parts = re.findall(r"\w+", written)
        known = [*FIGURES, *words]
        return any(c.isdigit() for c in written) or any(nearest(part, known) for part in parts)

    def _no_figure(self, written: str) -> str:
        """Why a bare word asks for nothing, with a question of this paper as an example."""
        example = next((a.question.text for a in self.asked.values()), "C1.params")
        return f'"{written}" is no question; one names a layer and its figure, as {example} does'


def slips_of_class(graded: Graded) -> Iterable[tuple[Question, str, int]]:
    """How often each slip was made in each question, the most frequent first.

    An answer counts once, whatever slips may be behind it.
    """
    counts: dict[tuple[Question, str], int] = {}
    for _, m in graded.all_marks():
        if m.slips:
            more = " or others" if len(m.slips) > NAMED else ""
            place = (m.question, " or ".join(m.slips[:NAMED]) + more)
            counts[place] = counts.get(place, 0) + 1
    return sorted(((q, s, n) for (q, s), n in counts.items()), key=lambda row: -row[2])

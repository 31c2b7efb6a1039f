"""What marking gives: one mark for each question and student."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from specc.exam.given import Problem
from specc.layers.base import Convention

Verdict: TypeAlias = Literal["right", "follow-through", "wrong", "unreadable", "missing"]


class Question(Struct, frozen=True):
    """One figure that is asked for, as the paper writes it, and how its answers are marked."""

    text: str
    title: str = ""
    convention: Convention = "pytorch"
    tolerance: float | None = None
    marks: float = 1.0


class Mark(Struct, frozen=True):
    """The mark of one answer.

    `expected` is the right answer with `working` that leads to it; `reasons` say which slips give the
    student's figure, `slips` name them; `notes` say how the answer was read.
    """

    question: Question
    given: str
    verdict: Verdict
    earned: float
    expected: str
    working: str = ""
    reasons: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    line: int = 0


class Script(Struct, frozen=True):
    """All marks of one student; the name is empty where the file names nobody."""

    student: str
    marks: tuple[Mark, ...]

    @property
    def earned(self) -> float:
        """The sum of the marks."""
        return sum(m.earned for m in self.marks)

    @property
    def available(self) -> float:
        """What all right answers would earn."""
        return sum(m.question.marks for m in self.marks)


class Graded(Struct, frozen=True):
    """A class: its scripts in the order of the file, and the lines that could not be used.

    `wrong` are the answers of the paper itself that are wrong, `notes` what was left out by right.
    """

    questions: tuple[Question, ...]
    scripts: tuple[Script, ...]
    problems: tuple[Problem, ...] = ()
    wrong: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def mean(self) -> float:
        """What a script earns on the average."""
        return sum(s.earned for s in self.scripts) / len(self.scripts) if self.scripts else 0.0

    def label(self, question: Question) -> str:
        """A question, with its block where another one asks for the same."""
        alike = [q for q in self.questions if q.text == question.text]
        return f"{question.title}: {question.text}" if len(alike) > 1 else question.text

    def all_marks(self) -> Iterator[tuple[str, Mark]]:
        """Every mark with its student."""
        for script in self.scripts:
            yield from ((script.student, mark) for mark in script.marks)

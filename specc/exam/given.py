"""The answers that a file holds, and what is wrong with its lines."""

from __future__ import annotations

import re

from msgspec import Struct, field

STUDENT = frozenset({"student", "name", "id", "candidate", "who"})
QUESTION = frozenset({"question", "figure", "item", "part"})
ANSWER = frozenset({"answer", "answers", "value", "given", "response", "result", "solution"})
MOST = 1_000_000
"""Answers of one file."""


class Given(Struct, frozen=True):
    """One answer: who gave it, to which figure, as written, and in which line of the file.

    `named` is the line that names the figure where that is another: the header of a wide table.
    """

    student: str
    figure: str
    text: str
    line: int
    named: int = 0

    @property
    def question_line(self) -> int:
        """The line that names the figure."""
        return self.named or self.line


class Problem(Struct, frozen=True):
    """A line that cannot be used, and why; `path` where it is not in the file of answers."""

    line: int
    message: str
    path: str = ""


class AnswerFile(Struct):
    """What a file holds: the answers in order, the lines that are left out, and what is left out by right.

    `students` has everybody in the file, those without an answer too.
    """

    path: str
    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    students: dict[str, int] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def enter(self, student: str, line: int) -> bool:
        """Take up a student; False where somebody of that name was there before: the first counts."""
        if student in self.students:
            self.wrong(line, f"{student} has answers already, in line {self.students[student]}")
            return False
        self.students[student] = line
        return True

    def add(self, student: str, figure: str, text: str, line: int, named: int = 0) -> None:
        """Keep an answer; the first counts when there are two."""
        self.students.setdefault(student, line)
        if (student, figure) in self._seen:
            who = f" of {student}" if student else ""
            self.wrong(line, f"a second answer{who} to {figure}; the first counts")
        elif len(self.given) < MOST:
            self._seen.add((student, figure))
            self.given.append(Given(student, figure, text.strip(), line, named))

    def wrong(self, line: int, message: str) -> None:
        """Keep what is wrong with a line."""
        self.problems.append(Problem(line, message))

    def note(self, line: int, message: str) -> None:
        """Keep what is left out of a line, with which nothing is wrong."""
        self.notes.append(Problem(line, message))


def is_figure(name: str) -> bool:
    """Whether a word is written as a question is, `C1.params`: not `Matr.-Nr.`."""
    return re.search(r"\w\.\w+$", name) is not None

"""The questions of a paper, and the figure that each asks for."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct, field

from specc.claims.check import outcomes
from specc.claims.error import ClaimError
from specc.claims.figures import FIGURES, Figure, figure
from specc.claims.outcome import text
from specc.claims.slips import Finding
from specc.claims.subjects import Subject, Tables
from specc.claims.values import subject_of
from specc.exam.given import Given, Problem
from specc.exam.result import Question
from specc.exam.symbols import Reading
from specc.exam.written import MISSING, Symbols, Written
from specc.layers.base import Convention
from specc.program import Program
from specc.source import Source, Span
from specc.syntax import tree

Diagnosis: TypeAlias = tuple[tuple[Finding, ...], tuple[str, ...]]
"""The slips that give an answer, and what else there is to say of it."""
Key: TypeAlias = tuple[str, str, str, str]
"""Block, network, stage and figure of a question."""


class Asked(Struct, frozen=True, eq=False):
    """A question with what it asks for and the right answer.

    `explained` and `readings` keep what was found for an answer: in a class many give the same.
    """

    question: Question
    tables: Tables
    subject: Subject
    word: str
    figure: Figure
    explained: dict[Written, Diagnosis] = field(default_factory=dict)
    readings: dict[Symbols, Reading | None] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What makes two ways to write a question the same."""
        network = self.subject.network.name if self.subject.network is not None else ""
        return self.question.title, network, self.subject.text, self.word


class Desk(Struct):
    """Finds what questions ask for, with one set of tables for each convention."""

    program: Program
    _tables: dict[Convention, Tables] = field(default_factory=dict)

    def tables(self, convention: Convention) -> Tables:
        """The tables of a convention."""
        return self._tables.setdefault(convention, Tables(self.program, convention))

    def names(self, convention: Convention) -> list[str]:
        """The figures that every network and its first stages have."""
        tables = self.tables(convention)
        found: list[str] = []
        for network in self.program.networks:
            name, stages = network.name, tables.names(network)
            subjects = [name, *stages, *(f"{name}.{stage}" for stage in stages)]
            found += [f"{subject}.{word}" for subject in subjects for word in FIGURES]
        return found

    def ask(self, question: Question) -> Asked:
        """The figure of a question.

        Raises:
            ClaimError: it asks for nothing that the program has.
        """
        tables = self.tables(question.convention)
        subject, word = subject_of(tables, expression(question.text))
        return Asked(question, tables, subject, word.id, figure(subject, word))


def expression(text: str) -> tree.Expr:
    """`LeNet.C1.params` as the tree that the parser would make of it."""
    source = Source("answers", text)
    span = Span(source, 0, len(text))
    first, *rest = (tree.Name(span, part.strip()) for part in text.split("."))
    found: tree.Expr = first
    for name in rest:
        found = tree.Member(span, found, name)
    return found


def questions(program: Program, convention: Convention) -> tuple[Question, ...]:
    """The questions of the `answers` blocks; a block's marks are shared out among its claims."""
    return tuple(
        Question(
            _written(outcome.subject), sheet.title, sheet.convention, sheet.tolerance,
            1.0 if sheet.marks is None else sheet.marks / len(sheet.outcomes),
        )
        for sheet in outcomes(program, None, convention)
        for outcome in sheet.outcomes
    )  # fmt: skip


def doubtful(program: Program, convention: Convention) -> tuple[list[Problem], list[Problem]]:
    """The questions of the spec that ask for nothing, and those whose own answer is wrong."""
    path = program.file.source.path
    nothing, wrong = [], []
    for outcome in (o for sheet in outcomes(program, None, convention) for o in sheet.outcomes):
        line, claimed = outcome.span.line, text(outcome.claimed)
        if outcome.computed is None:
            nothing += [Problem(line, reason(ClaimError(d)), path) for d in outcome.diagnostics]
        elif not outcome.right and claimed not in MISSING:
            is_so = f"{outcome.subject} is {text(outcome.computed)}, not {claimed}"
            wrong.append(Problem(line, f"{is_so}; answers are marked by what it is", path))
    return nothing, wrong


def own_answers(program: Program) -> list[Given]:
    """What the `answers` blocks of the spec claim, as if somebody had handed it in."""
    return [
        Given(
            "", f"{a.title.value}: {_written(c.subject.span.text)}", _claimed(c.value), c.span.line
        )
        for a in program.answers
        for c in a.claims
    ]


def _claimed(value: tree.Expr) -> str:
    return value.value if isinstance(value, tree.Text) else value.span.text


def _written(text: str) -> str:
    return "".join(text.split())


def reason(error: ClaimError) -> str:
    """Why a question asks for nothing, in one line."""
    d = error.diagnostic
    return f"{d.message}{'; ' + d.text if d.text else ''}"

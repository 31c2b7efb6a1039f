"""What claims and promises say wrong whatever an error elsewhere means.

The networks of a file with an error are there as far as they could be resolved. A word that is no figure
and a name that nothing in the file bears are wrong all the same, and a stage in front of the error has its
figures. Of whole networks nothing is judged here: those without an error are checked apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from specc.claims.check import Reading, is_static, leaves, outcome, reading, sides, valueless
from specc.claims.error import ClaimError
from specc.claims.figures import FIGURES
from specc.claims.subjects import Tables
from specc.claims.values import Evaluator, dotted
from specc.count.rows import Entry
from specc.diagnostics import Diagnostic, Diagnostics
from specc.layers.base import Convention
from specc.numbered import may_be_named
from specc.program import Body, Program
from specc.source import Span
from specc.syntax import tree
from specc.types import Unknown

_WORD = re.compile(r"[^\W\d]\w*")
_COMMENT = re.compile(r"#[^\n]*")
_OF_TRAINING = ("trainable", "non_trainable")


def certain_claims(
    program: Program, diagnostics: Diagnostics, convention: Convention
) -> list[Diagnostic]:
    """What is wrong with the claims of a program with errors, as far as these leave no doubt."""
    late = [d for d in program.file.declarations if isinstance(d, (tree.Answers, tree.Expect))]
    errors = [d.span for d in diagnostics if diagnostics.hides(d)]
    known = _Known(program, _written(program, late), errors)
    found: list[Diagnostic] = []
    for answers in program.answers:
        read = reading(program, answers, found, convention)
        for claim in answers.claims:
            found += _claim(known, read, claim)
    evaluator = Evaluator(Tables(program, convention))
    for expect in program.expects:
        if is_static(expect, program):
            found += known.problems(evaluator, expect.condition)
    return found


def _claim(known: _Known, read: Reading, claim: tree.Claim) -> tuple[Diagnostic, ...]:
    """What is certainly wrong with a claim; all that is, where its figure does not hang on an error."""
    problems = [d for side in sides(claim) for d in known.problems(read.evaluator, side)]
    if problems or not known.whole(read.evaluator.tables, claim):
        return tuple(problems)
    return outcome(read.evaluator, claim, read.tolerance).diagnostics


class _Known(Struct, frozen=True):
    """What is sure of a program: `words` are all that its text and what it uses have outside of claims."""

    program: Program
    words: frozenset[str]
    errors: list[Span]

    def problems(self, evaluator: Evaluator, expr: tree.Expr) -> Iterator[Diagnostic]:
        """What is said of the names and figures below an expression, as far as it is certain."""
        for leaf, problem in valueless(evaluator, expr):
            if self._certain(evaluator.tables, leaf, problem):
                yield problem

    def whole(self, tables: Tables, claim: tree.Claim) -> bool:
        """Whether all values of a claim are known."""
        return all(self._figure(tables, leaf) for side in sides(claim) for leaf in leaves(side))

    def _certain(self, tables: Tables, leaf: tree.Expr, problem: Diagnostic) -> bool:
        """Whether what is said of a name or figure stays true when the errors are mended."""
        word = problem.span.text
        if problem.code in ("E401", "E402"):
            return not (self.program.file.unread or may_be_named(word, self.words))
        if problem.code == "E603" and isinstance(leaf, tree.Member):
            return word not in FIGURES and (self._whole(tables, leaf) or self._figure(tables, leaf))
        return problem.code in ("E603", "E604")

    def _whole(self, tables: Tables, leaf: tree.Member) -> bool:
        names = dotted(leaf)
        return names is not None and tables.find(names[:-1]).totals is not None

    def _figure(self, tables: Tables, leaf: tree.Expr) -> bool:
        """Whether a value is known: all but the figures of what has an error in front of it or inside."""
        names = dotted(leaf)
        if names is None:
            return True
        if len(names) == 1:
            return names[0].id not in self._broken()
        try:
            subject = tables.find(names[:-1])
        except ClaimError:
            return False
        if subject.totals is not None or subject.network is None or not subject.entries:
            return False
        if names[-1].id in _OF_TRAINING and self._trains():
            return False
        return self._in_front(subject.network, subject.entries)

    def _in_front(self, network: Body, entries: tuple[Entry, ...]) -> bool:
        """Whether rows stand in the text of a network, before all that is wrong in it."""
        around = network.definition.span
        end = max(e.row.span.end for e in entries)
        rounds = [e.body.definition.span for e in entries if e.body is not network]
        wrong = [e for e in self.errors if around.holds(e)]
        return (
            all(around.holds(e.row.span) for e in entries)
            and not any(isinstance(e.row.output, Unknown) for e in entries)
            and not any(e.start < end or any(r.holds(e) for r in rounds) for e in wrong)
        )

    def _trains(self) -> bool:
        return any(isinstance(d, tree.Train) for d in self.program.file.declarations)

    def _broken(self) -> set[str]:
        made = (d for d in self.program.file.declarations if isinstance(d, tree.Param))
        return {d.name.id for d in made if any(d.span.holds(e) for e in self.errors)}


def _written(program: Program, late: Iterable[tree.Declaration]) -> frozenset[str]:
    """The words of a file without its claims, and of the definitions that it has from elsewhere."""
    source, at, texts = program.file.source, 0, []
    for declaration in sorted(late, key=lambda d: d.span.start):
        texts.append(source.text[at : declaration.span.start])
        at = declaration.span.end
    texts.append(source.text[at:])
    texts += [d.span.text for d in program.definitions if d.span.source is not source]
    return frozenset(_WORD.findall(_COMMENT.sub("", "\n".join(texts))))

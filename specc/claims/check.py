"""Every claim and every static promise of a file, checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from specc.claims.error import ClaimError
from specc.claims.figures import figure
from specc.claims.messages import broken_promise, unnamed, wrong_claim
from specc.claims.outcome import Outcome, Sheet
from specc.claims.subjects import Tables
from specc.claims.values import Evaluator, dotted, subject_of
from specc.claims.written import matching
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.layers.base import Convention
from specc.nearest import nearest
from specc.program import Program
from specc.resolve.order import names_read
from specc.syntax import tree

DYNAMIC = frozenset({"test", "train", "validation"})
"""What a promise about a trained model begins with: `test.mse`."""

_CONVENTIONS: tuple[str, ...] = get_args(Convention)
_OPTIONS = ("convention", "tolerance", "marks")


def check_claims(
    program: Program,
    diagnostics: Diagnostics,
    convention: Convention = "pytorch",
    refused: Collection[str] = (),
) -> None:
    """Report every wrong claim (E602), every broken static promise (E601) and claims without a value.

    Nothing is said of the figures of `refused` networks, which change when these are mended.
    """
    problems: list[Diagnostic] = []
    for sheet in outcomes(program, problems, convention):
        problems += [d for o in sheet.outcomes for d in o.diagnostics]
    tables = Tables(program, convention)
    for expect in program.expects:
        if is_static(expect, program):
            problems += _promise(tables, expect)
    for problem in problems:
        if not _about(program, problem, refused):
            diagnostics.add(problem)


def _about(program: Program, problem: Diagnostic, refused: Collection[str]) -> bool:
    """Whether a figure is one of these networks."""
    subjects = [(c.span, c.subject) for a in program.answers for c in a.claims]
    subjects += [(e.span, e.condition) for e in program.expects]
    return problem.code in ("E601", "E602") and any(
        span.start <= problem.span.start < span.end and n.id in refused
        for span, subject in subjects
        for n in names_read(subject)
    )


def is_static(expect: tree.Expect, program: Program) -> bool:
    """Whether a promise is about the networks alone, and so can be tested without training."""
    programs = {p.name for p in program.programs}
    return not any(
        _of_training(names) or (len(names) > 1 and names[0].id in programs)
        for names in _paths(expect.condition)
    )


def _of_training(names: tuple[tree.Name, ...]) -> bool:
    """`test.mse`, or `Pretrain.test.mse`."""
    return names[0].id in DYNAMIC or (len(names) > 2 and names[1].id in DYNAMIC)


def dynamic_expects(program: Program) -> tuple[tree.Expect, ...]:
    """The promises about the trained model, which are tested at the end of training."""
    return tuple(expect for expect in program.expects if not is_static(expect, program))


def outcomes(
    program: Program,
    problems: list[Diagnostic] | None = None,
    convention: Convention = "pytorch",
) -> tuple[Sheet, ...]:
    """All `answers` blocks with the true values. What is wrong with their options joins `problems`."""
    found: list[Diagnostic] = [] if problems is None else problems
    return tuple(_sheet(program, a, found, convention) for a in program.answers)


def _sheet(
    program: Program, answers: tree.Answers, problems: list[Diagnostic], usual: Convention
) -> Sheet:
    read = reading(program, answers, problems, usual)
    found = tuple(outcome(read.evaluator, claim, read.tolerance) for claim in answers.claims)
    convention = read.evaluator.tables.convention
    return Sheet(answers.title.value, convention, read.tolerance, read.marks, found)


class Reading(Struct, frozen=True):
    """How the claims of a block are read."""

    evaluator: Evaluator
    tolerance: float | None
    marks: float | None


def reading(
    program: Program, answers: tree.Answers, problems: list[Diagnostic], usual: Convention
) -> Reading:
    """How an `answers` block is read; what is wrong with its header or said twice joins `problems`."""
    convention, tolerance, marks = _options(answers, problems, usual)
    problems += _twice(answers)
    return Reading(Evaluator(Tables(program, convention)), tolerance, marks)


def _twice(answers: tree.Answers) -> Iterator[Diagnostic]:
    """Figures that one block claims twice."""
    first: dict[str, tree.Claim] = {}
    for claim in answers.claims:
        place, before = claim.subject.span, first.setdefault(claim.subject.span.text, claim)
        if before is not claim and before.value.span.text == claim.value.span.text:
            label = Label(
                before.subject.span, "first here"
            )  # of two values one is wrong, and said to be
            message = f"{place.text} is claimed twice"
            yield Diagnostic("E403", message, place, "again here", labels=(label,))


def outcome(evaluator: Evaluator, claim: tree.Claim, tolerance: float | None) -> Outcome:
    """What is true of a claim, and what is wrong with it: every name and figure without a value first."""
    text = claim.subject.span.text
    empty = Outcome(text, claim.span, None, None, right=False)
    if nameless := [d for e in sides(claim) for _, d in valueless(evaluator, e)]:
        return replace(empty, diagnostics=tuple(nameless))
    try:
        claimed = evaluator(claim.value)
        subject, word = subject_of(evaluator.tables, claim.subject)
        found = figure(subject, word)
        matches = matching(evaluator.tables, claim, claimed, word.id, found, tolerance)
    except ClaimError as error:
        return replace(empty, diagnostics=(error.diagnostic,))
    right = matches(found.value)
    problems = [unnamed(subject)] if subject.auto else []
    if not right:
        problems.append(
            wrong_claim(evaluator.tables, claim, subject, word.id, found, claimed, matches)
        )
    return Outcome(text, claim.span, claimed, found.value, right, found.working, tuple(problems))


def sides(claim: tree.Claim) -> tuple[tree.Expr, ...]:
    """The sides of a claim that are looked up; a subject that is no figure is refused as a whole."""
    figure = isinstance(claim.subject, tree.Member)
    return (claim.subject, claim.value) if figure else (claim.value,)


def valueless(evaluator: Evaluator, expr: tree.Expr) -> Iterator[tuple[tree.Expr, Diagnostic]]:
    """The names and figures below an expression that have no value, with what is said of each."""
    for leaf in leaves(expr):
        try:
            evaluator(leaf)
        except ClaimError as error:
            yield leaf, error.diagnostic


def _promise(tables: Tables, expect: tree.Expect) -> list[Diagnostic]:
    condition = expect.condition
    evaluator = Evaluator(tables)
    found: list[Diagnostic] = []
    for part in _conjuncts(condition):
        if nameless := [d for _, d in valueless(evaluator, part)]:
            found += nameless
            continue
        try:
            if evaluator(part) is not True:
                found.append(broken_promise(evaluator, part))
        except ClaimError as error:
            found.append(error.diagnostic)
    return found


def _conjuncts(expr: tree.Expr) -> Iterator[tree.Expr]:
    """The parts of `a and b`, each of which must hold."""
    if isinstance(expr, tree.Binary) and expr.operator == "and":
        yield from _conjuncts(expr.left)
        yield from _conjuncts(expr.right)
    else:
        yield expr


def _paths(expr: tree.Expr) -> Iterator[tuple[tree.Name, ...]]:
    """All dotted names in an expression."""
    names = dotted(expr)
    if names:
        yield tuple(names)
        return
    for child in _children(expr):
        yield from _paths(child)


def leaves(expr: tree.Expr) -> Iterator[tree.Expr]:
    """The names and figures that an expression reads."""
    if isinstance(expr, (tree.Name, tree.Member)):
        yield expr
    parts = [a.value for a in expr.arguments] if isinstance(expr, tree.Call) else _children(expr)
    for part in parts:
        yield from leaves(part)


def _children(expr: tree.Expr) -> tuple[tree.Expr, ...]:
    match expr:
        case tree.Binary(_, _, left, right):
            return left, right
        case tree.Unary(_, _, operand):
            return (operand,)
        case tree.Conditional(_, then, condition, otherwise):
            return then, condition, otherwise
        case tree.Call(_, callee, arguments):
            return callee, *(a.value for a in arguments)
        case tree.ListOf(_, items):
            return items
        case _:
            return ()


def _options(
    answers: tree.Answers, problems: list[Diagnostic], usual: Convention
) -> tuple[Convention, float | None, float | None]:
    """`(convention=keras, tolerance=0.01, marks=5)`."""
    values: dict[str, str | float] = {"convention": usual}
    for argument in answers.options:
        name = argument.name.id if argument.name else ""
        value = _option(argument.value)
        problem = _option_problem(name, value, argument)
        if problem is None:
            values[name] = value if value is not None else ""
        else:
            problems.append(problem)
    convention = next(c for c in get_args(Convention) if c == values["convention"])
    tolerance, marks = (values.get(name) for name in ("tolerance", "marks"))
    return convention, *(None if v is None else float(v) for v in (tolerance, marks))


def _option(expr: tree.Expr) -> str | float | None:
    match expr:
        case tree.Name(_, word) | tree.Text(_, word):
            return word
        case tree.Number(_, value):
            return value
        case _:
            return None


def _option_problem(
    name: str, value: str | float | None, argument: tree.Argument
) -> Diagnostic | None:
    if name not in _OPTIONS:
        near = nearest(name, _OPTIONS, 1)
        text = f'did you mean "{near[0]}"?' if near else ""
        message = f'answers has no option "{name}"' if name else "an option of answers has a name"
        span = argument.name.span if argument.name else argument.span
        return Diagnostic("E202", message, span, text, notes=(f"options: {', '.join(_OPTIONS)}",))
    if name == "convention" and value not in _CONVENTIONS:
        near = nearest(str(value), _CONVENTIONS, 1)
        text = f'did you mean "{near[0]}"?' if near else ""
        message = f"the convention must be {', '.join(_CONVENTIONS[:-1])} or {_CONVENTIONS[-1]}"
        return Diagnostic("E204", message, argument.value.span, text)
    if name != "convention" and not (isinstance(value, (int, float)) and value >= 0):
        return Diagnostic("E204", f"{name} must be a number from 0 on", argument.value.span)
    return None

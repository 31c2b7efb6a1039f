"""The search: figures as formulas of what is varied, and every combination put in.

A hyperparameter that takes no formula is searched by compiling the spec for every combination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from msgspec import Struct

from specc.claims.outcome import Value
from specc.claims.subjects import Tables
from specc.claims.values import Evaluator
from specc.diagnostics import Diagnostics, Severity
from specc.exam.solve import conditions as asked
from specc.exam.solve.ranges import SolveError, Varied, combinations
from specc.exam.solve.vary import opened, parameter, suggested
from specc.layers.base import Convention
from specc.program import Program, Static
from specc.resolve.file import resolve
from specc.sizes import Size, SizeLimit, Symbolic, free_symbols, known, symbol
from specc.sizes import holds as constraint_holds
from specc.syntax import tree

_EACH = ", as each must be built"
MOST_COMPILED = 3_000
"""Combinations for which the spec is compiled, where a formula does not do."""


class Solution(Struct, frozen=True):
    """The numbers of one solution, in the order of what is varied, and the network's parameters with them."""

    values: tuple[int, ...]
    params: int
    asked: tuple[Value, ...] = ()


class Answer(Struct, frozen=True):
    """All solutions, the smallest first: fewest parameters, then smallest numbers.

    What is `idle` varied unasked and changes no figure: of it the smallest number that fits is kept.
    """

    varied: tuple[Varied, ...]
    solutions: tuple[Solution, ...]
    tried: int
    asked: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


class Question(Struct, frozen=True):
    """A file, what must hold, what is varied, and the parameters that are set.

    `usual` are the names that vary although nobody said so.
    """

    file: tree.File
    conditions: tuple[tree.Binary, ...]
    varied: tuple[Varied, ...]
    settings: Mapping[str, Static]
    convention: Convention = "pytorch"
    usual: frozenset[str] = frozenset()


def solve(question: Question) -> Answer:
    """Every combination that fits.

    Raises:
        SolveError: there is nothing to vary, too much of it, or a figure that does not exist or is free.
    """
    if not question.varied:
        example = suggested(question.file, question.conditions)
        raise SolveError(f"nothing is varied; say what may change: --vary {example}")
    tried = combinations(question.varied)
    open_file = opened(question.file, question.varied)
    worked = _by_formula(question, open_file)
    if worked is None:
        _sides_exist(question, open_file)
        combinations(question.varied, MOST_COMPILED, _EACH)
        worked = list(_by_compiling(question, open_file)), ()
    found, idle = worked
    found.sort(key=lambda s: (s.params, s.values))
    kept = _without(question.varied, idle, found)
    return Answer(question.varied, kept, tried, tuple(_titles(question)), idle)


def _without(
    varied: Sequence[Varied], idle: tuple[str, ...], found: list[Solution]
) -> tuple[Solution, ...]:
    """One solution of those that differ in what is idle alone, the first."""
    at = [i for i, v in enumerate(varied) if v.name not in idle]
    first: dict[tuple[int, ...], Solution] = {}
    for solution in found:
        first.setdefault(tuple(solution.values[i] for i in at), solution)
    return tuple(first.values())


def _ranged(condition: tree.Binary) -> bool:
    return condition.operator != "=="


def _titles(question: Question) -> Iterator[str]:
    """What is asked within bounds is shown, as it is written."""
    for condition in filter(_ranged, question.conditions):
        yield condition.left.span.text


def _each(varied: Sequence[Varied]) -> Iterator[tuple[int, ...]]:
    return product(*(v.values for v in varied))


# -------------------------------------------------------------------- by formula


def _by_formula(
    question: Question, file: tree.File
) -> tuple[list[Solution], tuple[str, ...]] | None:
    """Solutions by formulas with what is idle; None where some figure is none or one of the first fails."""
    program = _program(question, file, {parameter(v): _free(v) for v in question.varied})
    if program is None:
        return None
    evaluator = Evaluator(Tables(program, question.convention))
    try:
        sides = asked.sides(question.conditions, evaluator)
        total = _params(program)
    except SolveError:
        return None
    constraints = [c for body in program.networks for c in body.constraints]
    found: list[Solution] = []
    for values in _each(question.varied):
        put = {
            parameter(v): n - v.values[0] + 1 for v, n in zip(question.varied, values, strict=True)
        }
        try:
            if not all(constraint_holds(c, put) for c in constraints):
                continue
            if all(asked.holds(*side, put) for side in sides):
                shown = _shown(sides, put)
                found.append(Solution(values, int(asked.put_in(total, put)), shown))
        except (KeyError, ArithmeticError, SizeLimit):
            return None
    if not _sound(question, file, found):
        return None
    symbols = _symbols([total, *(side for _, *pair in sides for side in pair)])
    idle = (v for v in question.varied if v.name in question.usual and parameter(v) not in symbols)
    return found, tuple(v.name for v in idle)


def _symbols(values: Sequence[Value]) -> frozenset[str]:
    """What some figures depend on."""
    found: frozenset[str] = frozenset()
    for value in values:
        if isinstance(value, tuple):
            found |= _symbols(value)
        elif isinstance(value, Symbolic):
            found |= free_symbols(value)
    return found


def _free(varied: Varied) -> Size:
    """A symbol stands for 1, 2, …; moved so that the first number is its 1."""
    return symbol(parameter(varied)) + (varied.values[0] - 1)


def _shown(sides: list[tuple[str, Value, Value]], put: Mapping[str, int]) -> tuple[Value, ...]:
    return tuple(asked.put_in(left, put) for operator, left, _ in sides if operator != "==")


def _params(program: Program) -> Size:
    return Tables(program).totals(None).params


def _sound(question: Question, file: tree.File, found: list[Solution]) -> bool:
    """Some solutions at both ends, compiled with their numbers."""
    some = {id(s): s for s in (*found[:4], *found[-4:])}
    return all(_compiled(question, file, s.values) == s for s in some.values())


# ------------------------------------------------------------------ by compiling


def _by_compiling(question: Question, file: tree.File) -> Iterator[Solution]:
    problems: list[str] = []
    built = False
    for values in _each(question.varied):
        program = _program(question, file, _put(question, values), problems)
        built = built or program is not None
        solution = None if program is None else _fitting(question, program, values)
        if solution is not None:
            yield solution
    if not built:
        raise SolveError(f"nothing can be built with these numbers: {problems[0]}")


def _sides_exist(question: Question, file: tree.File) -> None:
    """Look for what is asked in one of the first programs that can be built.

    Raises:
        SolveError: a figure that does not exist.
    """
    program = first_built(question, file)
    if program is not None:
        asked.sides(question.conditions, Evaluator(Tables(program, question.convention)))


def first_built(question: Question, file: tree.File) -> Program | None:
    """The program of one of the first combinations, None where none of them fits."""
    tried = (
        _program(question, file, _put(question, v)) for v in islice(_each(question.varied), 64)
    )
    return next((program for program in tried if program is not None), None)


def _put(question: Question, values: tuple[int, ...]) -> Mapping[str, int]:
    return {parameter(v): n for v, n in zip(question.varied, values, strict=True)}


def _compiled(question: Question, file: tree.File, values: tuple[int, ...]) -> Solution | None:
    program = _program(question, file, _put(question, values))
    return None if program is None else _fitting(question, program, values)


def _fitting(question: Question, program: Program, values: tuple[int, ...]) -> Solution | None:
    """The combination as a solution, if what is asked holds."""
    sides = asked.sides(question.conditions, Evaluator(Tables(program, question.convention)))
    total = _params(program)
    try:
        holds = all(asked.holds(*side, {}) for side in sides)
    except KeyError as free:
        size = free.args[0]
        message = (
            f"what is asked depends on {size}, which is free; give it a number: --set {size}=28"
        )
        raise SolveError(message) from None
    return Solution(values, total, _shown(sides, {})) if holds and known(total) else None


def _program(
    question: Question,
    file: tree.File,
    numbers: Mapping[str, Static],
    problems: list[str] | None = None,
) -> Program | None:
    """The program with these parameters, None where something does not fit; `problems` then says what."""
    diagnostics = Diagnostics()
    program = resolve(file, diagnostics, {**question.settings, **numbers})
    if problems is not None:
        problems += [d.message for d in diagnostics if d.severity is Severity.ERROR][:1]
    return None if diagnostics.failed else program

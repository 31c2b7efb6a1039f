"""What is asked: `output == [6, 14, 14] and params <= 500`, as text, and whether it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from specc.claims.error import ClaimError
from specc.claims.figures import FIGURES
from specc.claims.outcome import Value
from specc.claims.values import Evaluator
from specc.diagnostics import Diagnostics
from specc.exam.quantity import THOUSANDS
from specc.exam.solve.ranges import SolveError
from specc.sizes import Symbolic, evaluate
from specc.source import Source
from specc.syntax import tree
from specc.syntax.parse import parse

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def read(
    texts: tuple[str, ...], subject: str = "", *, every: bool = False
) -> tuple[tree.Binary, ...]:
    """Conditions as comparisons, all of which must hold; figures without a subject are about `subject`.

    With `every` each word alone is one, also the name of an axis.

    Raises:
        SolveError: a text that is no comparison.
    """
    found: list[tree.Binary] = []
    for text in texts:
        text = _whole(text)
        diagnostics = Diagnostics()
        file = parse(Source("<question>", f"specc 1\nexpect {text}\n"), diagnostics)
        declared = file.declarations if file is not None else ()
        if diagnostics.failed or len(declared) != 1 or not isinstance(declared[0], tree.Expect):
            single = re.sub(r"(?<![=<>!])=(?!=)", "==", text)
            hint = f"equality is {single}" if single != text else "write one like: params <= 500"
            if re.search(r"\d,\d{3}\b", text):
                hint = "a number has no comma: 1516 or 1_516"
            raise SolveError(f"{text!r} is no condition; {hint}")
        condition = declared[0].condition
        found += _comparisons(_about(condition, subject, every) if subject else condition, text)
    return tuple(found)


def _whole(text: str) -> str:
    """`params <= 100k` with its number in full, as answers may have it."""

    def full(match: re.Match[str]) -> str:
        scale = THOUSANDS.get(match[2].lower())
        number = None if scale is None else Fraction(match[1]) * scale
        return match[0] if number is None or number.denominator > 1 else str(number)

    return re.sub(r"(?<![\w.])(\d+(?:\.\d+)?) ?([A-Za-z]+)\b", full, text)


def _comparisons(expr: tree.Expr, text: str) -> Iterator[tree.Binary]:
    if isinstance(expr, tree.Binary) and expr.operator == "and":
        yield from _comparisons(expr.left, text)
        yield from _comparisons(expr.right, text)
    elif isinstance(expr, tree.Binary) and expr.operator in _COMPARISONS:
        yield expr
    else:
        raise SolveError(f"{text!r} is no comparison; write one like: output == [6, 14, 14]")


def _about(expr: Any, subject: str, every: bool) -> Any:
    """`params` as `subject.params`."""
    if isinstance(expr, tree.Name):
        figure = every or expr.id in FIGURES
        return tree.Member(expr.span, tree.Name(expr.span, subject), expr) if figure else expr
    if isinstance(expr, tree.Member) or not isinstance(expr, Struct):
        return expr
    changed: dict[str, Any] = {}
    for name in expr.__struct_fields__:
        value = getattr(expr, name)
        if isinstance(value, tuple):
            changed[name] = tuple(_about(v, subject, every) for v in value)
        elif isinstance(value, Struct) and name != "span":
            changed[name] = _about(value, subject, every)
    return replace(expr, **changed)


def sides(
    conditions: tuple[tree.Binary, ...], evaluator: Evaluator
) -> list[tuple[str, Value, Value]]:
    """Both sides of every comparison, with what is free still in them.

    Raises:
        SolveError: a figure that does not exist.
    """
    try:
        return [(c.operator, evaluator(c.left), evaluator(c.right)) for c in conditions]
    except ClaimError as problem:
        found = problem.diagnostic
        more = [found.text, *found.notes]
        raise SolveError("; ".join([found.message, *(m for m in more if m)])) from None


def holds(operator: str, left: Value, right: Value, values: Mapping[str, int]) -> bool:
    """Whether a comparison holds with numbers put in."""
    try:
        return _COMPARISONS[operator](put_in(left, values), put_in(right, values))
    except TypeError:
        return False


def put_in(value: Value, values: Mapping[str, int]) -> Any:
    """A figure with numbers for what is free."""
    if isinstance(value, tuple):
        return tuple(put_in(v, values) for v in value)
    return evaluate(value, dict(values)) if isinstance(value, Symbolic) else value

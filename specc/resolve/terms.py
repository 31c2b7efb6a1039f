"""An objective as a sum of named terms."""

from __future__ import annotations

from specc.program import Term
from specc.resolve.context import Scope
from specc.resolve.convert import as_flow
from specc.resolve.values import POISON
from specc.syntax import tree
from specc.types import Tensor, ValueType


def objective_terms(scope: Scope, objective: tree.Objective, taken: list[str]) -> list[Term]:
    """The summands of an objective, each evaluated, with the name it is logged under, none of `taken`.

    A term is one number for each item (its mean over the batch is meant) or one for the batch.
    """
    terms: list[Term] = []
    summands = _summands(objective.value)
    bases = [_name(expr, number) for number, expr in enumerate(summands, 1)]
    for base, expr in zip(bases, summands, strict=True):
        value = as_flow(scope, scope.evaluate(expr), expr.span)
        if value is POISON:
            continue
        if not isinstance(value.type, Tensor) or value.type.rank:
            scope.context.report(
                "E508",
                f"an objective is one number, and this is {shape_words(value.type)}",
                expr.span,
                helps=(f"mean({expr.span.text})",),
            )
            continue
        if bases.count(base) > 1:
            base = "_".join([base, *_subject(expr)]).lower()
        name = "_".join([*(_changed(expr) if _words(expr) else ()), base])
        name = _unique(name, [*taken, *(t.name for t in terms)])
        terms.append(Term(name, value.ref, expr.span))
    return terms


def shape_words(type: ValueType) -> str:
    """`a vector of 1`, `3×8×8`."""
    return f"a vector of {type}" if isinstance(type, Tensor) and type.rank == 1 else str(type)


def _summands(expr: tree.Expr) -> list[tree.Expr]:
    """The terms of a sum in order; a subtracted one is negated."""
    terms: list[tree.Expr] = []
    while isinstance(expr, tree.Binary) and expr.operator in ("+", "-"):
        right = expr.right
        terms.append(right if expr.operator == "+" else tree.Unary(right.span, "-", right))
        expr = expr.left
    terms.append(expr)
    return terms[::-1]


def _name(expr: tree.Expr, number: int) -> str:
    """`kl` for `beta * kl(…)`, `mean_abs` for `1e-3 * mean(abs(h))`, `constant` for `1`."""
    words = _words(expr)
    if not words:
        return "constant" if _scale(expr) else f"term{number}"
    return "_".join(words[:2]).lower()


def _changed(expr: tree.Expr) -> list[str]:
    """What a term has beside the value that it is called after: `weighted` by a factor, or `minus`."""
    match expr:
        case tree.Unary(operator="-"):
            return _changed(expr.operand) or ["minus"]
        case tree.Binary(operator="*") if _scale(expr.left) or _scale(expr.right):
            return ["weighted"]
        case tree.Binary(operator="/") if _scale(expr.right):
            return ["weighted"]
        case _:
            return []


def _subject(expr: tree.Expr) -> list[str]:
    """`real` of `bce(D(real), 1)`: what tells terms of the same kind apart."""
    match expr:
        case tree.Unary():
            return _subject(expr.operand)
        case tree.Binary():
            return _subject(expr.right) or _subject(expr.left)
        case tree.Call() if expr.arguments:
            return _subject(expr.arguments[0].value)
        case tree.Name():
            return [expr.id]
        case _:
            return []


def _words(expr: tree.Expr) -> list[str]:
    match expr:
        case tree.Unary():
            return _words(expr.operand)
        case tree.Binary(operator="*"):
            return _words(expr.right) if _scale(expr.left) else _words(expr.left)
        case tree.Binary(operator="/" | "^"):
            return _words(expr.left)
        case tree.Call(callee=tree.Name() as name):
            inner = expr.arguments[0].value if expr.arguments else None
            reduces = name.id in ("mean", "sum") and inner is not None
            return [name.id, *(_words(inner)[:1] if reduces and inner is not None else [])]
        case tree.Name():
            return [expr.id]
        case tree.Member(base=tree.Member() as inner):  # the weight of a stage
            return [f"{inner.name.id}_{expr.name.id}"]
        case tree.Member():
            return [expr.name.id]
        case _:
            return []


def _scale(expr: tree.Expr) -> bool:
    """Whether a factor only weights a term: a number or a parameter."""
    match expr:
        case tree.Number() | tree.Name():
            return True
        case tree.Unary(operand=operand):
            return _scale(operand)
        case tree.Binary(left=left, right=right):
            return _scale(left) and _scale(right)
        case _:
            return False


def _unique(name: str, taken: list[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)

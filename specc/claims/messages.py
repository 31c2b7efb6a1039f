"""What is said of a wrong claim (E602), a broken promise (E601) and a claim about an unnamed stage (W605)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from specc.claims.again import case_of
from specc.claims.error import ClaimError
from specc.claims.figures import Figure
from specc.claims.outcome import Value, text
from specc.claims.subjects import Subject, Tables
from specc.claims.values import Evaluator, dotted, subject_of
from specc.diagnostics import Diagnostic
from specc.sizes import Symbolic, render
from specc.syntax import tree

if TYPE_CHECKING:
    from specc.claims.slips import Finding

SHOWN = 5  # layers in a breakdown
SLIPS = 3  # that give the same figure
NOTABLE = 0.05  # a share of a sum that is worth a percentage

_COUNTS = {"params": "parameters", "macs": "MACs", "trainable": "trainable parameters"}


def wrong_claim(
    tables: Tables,
    claim: tree.Claim,
    subject: Subject,
    word: str,
    found: Figure,
    claimed: Value,
    matches: Callable[[Value], bool],
) -> Diagnostic:
    """E602, with the working and the slip that gives the claimed figure."""
    from specc.claims.slips import diagnose  # only where a figure is wrong

    slips = diagnose(tables, subject, word, matches)
    parts = _breakdown(subject, word) if subject.totals is not None else ""
    return Diagnostic(
        "E602",
        f"{claim.subject.span.text} is {text(found.value)}, not {text(claimed)}",
        claim.value.span,
        found.working or rule(subject, word),
        notes=said(slips) or ((parts,) if parts else ()),
    )


def said(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The sentences of the first slips; when there are several, that each of them gives the figure."""
    first = [f.sentence for f in findings[:SLIPS]]
    others = (*first[1:], *more(len(findings) - SLIPS))
    return (*first[:1], *(f"or {s}" for s in others))


def more(left: int) -> tuple[str, ...]:
    """That other slips give the figure too."""
    if left <= 0:
        return ()
    return ("by another slip",) if left == 1 else (f"by {left} other slips",)


def unnamed(subject: Subject) -> Diagnostic:
    """W605: the name is specc's, and changes when a stage is added before it."""
    return Diagnostic(
        "W605",
        f'"{subject.auto}" is a name that specc gave; another stage before it would change it',
        subject.span,
        helps=("name the stage in the network: -> … as C1",),
    )


def broken_promise(evaluator: Evaluator, part: tree.Expr) -> Diagnostic:
    """E601 for one comparison that does not hold."""
    if not isinstance(part, tree.Binary) or part.operator in ("and", "or"):
        message = "this promise does not hold"
        notes = tuple(dict.fromkeys(_figures(evaluator, part)))
        return Diagnostic("E601", message, part.span, notes=notes)
    left, right = evaluator(part.left), evaluator(part.right)
    subject, word = _subject(evaluator, part.left)
    return Diagnostic(
        "E601",
        _missed(part, left, right, subject, word),
        part.right.span,
        rule(subject, word) if subject is not None else "",
        notes=_notes(evaluator, part, subject, word),
        helps=_helps(part, subject, word, right),
    )


def _figures(evaluator: Evaluator, expr: tree.Expr) -> Iterator[str]:
    """`N.params is 36` of every figure in a condition."""
    compared = isinstance(expr, tree.Binary) and expr.operator in _COMPARED
    if isinstance(expr, tree.Binary) and not compared:
        yield from _figures(evaluator, expr.left)
        yield from _figures(evaluator, expr.right)
    elif isinstance(expr, tree.Unary):
        yield from _figures(evaluator, expr.operand)
    elif isinstance(expr, tree.Binary):
        for side in (expr.left, expr.right):
            if not isinstance(side, tree.Number):
                yield f"{side.span.text} is {text(evaluator(side))}"


_COMPARED = ("==", "!=", "<", "<=", ">", ">=")


def _missed(
    part: tree.Binary, left: Value, right: Value, subject: Subject | None, word: str
) -> str:
    counted = _COUNTS.get(word)
    if subject is not None and counted:
        head = f"{subject.text} has {text(left)} {counted}"
    else:
        head = f"{part.left.span.text} is {text(left)}"
    if part.operator in {"<", "<=", ">", ">="} and isinstance(left, int) and isinstance(right, int):
        more = left - right
        if more != 0:
            return f"{head}, {abs(more):,} {'more' if more > 0 else 'fewer'} than promised"
    word_ = {"<": "not less than", "<=": "more than", ">": "not more than", ">=": "less than"}
    if part.operator == "!=":
        return f"{head}, and it should be another number"
    shown = text(right)
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if shown == text(left) and numbers and left != right:
        head, shown = (
            f"{part.left.span.text} is {left!r}",
            repr(right),
        )  # they differ in late digits
    return f"{head}, {word_.get(part.operator, 'not')} {shown}"


def _subject(evaluator: Evaluator, expr: tree.Expr) -> tuple[Subject | None, str]:
    """The subject of a plain figure, None for another expression."""
    names = dotted(expr)
    if names is None or len(names) < 2:
        return None, ""
    try:
        subject, word = subject_of(evaluator.tables, expr)
    except ClaimError:
        return None, ""
    return subject, word.id


def _notes(
    evaluator: Evaluator, part: tree.Binary, subject: Subject | None, word: str
) -> tuple[str, ...]:
    if subject is not None:
        parts = _breakdown(subject, word)
        return (parts,) if parts else ()
    return tuple(
        f"{side.span.text} = {shown}"
        for side in (part.left, part.right)
        if (shown := _spelled(evaluator, side))
    )


def _spelled(evaluator: Evaluator, expr: tree.Expr) -> str:
    """`107,208 + 107,984`: a sum or difference of figures with its numbers; empty for a plain one."""
    if not isinstance(expr, tree.Binary):
        return ""
    return f"{_operand(evaluator, expr)} = {text(evaluator(expr))}"


def _operand(evaluator: Evaluator, expr: tree.Expr) -> str:
    sign = {"*": "·", "-": "−"}
    if isinstance(expr, tree.Binary) and expr.operator in {"+", "-", "*", "/"}:
        left, right = _operand(evaluator, expr.left), _operand(evaluator, expr.right)
        return f"{left} {sign.get(expr.operator, expr.operator)} {right}"
    return text(evaluator(expr))


def rule(subject: Subject | None, word: str) -> str:
    """The working of an output's sizes: `⌊(28 − 5)/1⌋ + 1 = 24`."""
    if subject is None or word != "output" or len(subject.entries) != 1:
        return ""
    case = case_of(subject)
    rules = case.inference.sizes if case is not None else ()
    return "; ".join(dict.fromkeys(r.formula.working() for r in rules))


def _breakdown(subject: Subject, word: str) -> str:
    """`C5 48,120 (78.0 %)   F6 10,164 (16.5 %)   C3 2,416`: the largest parts of a sum."""
    if word not in {"params", "trainable", "macs"}:
        return ""
    rows = [(e.row.label, e.row.macs if word == "macs" else e.row.params) for e in subject.entries]
    parts = [(label, size) for label, size in rows if size != 0]
    if len(parts) < 2:
        return ""
    if any(isinstance(size, Symbolic) for _, size in parts):
        return "   ".join(f"{label} {render(size)}" for label, size in parts[:SHOWN])
    whole = sum(int(size) for _, size in parts if isinstance(size, int))
    largest = sorted(parts, key=lambda p: -p[1] if isinstance(p[1], int) else 0)
    shown = [_share(label, size, whole) for label, size in largest[:SHOWN]]
    return "   ".join([*shown, "…"] if len(parts) > SHOWN else shown)


def _share(label: str, size: object, whole: int) -> str:
    assert isinstance(size, int)
    percent = f" ({100 * size / whole:.1f} %)" if size >= NOTABLE * whole else ""
    return f"{label} {size:,}{percent}"


def _helps(
    part: tree.Binary, subject: Subject | None, word: str, promised: Value
) -> tuple[str, ...]:
    if subject is None or word != "params" or part.operator not in {"<", "<="}:
        return ()
    if not isinstance(promised, int) or subject.network is None:
        return ()
    from specc.claims.remedy import remedy

    found = remedy(subject, promised if part.operator == "<=" else promised - 1)
    return (found,) if found else ()

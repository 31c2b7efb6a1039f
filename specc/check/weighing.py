"""Reductions that change the weight of a divergence: a mean beside a sum (W514).

The negative evidence lower bound is the sum of both over the axes of an item, each with weight 1. With the
mean over n numbers in one of them, the other weighs n times as much (Kingma & Welling 2014, equation 10;
the weight β of Higgins et al. 2017, equation 4).
"""

from __future__ import annotations

from msgspec import Struct

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.program import Apply, Body, Constant, Node, ObjectivePlan, Program, Ref, Term
from specc.types import Distribution, Tensor, ValueType

_LIKELIHOODS = (
    "mse",
    "l1",
    "smooth_l1",
    "huber",
    "bce",
    "bce_with_logits",
    "poisson_nll",
    "gaussian_nll",
)
_FAR = 10  # weights that somebody may mean lie nearer to 1


class Weighted(Struct, frozen=True):
    """A term that is a number times a loss: the number, the node of the loss, and its elements."""

    term: Term
    weight: float
    node: Node
    elements: int

    @property
    def reduction(self) -> str:
        """`mean` or `sum`."""
        operation = self.node.operation
        return (
            str(getattr(operation.layer, "reduction", "")) if isinstance(operation, Apply) else ""
        )

    @property
    def each(self) -> float:
        """The weight of one element of an item."""
        return self.weight / self.elements if self.reduction == "mean" else self.weight


def check_weighing(program: Program, diagnostics: Diagnostics) -> None:
    """Report every KL term beside a reconstruction that is reduced in another way."""
    for plan in program.trains:
        for step in plan.steps:
            for objective in step.objectives:
                _objective(plan.body, objective, diagnostics)


def _objective(body: Body, objective: ObjectivePlan, diagnostics: Diagnostics) -> None:
    found = [w for t in objective.terms if (w := _weighted(body, t)) is not None]
    likelihood = next((w for w in found if _word(w.node) in _LIKELIHOODS), None)
    for divergence in (w for w in found if _word(w.node) == "kl"):
        if likelihood is not None and likelihood.reduction != divergence.reduction:
            _compare(likelihood, divergence, diagnostics)


def _compare(likelihood: Weighted, divergence: Weighted, diagnostics: Diagnostics) -> None:
    if not likelihood.each or not divergence.each:
        return
    beta = divergence.each / likelihood.each
    if 1 / _FAR < beta < _FAR:
        return
    mean = likelihood if likelihood.reduction == "mean" else divergence
    n = mean.elements
    factor = f"{beta:g} times" if beta > 1 else f"1/{1 / beta:g} of"
    diagnostics.add(
        Diagnostic(
            "W514",
            f"the KL term weighs {factor} what it weighs in the bound",
            divergence.term.span,
            f"a {divergence.reduction} beside a {likelihood.reduction}",
            (Label(mean.node.span, f"the mean over {n} numbers: 1/{n} of their sum"),),
            ("the evidence lower bound has the sum of both over all numbers of an item",),
            ("reduction=sum in both; what you mean to weigh, weigh with a number",),
        )
    )


def _weighted(body: Body, term: Term) -> Weighted | None:
    """The term as a number times a loss; None where it is something else."""
    weight, ref = 1.0, term.value
    for _ in range(100):
        node = body.nodes[ref.node]
        elements = _elements(body, node)
        if elements is not None:
            return Weighted(term, weight, node, elements)
        inner = _inside(body, node)
        if inner is None:
            return None
        weight, ref = weight * inner[0], inner[1]
    return None


def _inside(body: Body, node: Node) -> tuple[float, Ref] | None:
    """The factor and the value of `beta * kl(…)`, `mse(…) / 2` and `-kl(…)`."""
    refs = [r for r in node.operands if r is not None]
    word = _word(node)
    if word in ("negate", "mean") and len(refs) == 1:
        return (-1.0 if word == "negate" else 1.0), refs[0]
    if word not in ("multiply", "divide") or len(refs) != 2:
        return None
    left, right = (_number(body, r) for r in refs)
    if word == "multiply" and left is not None:
        return left, refs[1]
    if right:
        return (right if word == "multiply" else 1 / right), refs[0]
    return None


def _number(body: Body, ref: Ref) -> float | None:
    operation = body.nodes[ref.node].operation
    return float(operation.number) if isinstance(operation, Constant) else None


def _elements(body: Body, node: Node) -> int | None:
    """How many numbers of an item a loss or a divergence is reduced over."""
    if _word(node) not in (*_LIKELIHOODS, "kl") or node.operands[0] is None:
        return None
    ref = node.operands[0]
    type: ValueType | None = body.nodes[ref.node].type(ref.port)
    if isinstance(type, Distribution):
        type = next((part for _, part in type.parts if part.rank), None)
    if not isinstance(type, Tensor) or not all(isinstance(s, int) for s in type.sizes):
        return None
    product = 1
    for size in type.sizes:
        product *= size if isinstance(size, int) else 1
    return product


def _word(node: Node) -> str:
    return node.operation.layer.word if isinstance(node.operation, Apply) else ""

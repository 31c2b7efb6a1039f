"""What is allowed and probably not meant: learning rates far from the usual, and terms of unequal measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from specc.diagnostics import Diagnostic, Diagnostics
from specc.optim import Optimizer
from specc.program import Apply, Body, ObjectivePlan, Program, Ref, Term, Update
from specc.sizes import Size
from specc.types import Tensor

_FAR = 100
"""How many times the usual learning rate is far from it."""

_USUAL = {"sgd": 0.1}
"""Rates that are usual where PyTorch's default is not."""

_KERAS = "Keras's default is 0.001, the paper's 1; with the smaller one hardly anything is learnt"

_FITS = ("mse", "l1", "bce", "bce_with_logits", "gaussian_nll", "huber", "smooth_l1")
"""Losses that are read as likelihoods where they stand beside a divergence."""


def check_advice(program: Program, diagnostics: Diagnostics) -> None:
    """Report learning rates far from PyTorch's (W513) and sums beside means (W514)."""
    for plan in program.trains:
        for objective in (o for step in plan.steps for o in step.objectives):
            for update in objective.updates:
                _rate(update, diagnostics)
            _measure(plan.body, objective, diagnostics)


# ------------------------------------------------------------------------ rates


def _rate(update: Update, diagnostics: Diagnostics) -> None:
    optimizer = update.optimizer
    rate = getattr(optimizer, "lr", None)
    if not isinstance(optimizer, Optimizer) or not isinstance(rate, float):
        return
    default = float(type(optimizer).model_fields["lr"].default)
    usual = _USUAL.get(optimizer.word, default)
    if usual / _FAR <= rate <= usual * _FAR:
        return
    times = max(rate / usual, usual / rate)
    way = "larger" if rate > usual else "smaller"
    small = optimizer.word == "adadelta" and rate < usual
    diagnostics.add(
        Diagnostic(
            "W513",
            f"the learning rate of {optimizer.word} is {rate:g}, {times:,.0f} times {way} than usual",
            update.span,
            text=f"PyTorch's default is {default:g}",
            notes=(_KERAS,) if small else (),
        )
    )


# --------------------------------------------------------------------- measures


@dataclass(frozen=True, slots=True)
class _Loss:
    """A term that is a loss, the values of an item that it reduces, and how."""

    term: Term
    word: str
    sizes: tuple[Size, ...]
    reduction: str


def _measure(body: Body, objective: ObjectivePlan, diagnostics: Diagnostics) -> None:
    losses = list(_losses(body, objective))
    sums = [x for x in losses if x.word == "kl" and x.reduction == "sum"]
    for mean in (x for x in losses if x.word in _FITS and x.reduction == "mean"):
        count = _product(mean.sizes)
        if not sums or count is None or count < 2:
            continue
        diagnostics.add(
            Diagnostic(
                "W514",
                f"{mean.word} is a mean over {count} values, and kl a sum: kl weighs {count} times more than "
                "in a likelihood",
                mean.term.span,
                text=f"1/{count} of the sum",
                notes=("a weight on kl says that this is meant: 0.01 * kl(…)",),
                helps=(f"{mean.word}(…, reduction=sum)",),
            )
        )


def _losses(body: Body, objective: ObjectivePlan) -> Iterator[_Loss]:
    """The terms without a weight."""
    for term in objective.terms:
        node = body.nodes[term.value.node]
        if not isinstance(node.operation, Apply):
            continue
        layer = node.operation.layer
        first = node.operands[0] if node.operands else None
        yield _Loss(term, layer.word, _sizes(body, first), getattr(layer, "reduction", ""))


def _sizes(body: Body, ref: Ref | None) -> tuple[Size, ...]:
    if ref is None or ref.port not in dict(body.nodes[ref.node].types):
        return ()
    type = body.nodes[ref.node].type(ref.port)
    return type.sizes if isinstance(type, Tensor) else ()


def _product(sizes: tuple[Size, ...]) -> int | None:
    total = 1
    for size in sizes:
        if not isinstance(size, int):
            return None
        total *= size
    return total

"""What is allowed and probably not meant: learning rates far from the usual."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics
from specc.optim import Optimizer
from specc.program import Program, Update

_FAR = 100
"""How many times the usual learning rate is far from it."""

_USUAL = {"sgd": 0.1}
"""Rates that are usual where PyTorch's default is not."""

_KERAS = "Keras's default is 0.001, the paper's 1; with the smaller one hardly anything is learnt"


def check_advice(program: Program, diagnostics: Diagnostics) -> None:
    """Report learning rates far from PyTorch's (W513)."""
    for plan in program.trains:
        for objective in (o for step in plan.steps for o in step.objectives):
            for update in objective.updates:
                _rate(update, diagnostics)


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

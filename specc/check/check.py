"""All checks of a typed program, one after the other."""

from __future__ import annotations

from specc.check.advice import check_advice
from specc.check.critics import check_critics
from specc.check.examples import check_examples
from specc.check.learning import check_learning
from specc.check.losses import check_losses
from specc.check.promises import check_promises
from specc.check.ranges import check_ranges
from specc.check.roles import check_roles
from specc.check.weighing import check_weighing
from specc.claims.check import check_claims
from specc.diagnostics import Diagnostics
from specc.layers.base import Convention
from specc.program import Program

_CHECKS = (
    check_roles, check_losses, check_ranges, check_weighing, check_advice, check_critics,
    check_learning, check_promises, check_examples,
)  # fmt: skip


def check(program: Program, diagnostics: Diagnostics, convention: Convention = "pytorch") -> None:
    """Report what is wrong with a program whose names and shapes are right.

    `convention` counts what claims are about where they name none.
    """
    for one in _CHECKS:
        one(program, diagnostics)
    check_claims(program, diagnostics, convention)

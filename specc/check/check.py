"""All checks of a typed program, one after the other."""

from __future__ import annotations

from specc.check.advice import check_advice
from specc.check.examples import check_examples
from specc.check.learning import check_learning
from specc.check.losses import check_losses
from specc.check.promises import check_promises
from specc.check.roles import check_roles
from specc.claims.check import check_claims
from specc.diagnostics import Diagnostics
from specc.layers.base import Convention
from specc.program import Program


def check(program: Program, diagnostics: Diagnostics, convention: Convention = "pytorch") -> None:
    """Report what is wrong with a program whose names and shapes are right.

    `convention` counts what claims are about where they name none.
    """
    for one in (
        check_roles, check_losses, check_learning, check_advice, check_promises, check_examples,
    ):  # fmt: skip
        one(program, diagnostics)
    check_claims(program, diagnostics, convention)

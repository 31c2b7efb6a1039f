"""All checks of a typed program, one after the other; those of training are imported where there is any."""

from __future__ import annotations

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
    check_roles(program, diagnostics)
    if program.trains:
        from specc.check.training import check_training

        check_training(program, diagnostics)
    check_promises(program, diagnostics)
    if program.examples:
        from specc.check.examples import check_examples

        check_examples(program, diagnostics)
    refused = {o for d in diagnostics if d.code in ("E501", "E502") for o in d.origins[:1]}
    check_claims(program, diagnostics, convention, refused)

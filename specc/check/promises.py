"""Promises about training must mean something before it begins."""

from __future__ import annotations

from specc.claims.check import is_static
from specc.diagnostics import Diagnostic, Diagnostics
from specc.program import Program


def check_promises(program: Program, diagnostics: Diagnostics) -> None:
    """Report promises about training that read what training does not give (E401, E203)."""
    for expect in program.expects:
        if is_static(expect, program):
            continue
        if not program.trains:
            diagnostics.add(
                Diagnostic(
                    "E506", "a promise about training, and there is no train block", expect.span
                )
            )
            continue
        from specc.promises import (  # with the metrics, so only here
            PromiseError,
            of_programs,
            program_promise,
            promise,
            promised_of,
        )

        try:
            if of_programs(program, expect):
                program_promise(program, expect)
            else:
                promise(program, promised_of(program, expect), expect)
        except PromiseError as problem:
            notes = (problem.note,) if problem.note else ()
            helps = (problem.help,) if problem.help else ()
            where = problem.span, problem.text
            diagnostics.add(
                Diagnostic(problem.code, problem.message, *where, notes=notes, helps=helps)
            )

"""A batch must have two rows where they are normalised together (E204)."""

from __future__ import annotations

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.lone import of_vectors
from specc.program import Program
from specc.settings import TrainSettings


def check_batches(program: Program, diagnostics: Diagnostics) -> None:
    """Report `batch 1` where a vector goes through batch normalisation."""
    for plan in program.trains:
        if not isinstance(plan.settings, TrainSettings) or plan.settings.batch > 1:
            continue
        found = next(of_vectors(plan.body), None)
        if found is not None:
            diagnostics.add(
                Diagnostic(
                    "E204",
                    "batch normalisation of a vector needs batches of two rows or more, and these have one",
                    plan.place("batch"),
                    labels=(Label(found.span, "the mean of one number is that number"),),
                    helps=("batch 32", "layer_norm normalises each row by itself"),
                )
            )
